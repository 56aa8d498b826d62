#include <algorithm>
#include <ostream>

#include "policyd/admin/setup/postconf.h"
#include "policyd/admin/times.h"
#include "policyd/admin/watch/watch.h"
#include "policyd/ctl/commands_memory.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/rows.h"
#include "policyd/ctl/terminal.h"

namespace policyd::ctl {
namespace {

using State = rules::WatchFinding::State;

void PrintProblem(std::ostream& out, const cache::WatchEpisode& one) {
  out << "  " << runtime::Shown(one.subject) << ": "
      << runtime::Shown(admin::WatchText(one.check, one.list, one.detail)) << ", since " << admin::ShownTime(one.from)
      << '\n';
  if (!one.says.empty()) out << "      it says: \"" << runtime::Shown(one.says) << "\"\n";
  out << "      " << runtime::Shown(admin::WatchHint(one.check, one.subject, one.list)) << '\n';
}

void PrintStatus(Context& context, const admin::WatchStatus& status) {
  std::ostream& out = context.out;
  if (status.addresses.empty() && status.domains.empty()) {
    out << "nothing is watched (watch.addresses, watch.domains): sekimorictl watch --suggest\n";
  } else {
    out << "watched: " << status.addresses.size() << " addresses, " << status.domains.size() << " domains; looked at "
        << (status.last ? rules::PrintDuration(context.now - *status.last) + " ago" : "not yet") << '\n';
  }
  if (!status.now.empty()) out << "\nwrong now\n";
  for (const cache::WatchEpisode& one : status.now) PrintProblem(out, one);
  if (status.before.empty()) return;
  out << "\nbefore\n";
  Columns columns({"subject", "what", "from", "to"});
  for (const cache::WatchEpisode& one : status.before) {
    columns.Add({one.subject, admin::WatchText(one.check, one.list, one.detail), admin::ShownTime(one.from),
                 admin::ShownTime(*one.until)});
  }
  columns.Print(out);
}

void PrintFindings(std::ostream& out, const std::vector<rules::WatchFinding>& findings) {
  std::size_t well = 0;
  for (const rules::WatchFinding& one : findings) {
    if (one.state == State::kWell) ++well;
    if (one.state == State::kProblem)
      PrintProblem(
          out, {.subject = one.subject, .check = one.check, .list = one.list, .detail = one.detail, .says = one.says});
  }
  const auto unknown = std::ranges::count(findings, State::kUnknown, &rules::WatchFinding::state);
  out << well << " checks are well, " << unknown
      << " could not be made (the list or the name server does not answer)\n";
}

ExitStatus Suggest(Context& context, const WatchOptions& options) {
  const auto text = options.postconf ? ReadInput(context, *options.postconf) : admin::AskPostconf();
  const auto postconf = text ? admin::ReadWholePostconf(*text) : text.error();
  if (!postconf && options.postconf) return Fail(context, kBadInput, postconf.error().message);
  const auto interfaces = options.postconf ? std::vector<rules::IpAddress>() : admin::InterfaceAddresses();
  auto suggestion = admin::SuggestWatch(postconf ? *postconf : admin::Postconf(), interfaces);
  // Without a configuration, whose errors were said, it is not known which servers to ask.
  const auto config = suggestion.domains.empty() ? std::nullopt : ReadConfig(context, Needs::kStoreOrSocket);
  if (config) admin::AddSpfSenders(admin::LookForSpfSenders(*config, suggestion.domains.front()), suggestion);
  if (context.is_json) return PrintJson(context, admin::ToJson(suggestion));
  context.out << admin::ConfigLines(suggestion);
  if (!suggestion.addresses.empty()) return kDone;
  context.out << "# No address of this machine is seen from outside: name the one that your mail leaves by.\n";
  return kDone;
}

}  // namespace

ExitStatus RunWatch(Context& context, const WatchOptions& options) {
  if (options.suggests || options.postconf) return Suggest(context, options);
  const OpenedStore store = OpenStore(context, Needs::kWholeConfig);
  if (!store.stores) return store.status;
  const bool is_watching = !store.config.watch.addresses.empty() || !store.config.watch.domains.empty();
  if (!options.asks_now || !is_watching) {
    const auto status = admin::ReadWatch(store.config, *store.stores);
    if (context.is_json) return PrintJson(context, admin::ToJson(status));
    PrintStatus(context, status);
    return kDone;
  }
  const auto findings = admin::LookNow(store.config);
  if (context.is_json) {
    PrintJson(context, admin::ToJson(findings));
  } else {
    PrintFindings(context.out, findings);
  }
  const bool is_well = std::ranges::count(findings, State::kProblem, &rules::WatchFinding::state) == 0;
  return is_well ? kDone : kNoSuchThing;
}

}  // namespace policyd::ctl
