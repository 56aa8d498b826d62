#include "policyd/admin/unblock/unblock_plan.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "policyd/admin/explain/explain.h"
#include "policyd/admin/lists/recent_verdicts.h"
#include "policyd/admin/stores/greylist.h"
#include "policyd/admin/unblock/unblock_remedies.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "policyd/admin/verdicts/row_signals.h"
#include "rules/spf/spf.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

bool IsSameMail(const cache::JournalRow& a, const cache::JournalRow& b) {
  return a.client == b.client && rules::LowerAscii(a.sender) == rules::LowerAscii(b.sender) &&
         rules::LowerAscii(a.recipient) == rules::LowerAscii(b.recipient);
}

// An address without a confirmed name may have another owner in a year.
constexpr std::string_view kAddressExpires = "90d";

// The whitelist's entry for the same target that holds now.
std::optional<rules::ListEntry> Standing(const cache::Stores& stores, const rules::ListEntry& entry,
                                         rules::TimePoint now) {
  cache::ReadTransaction snapshot(stores.lists_environment());
  auto found = stores.lists().Find(snapshot, rules::ListKind::kWhitelist, entry.target);
  return found && !found->is_expired(now) ? found : std::nullopt;
}

rules::ListEntry Complete(const UnblockWish& wish, const rules::ListEntry& remedy, const rules::Reference& reference) {
  using Kind = rules::Target::Kind;
  EntryOptions options = wish.entry;
  const bool is_address = remedy.target.kind == Kind::kAddress || remedy.target.kind == Kind::kNetwork;
  if (is_address && !options.expires) options.expires = kAddressExpires;
  if (options.comment.empty()) options.comment = "unblock " + reference.ToString();
  auto entry = MakeEntry(wish.caller, rules::ListKind::kWhitelist, options);
  assert(entry && "the wish was checked");
  entry->target = remedy.target;
  entry->if_confirmed = remedy.if_confirmed;
  entry->if_spf = remedy.if_spf;
  return *std::move(entry);
}

// If an entry of people decided by the address, or DNS did not answer in time, the name is unknown: DNS is asked now.
void AskName(const config::Config& config, const cache::Stores& stores, const UnblockWish& wish,
             cache::JournalRow& row) {
  rules::Request request;
  request.state = rules::ProtocolState::kRcpt;
  request.client = row.client;
  const rules::ReverseDnsView reverse =
      DecideOffline(config, stores, request, serve::DnsSource::kServers, wish.caller.now, {}, wish.stop)
          .assessment.reverse;
  if (!reverse.state) return;
  row.name = reverse.name;
  row.reverse_dns = rules::Name(*reverse.state);
}

// By the term that let the client in, behind all includes.
bool HasManyMachines(const rules::SpfCheck& check, bool is_v4) {
  constexpr int kManyV4 = 16, kManyV6 = 32;
  const auto matched = std::find_if(check.steps.rbegin(), check.steps.rend(), [](const rules::SpfStep& step) {
    return step.state == rules::SpfStep::State::kMatched;
  });
  if (matched == check.steps.rend()) return false;
  const rules::ParsedSpf parsed = rules::ParseSpfRecord("v=spf1 " + matched->term);
  if (!parsed.record || parsed.record->terms.empty()) return false;
  const rules::SpfTerm& term = parsed.record->terms.front();
  return is_v4 ? term.prefix_v4 <= kManyV4 : term.prefix_v6 <= kManyV6;
}

// Where a confirmed name tells the client, an entry for it is narrower, and nothing need be asked.
std::optional<ProvenSender> FindProof(const config::Config& config, const cache::Stores& stores,
                                      const UnblockWish& wish, const cache::JournalRow& row) {
  if (HasOwnName(row) || wish.is_wide) return std::nullopt;
  const auto target = rules::Target::Parse("@" + rules::DomainOf(row.sender));
  if (!target) return std::nullopt;
  // An entry that needs the proof has it asked for; that no other is there keeps all else from deciding first.
  const rules::ListEntry entry{.target = *target, .if_spf = true};
  rules::Facts facts;
  facts.Add(rules::Question::ClientEntries(), rules::Fact::Present(rules::ListMatches{}));
  facts.Add(rules::Question::RecipientEntries(), rules::Fact::Present(rules::ListMatches{}));
  facts.Add(rules::Question::SenderEntries(),
            rules::Fact::Present(rules::ListMatches{.entries = {entry}, .has_name_entries = false}));
  const rules::Request request = RequestOf(row);
  const OfflineDecision asked =
      DecideOffline(config, stores, request, serve::DnsSource::kServers, wish.caller.now, facts, wish.stop);
  const rules::SpfRequest about{.client = row.client, .helo = row.helo, .sender = row.sender};
  const auto outcome = rules::EvaluateSpf(about, asked.facts);
  if (!outcome.check || !outcome.check->vouches()) return std::nullopt;
  ProvenSender sender{.domain = rules::SpfDomainOf(about),
                      .term = outcome.check->term,
                      .facts = {},
                      .has_many_machines = HasManyMachines(*outcome.check, row.client.is_v4())};
  for (const auto& [question, fact] : asked.facts.all()) {
    if (rules::IsOfName(question.kind)) sender.facts.emplace_back(question, fact);
  }
  return sender;
}

