#include "rules/people/precedence.h"

#include <algorithm>

#include "rules/values/dns_name.h"

namespace rules {
namespace {

using Kind = Question::Kind;

const std::vector<ListEntry>& Entries(const Facts& facts, Question::Kind kind, std::string_view name = {}) {
  static const std::vector<ListEntry> kNone;
  const Fact* fact = facts.Find(kind, name);
  return fact ? fact->Get<ListMatches>().entries : kNone;
}

PeopleView ViewClient(const ReverseDnsView& reverse, const Facts& facts) {
  const auto& by_address = facts.Find(Kind::kClientEntries)->Get<ListMatches>();
  const ListEntry* winner = Narrowest(by_address.entries);
  const bool is_narrowest = winner && winner->target.kind == Target::Kind::kAddress;
  if (is_narrowest || !by_address.has_name_entries) return {.entry = winner};

  // The confirmed name may bring a narrower entry.
  if (!reverse.state) return {.waits_for_dns = true};
  if (!reverse.is_confirmed()) return {.entry = winner};
  if (!facts.Find(Kind::kNameEntries, reverse.name)) return {.open = {Question::NameEntries(reverse.name)}};
  const ListEntry* named = Narrowest(Entries(facts, Kind::kNameEntries, reverse.name));
  const bool name_wins = named && (!winner || IsNarrower(*named, *winner));
  return {.entry = name_wins ? named : winner};
}

PeopleView ViewSender(const ReverseDnsView& reverse, const Assessment& lists, std::optional<bool> is_proven,
                      const Facts& facts) {
  const ListEntry* winner = nullptr;
  for (const ListEntry& entry : Entries(facts, Kind::kSenderEntries)) {
    if (entry.if_confirmed) {
      if (!reverse.state) return {.waits_for_dns = true};
      if (!reverse.is_confirmed() || !IsUnder(reverse.name, *entry.if_confirmed)) continue;
    }
    if (entry.if_spf) {
      if (!is_proven) return {.waits_for_dns = true};
      if (!*is_proven) continue;
    }
    if (!winner || IsNarrower(entry, *winner)) winner = &entry;
  }
  const bool is_forgeable = winner && IsForgeable(*winner);
  if (is_forgeable && lists.is_listed) return {};
  if (is_forgeable && lists.may_become_listed) return {.waits_for_dns = true};
  return {.entry = winner};
}

}  // namespace

bool IsAsked(Kind people, const Request& request) {
  if (people == Kind::kSenderEntries) return !request.sender.empty();
  return people != Kind::kRecipientEntries || !request.recipient.empty();
}

std::vector<Question> PeopleQuestions(const Request& request) {
  std::vector<Question> questions;
  for (const Kind kind : kPeopleKinds) {
    if (IsAsked(kind, request)) questions.push_back({kind, {}, {}});
  }
  return questions;
}

bool KnowsPeople(const Request& request, const Facts& facts) {
  return std::ranges::all_of(kPeopleKinds,
                             [&](Kind kind) { return !IsAsked(kind, request) || facts.Find(kind) != nullptr; });
}

bool ArePeopleSilent(const Facts& facts) {
  return std::ranges::all_of(kPeopleKinds, [&](Kind kind) { return Entries(facts, kind).empty(); });
}

bool NeedsSenderProof(const Facts& facts) {
  return std::ranges::any_of(Entries(facts, Kind::kSenderEntries), &ListEntry::if_spf);
}

bool AllowsProvenSender(const Facts& facts) {
  return std::ranges::any_of(Entries(facts, Kind::kSenderEntries),
                             [](const ListEntry& entry) { return entry.if_spf && entry.list == ListKind::kWhitelist; });
}

PeopleView ViewPeople(const ReverseDnsView& reverse, const Assessment& lists, std::optional<bool> is_proven,
                      const Facts& facts) {
  const ListEntry* recipient = Narrowest(Entries(facts, Kind::kRecipientEntries));
  if (recipient && recipient->list == ListKind::kWhitelist) return {.entry = recipient};

  const auto says_something = [](const PeopleView& view) {
    return view.entry || view.waits_for_dns || !view.open.empty();
  };
  if (PeopleView client = ViewClient(reverse, facts); says_something(client)) return client;
  if (PeopleView sender = ViewSender(reverse, lists, is_proven, facts); says_something(sender)) return sender;
  return {.entry = recipient};
}

}  // namespace rules
