#include "policyd/admin/unblock/unblock_remedies.h"

#include <algorithm>
#include <set>
#include <utility>

#include "policyd/admin/explain/explain.h"
#include "policyd/admin/lists/recent_verdicts.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

using rules::ListEntry;
using rules::Question;
using rules::Target;

// "mail2" is one of few, "out27" and "mail-wr1-f51" one of many.
constexpr int kFewMachines = 10;

// The numbers in a name; each as far as it fits.
std::vector<int> NumbersIn(std::string_view name) {
  std::vector<int> numbers;
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (!rules::IsDigit(name[at])) continue;
    if (at == 0 || !rules::IsDigit(name[at - 1])) numbers.push_back(0);
    numbers.back() = std::min(numbers.back() * 10 + (name[at] - '0'), kFewMachines);
  }
  return numbers;
}

std::string WithoutNumbers(std::string_view name) {
  std::string form;
  for (const char c : name) {
    if (!rules::IsDigit(c)) {
      form += c;
    } else if (!form.ends_with('#')) {
      form += '#';
    }
  }
  return form;
}

// The part of a name below the registered domain, which is not empty.
std::string_view OwnPart(std::string_view name, std::string_view registered) {
  return name.size() > registered.size() ? name.substr(0, name.size() - registered.size() - 1) : std::string_view();
}

// Does the next mail come from another machine?
bool IsOneOfMany(const cache::JournalRow& row, std::string_view registered,
                 const std::vector<cache::JournalRow>& recent) {
  const std::vector<int> numbers = NumbersIn(OwnPart(row.name, registered));
  if (numbers.size() > 1 || (numbers.size() == 1 && numbers.front() >= kFewMachines)) return true;
  if (numbers.empty()) return false;
  return std::any_of(recent.begin(), recent.end(), [&](const cache::JournalRow& other) {
    return HasConfirmedName(other) && other.name != row.name && rules::IsUnder(other.name, registered) &&
           WithoutNumbers(other.name) == WithoutNumbers(row.name);
  });
}

// Do several strangers send through these machines?
bool IsProvider(std::string_view registered, const std::vector<cache::JournalRow>& recent) {
  std::set<std::string> domains;
  for (const cache::JournalRow& other : recent) {
    if (!HasConfirmedName(other) || !rules::IsUnder(other.name, registered)) continue;
    std::string domain = rules::DomainOf(other.sender);
    if (!domain.empty() && !rules::IsUnder(domain, registered)) domains.insert(std::move(domain));
  }
  return domains.size() > 1;
}

ListEntry EntryFor(Target target) {
  ListEntry entry;
  entry.target = std::move(target);
  return entry;
}

// The Facts that the lists of people would give.
rules::Facts ListFacts(const cache::Stores& stores, const cache::JournalRow& row, const ListEntry& entry,
                       rules::TimePoint now) {
  cache::ReadTransaction snapshot(stores.lists_environment());
  const cache::ListStore& lists = stores.lists();
  const bool is_by_name = entry.target.kind == Target::Kind::kHost || entry.target.kind == Target::Kind::kDomain;
  const auto with_entry = [&](rules::ListMatches matches, bool is_its_place) {
    matches.has_name_entries |= is_by_name;
    std::erase_if(matches.entries,
                  [&](const ListEntry& other) { return other.list == entry.list && other.target == entry.target; });
    if (is_its_place) matches.entries.push_back(entry);
    return rules::Fact::Present(std::move(matches));
  };
  const bool is_sender = rules::IsSender(entry.target.kind);
  rules::Facts facts;
  facts.Add(Question::ClientEntries(),
            with_entry(lists.MatchClient(snapshot, row.client, now), !is_by_name && !is_sender));
  facts.Add(Question::NameEntries(row.name), with_entry(lists.MatchName(snapshot, row.name, now), is_by_name));
  facts.Add(Question::SenderEntries(), with_entry(lists.MatchSender(snapshot, row.sender, now), is_sender));
  return facts;
}