// The blocklist's entries that speak about this client, its sender or its recipient now.
std::vector<rules::ListEntry> Blocking(const cache::Stores& stores, const cache::JournalRow& row,
                                       rules::TimePoint now) {
  cache::ReadTransaction snapshot(stores.lists_environment());
  auto entries = stores.lists().MatchClient(snapshot, row.client, now).entries;
  if (HasConfirmedName(row)) {
    const auto named = stores.lists().MatchName(snapshot, row.name, now).entries;
    entries.insert(entries.end(), named.begin(), named.end());
  }
  for (const auto& more : {stores.lists().MatchSender(snapshot, row.sender, now),
                           stores.lists().MatchRecipient(snapshot, row.recipient, now)}) {
    entries.insert(entries.end(), more.entries.begin(), more.entries.end());
  }
  std::erase_if(entries, [](const rules::ListEntry& entry) { return entry.list == rules::ListKind::kWhitelist; });
  return entries;
}

}  // namespace

MailSince WhatBecameOf(const cache::Stores& stores, const rules::Policy& policy, const cache::JournalRow& row,
                       const std::vector<cache::JournalRow>& recent, rules::TimePoint now) {
  MailSince since;
  const auto arrives = [&since](rules::TimePoint when) {
    since.arrived = since.arrived ? std::min(*since.arrived, when) : when;
  };
  for (const cache::JournalRow& other : recent) {
    if (IsSameMail(row, other) && !IsTurnedAway(other) && other.last >= row.last) arrives(other.last);
  }
  cache::ReadTransaction snapshot(stores.records_environment());
  for (const GreylistedTriplet& triplet : TripletsOf(policy, row)) {
    const auto record = stores.triplets().Get(snapshot, triplet.Id());
    if (!record) continue;
    if (!record->is_waiting()) {
      if (record->last_seen >= row.last) arrives(record->last_seen);
      continue;
    }
    const rules::TimePoint until = record->first_seen + policy.greylist.retry_window;
    const bool is_greylisted = row.action == rules::Name(rules::Action::kGreylist);
    if (!is_greylisted || until <= now) continue;
    since.passes_from = record->first_seen + policy.greylist.delay;
    since.passes_until = until;
  }
  if (since.arrived) since.passes_from = since.passes_until = std::nullopt;
  return since;
}

UnblockCase MakeUnblockCase(const config::Config& config, const cache::Stores& stores,
                            std::vector<cache::JournalRow> rows, const UnblockWish& wish) {
  const rules::TimePoint now = wish.caller.now;
  assert(!rows.empty() && "something was turned away");
  UnblockCase about{.rows = std::move(rows), .since = {}, .known = {}, .recent = RecentVerdicts(stores, now)};
  about.known = about.rows.front();
  const bool is_known =
      WasNameAsked(about.known) && about.known.reverse_dns != rules::Name(rules::ReverseDns::kUnavailable);
  if (!is_known) AskName(config, stores, wish, about.known);
  about.sender = FindProof(config, stores, wish, about.known);
  for (const cache::JournalRow& row : about.rows) {
    about.since.push_back(WhatBecameOf(stores, *config.policy, row, about.recent, now));
  }
  return about;
}

UnblockPlan MakeUnblockPlan(const config::Config& config, const cache::Stores& stores, const UnblockWish& wish,
                            const UnblockCase& about) {
  const rules::TimePoint now = wish.caller.now;
  std::optional<UnblockPlan> plan;
  // The first remedy that lets the mail in, else the first of all.
  for (const rules::ListEntry& remedy : Remedies(*config.policy, about, wish.is_wide)) {
    auto standing = Standing(stores, remedy, now);
    // Adding replaces: an entry that somebody made for more clients must not become narrower.
    const auto differs = [&remedy](const rules::ListEntry& there) {
      return there.if_confirmed != remedy.if_confirmed || there.if_spf != remedy.if_spf;
    };
    if (standing && differs(*standing)) continue;
    UnblockPlan made;
    made.was_there = standing.has_value();
    made.entry = standing ? *std::move(standing) : Complete(wish, remedy, about.known.reference);
    made.verdict = DecideWith(config, stores, about, made.entry, now);
    made.why = WhyBySender(*config.policy, about, made.entry);
    const bool helps = LetsIn(made.verdict);
    if (helps || !plan) plan = std::move(made);
    if (helps) break;
  }
  assert(plan && "the address, or with is_wide the network, is always there to be added");
  plan->overridden = Blocking(stores, about.known, now);
  return *std::move(plan);
}

}  // namespace policyd::admin
