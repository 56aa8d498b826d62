#include "policyd/ctl/commands_people.h"

#include <ostream>

#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/stores/facts.h"
#include "policyd/admin/times.h"
#include "policyd/ctl/terminal.h"
#include "rules/values/ascii.h"

namespace policyd::ctl {
namespace {

void PrintSuggestions(std::ostream& out, const std::vector<admin::Suggestion>& suggestions) {
  Columns columns({"name", "points", "came back", "senders", "recipients", "clients", "turned away for", "last"});
  for (const admin::Suggestion& one : suggestions) {
    columns.Add({one.name, std::to_string(one.points()),
                 std::to_string(one.came_back) + "/" + std::to_string(one.mails), std::to_string(one.senders.size()),
                 std::to_string(one.recipients.size()), std::to_string(one.clients.size()),
                 rules::Joined({one.reasons.begin(), one.reasons.end()}), admin::ShownTime(one.last)});
  }
  if (columns.empty()) {
    out << "no client without a listing that was turned away came back properly with mail of several senders to "
           "several "
           "recipients\n";
    return;
  }
  columns.Print(out);
  out << "Proven is the forward-confirmed name alone; senders and recipients are what these clients claimed.\n"
      << "To accept one: sekimorictl suggest " << suggestions.front().name << "; all from so many points on: --apply "
      << suggestions.front().points() << '\n';
}

ExitStatus SaySuggestions(Context& context, const std::vector<admin::Suggestion>& suggestions) {
  if (!context.is_json) {
    PrintSuggestions(context.out, suggestions);
    return kDone;
  }
  runtime::Json array = runtime::Json::Array();
  for (const admin::Suggestion& one : suggestions) array.Append(admin::ToJson(one));
  return PrintJson(context, runtime::Json::Object().Add("suggestions", std::move(array)));
}

ExitStatus SayAccepted(Context& context, const std::vector<rules::ListEntry>& accepted) {
  if (context.is_json) {
    runtime::Json array = runtime::Json::Array();
    for (const rules::ListEntry& entry : accepted) array.Append(admin::EntryToJson(entry));
    return PrintJson(context, runtime::Json::Object().Add("accepted", std::move(array)));
  }
  for (const rules::ListEntry& entry : accepted) {
    context.out << "added to the whitelist: " << admin::Describe(entry, admin::ShownTime) << '\n';
  }
  if (accepted.empty()) context.out << "nobody has so many points; nothing was changed\n";
  return kDone;
}

}  // namespace

ExitStatus RunSuggest(Context& context, const SuggestOptions& options) {
  const admin::Caller caller{context.login, context.now};
  if (const auto checked = admin::Check(caller, options); !checked) return Fail(context, checked.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  auto suggestions = admin::Suggest(store.config, *store.stores, caller, options);
  if (!suggestions) return Fail(context, suggestions.error());
  if (options.names.empty() && !options.apply) {
    if (suggestions->size() > options.limit) suggestions->resize(options.limit);
    return SaySuggestions(context, *suggestions);
  }
  const auto accepted = admin::AcceptSuggestions(*store.stores, caller, options, *suggestions);
  if (!accepted) return Fail(context, accepted.error());
  return SayAccepted(context, *accepted);
}

}  // namespace policyd::ctl
