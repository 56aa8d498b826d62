#include "policyd/admin/explain/look_up.h"

#include <algorithm>
#include <utility>

#include "policyd/admin/setup/setup_checks.h"
#include "policyd/admin/stores/greylist.h"
#include "policyd/admin/verdicts/verdicts.h"
#include "policyd/runtime/shown.h"
#include "rules/values/as_written.h"

namespace policyd::admin {
namespace {

constexpr std::size_t kRows = 20, kEntries = 20;
constexpr std::chrono::days kLately{7};

ForwardLookUp LookForward(const config::Config& config, const std::string& name) {
  const AskDns ask = ResolverOf(config.dns);
  ForwardLookUp forward{.name = name};
  for (const rules::RecordType type : {rules::RecordType::kA, rules::RecordType::kAaaa}) {
    const dns::DnsReply reply = ask({.name = name, .type = type});
    forward.is_answered |=
        reply.status == dns::DnsReply::Status::kPresent || reply.status == dns::DnsReply::Status::kAbsent;
    for (const rules::IpAddress& address : reply.addresses) forward.addresses.push_back(address);
  }
  return forward;
}

// Entries whose target holds the text: those of a domain for a mail address or a host below it too.
std::vector<UsedEntry> EntriesAbout(const cache::Stores& stores, const std::string& text, rules::TimePoint now) {
  std::vector<UsedEntry> entries;
  for (const rules::ListKind list : {rules::ListKind::kWhitelist, rules::ListKind::kBlocklist}) {
    auto found = FindEntries(stores, {.list = list, .match = text}, now);
    if (!found) continue;
    for (UsedEntry& entry : *found) {
      if (entries.size() < kEntries) entries.push_back(std::move(entry));
    }
  }
  return entries;
}

std::vector<cache::JournalRow> RowsAbout(const cache::Stores& stores, const Subject& subject, rules::TimePoint now) {
  if (!subject.references.empty()) {
    if (auto rows = FindRows(stores, subject.references); !rows.empty()) return rows;
  }
  if (!subject.selection) return {};
  return NewestRows(stores, now - kLately, kRows, subject.selection->filter);
}

void LookForHelp(const config::Config& config, const cache::Stores& stores, const Subject& subject,
                 rules::TimePoint now, LookedUp& looked_up) {
  if (std::ranges::none_of(looked_up.rows, WasTurnedAway)) return;
  const UnblockWish wish{.caller = {.login = "page", .now = now}, .is_dry_run = true, .stop = looked_up.asked.stop};
  auto found = FindUnblockCase(config, stores, subject, wish);
  if (!found) {
    looked_up.no_help = rules::Statement{.kind = "unblock.not_kept"};
    return;
  }
  if (found->refusal) {
    looked_up.no_help = found->refusal->why;
    return;
  }
  looked_up.help = PlanUnblock(config, stores, wish, std::move(found->about));
  looked_up.help->released = WaitingTriplets(stores, *config.policy, looked_up.help->about.rows).size();
}

}  // namespace

Result<LookedUp> LookUp(const config::Config& config, const cache::Stores& stores, const ExplainOptions& options,
                        rules::TimePoint now) {
  const auto subject = ReadSubject(options.subject);
  if (!subject) return subject.error();
  LookedUp looked_up{.asked = options};
  const bool is_client_or_reference = Check(options).ok();
  const auto name = rules::ReadHostName(options.subject);
  if (!is_client_or_reference && name) looked_up.forward = LookForward(config, *name);

  looked_up.rows = RowsAbout(stores, *subject, now);
  ExplainOptions explain = options;
  if (looked_up.forward && !looked_up.forward->addresses.empty()) {
    explain.subject = looked_up.forward->addresses.front().ToString();
  }
  if (Check(explain)) {
    auto explained = Explain(config, stores, explain, now);
    // A text that reads like a reference may be a name.
    if (!explained && looked_up.rows.empty() && !looked_up.forward) return explained.error();
    if (explained) looked_up.explained = *std::move(explained);
  }
  const bool is_known = looked_up.explained || looked_up.forward || subject->selection || !looked_up.rows.empty();
  if (!is_known) {
    return Error{.kind = Error::Kind::kBadInput,
                 .message = "expected an address, a host name, a mail address or a reference, got \"" +
                            runtime::Shown(options.subject) + "\""};
  }
  const std::string about = looked_up.explained ? looked_up.explained->request.client->ToString() : options.subject;
  looked_up.entries = EntriesAbout(stores, name ? *name : about, now);
  LookForHelp(config, stores, *subject, now, looked_up);
  return looked_up;
}

}  // namespace policyd::admin