// The answers that DNS gave then, if they are no longer remembered.
void AddConfirmation(const cache::JournalRow& row, rules::Facts& facts) {
  facts.Add(Question::Ptr(), rules::Fact::Present(rules::HostNames{row.name}));
  facts.Add(Question::Forward(row.name), rules::Fact::Present(rules::Addresses{row.client}));
}

}  // namespace

bool HasManyUsers(const rules::Policy& policy, const UnblockCase& about) {
  const std::string domain = rules::DomainOf(about.known.sender);
  return (about.sender && about.sender->has_many_machines) || (!domain.empty() && IsMailboxProvider(policy, domain));
}

bool HasOwnName(const cache::JournalRow& row) {
  return HasConfirmedName(row) && !HasNameOfALine(row);
}

rules::Request RequestOf(const cache::JournalRow& row) {
  rules::Request request;
  request.state = rules::ProtocolState::kRcpt;
  request.client = row.client;
  request.helo_name = row.helo;
  request.sender = row.sender;
  request.recipient = row.recipient;
  return request;
}

std::vector<ListEntry> Remedies(const rules::Policy& policy, const UnblockCase& about, bool is_wide) {
  const cache::JournalRow& row = about.known;
  const std::vector<cache::JournalRow>& recent = about.recent;
  const ListEntry address = EntryFor({Target::Kind::kAddress, row.client.ToString()});
  const bool has_name = HasOwnName(row);
  const std::string registered =
      has_name && policy.suffixes ? policy.suffixes->RegisteredDomain(row.name) : std::string();
  std::vector<ListEntry> remedies;
  if (is_wide) {
    const auto network = Target::Parse(rules::NetworkKey(row.client, policy.greylist));
    if (!registered.empty()) remedies.push_back(EntryFor({Target::Kind::kDomain, "." + registered}));
    if (network) remedies.push_back(EntryFor(*network));
    return remedies;
  }
  const std::string sender_domain = rules::DomainOf(row.sender);
  const auto by_sender = Target::Parse(HasManyUsers(policy, about) ? row.sender : "@" + sender_domain);
  const bool is_shared =
      !registered.empty() && (IsOneOfMany(row, registered, recent) || IsProvider(registered, recent));
  if (is_shared && !sender_domain.empty() && by_sender) {
    ListEntry entry = EntryFor(*by_sender);
    entry.if_confirmed = registered;
    remedies.push_back(std::move(entry));
  }
  if (has_name) remedies.push_back(EntryFor({Target::Kind::kHost, row.name}));
  if (about.sender && by_sender) {
    ListEntry entry = EntryFor(*by_sender);
    entry.if_spf = true;
    remedies.push_back(std::move(entry));
  }
  remedies.push_back(address);
  return remedies;
}

rules::Verdict DecideWith(const config::Config& config, const cache::Stores& stores, const UnblockCase& about,
                          const ListEntry& entry, rules::TimePoint now) {
  const cache::JournalRow& row = about.known;
  rules::Facts facts = ListFacts(stores, row, entry, now);
  if (about.sender) {
    for (const auto& [question, fact] : about.sender->facts) facts.Add(question, fact);
  }
  const rules::Request request = RequestOf(row);
  const auto decide = [&] { return DecideOffline(config, stores, request, serve::DnsSource::kStore, now, facts); };
  OfflineDecision result = decide();
  const bool is_forgotten = result.assessment.reverse.state == rules::ReverseDns::kUnavailable;
  if (!is_forgotten || !HasConfirmedName(row)) return std::move(result.finished.verdict);
  AddConfirmation(row, facts);
  return std::move(decide().finished.verdict);
}

bool LetsIn(const rules::Verdict& verdict) {
  const bool is_turned_away = verdict.action != rules::Action::kPass && verdict.action != rules::Action::kTag;
  return !is_turned_away && verdict.reason != rules::Reason::kFailOpen;
}

}  // namespace policyd::admin
