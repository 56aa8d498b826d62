#include "rules/people.h"

#include "rules/dns_name.h"

namespace rules {
namespace {

std::vector<ListEntry> Entries(const Facts& facts, const Question& question) {
  const Fact* fact = facts.Find(question);
  return fact ? fact->Get<ListMatches>().entries : std::vector<ListEntry>{};
}

PeopleView Decide(const ListEntry* entry) {
  PeopleView view;
  if (entry) view.entry = *entry;
  return view;
}

PeopleView ViewClient(const ReverseDnsView& reverse, const Facts& facts) {
  const Fact* known = facts.Find(Question::ClientEntries());
  const ListMatches& by_address = known->Get<ListMatches>();
  const ListEntry* winner = Narrowest(by_address.entries);
  const bool is_narrowest = winner && winner->target.kind == Target::Kind::kAddress;
  if (is_narrowest || !by_address.has_name_entries) return Decide(winner);

  // The confirmed name may bring a narrower entry.
  if (!reverse.state) return {.entry = {}, .open = {}, .waits_for_dns = true};
  if (!reverse.is_confirmed()) return Decide(winner);
  const Question by_name = Question::NameEntries(reverse.name);
  if (!facts.Find(by_name)) return {.entry = {}, .open = {by_name}, .waits_for_dns = false};
  const std::vector<ListEntry> entries = Entries(facts, by_name);
  const ListEntry* named = Narrowest(entries);
  const bool name_wins = named && (!winner || IsNarrower(*named, *winner));
  return Decide(name_wins ? named : winner);
}

PeopleView ViewSender(const ReverseDnsView& reverse, const Assessment& lists, const Facts& facts) {
  std::vector<ListEntry> holding;
  for (ListEntry& entry : Entries(facts, Question::SenderEntries())) {
    if (!entry.if_confirmed.empty()) {
      if (!reverse.state) return {.entry = {}, .open = {}, .waits_for_dns = true};
      if (!reverse.is_confirmed() || !IsUnder(reverse.name, entry.if_confirmed)) continue;
    }
    holding.push_back(std::move(entry));
  }
  const ListEntry* winner = Narrowest(holding);
  const bool is_forgeable = winner && winner->list == ListKind::kWhitelist && winner->if_confirmed.empty();
  if (is_forgeable && lists.is_listed) return {};
  if (is_forgeable && lists.may_become_listed) return {.entry = {}, .open = {}, .waits_for_dns = true};
  return Decide(winner);
}

}  // namespace

std::vector<Question> PeopleQuestions(const Request& request) {
  std::vector<Question> questions;
  questions.reserve(3);
  questions.push_back(Question::ClientEntries());
  if (!request.sender.empty()) questions.push_back(Question::SenderEntries());
  if (!request.recipient.empty()) questions.push_back(Question::RecipientEntries());
  return questions;
}

bool KnowsPeople(const Request& request, const Facts& facts) {
  return facts.Find(Question::Kind::kClientEntries) &&
         (request.sender.empty() || facts.Find(Question::Kind::kSenderEntries)) &&
         (request.recipient.empty() || facts.Find(Question::Kind::kRecipientEntries));
}

bool ArePeopleSilent(const Facts& facts) {
  using Kind = Question::Kind;
  for (const Kind kind : {Kind::kClientEntries, Kind::kSenderEntries, Kind::kRecipientEntries}) {
    const Fact* fact = facts.Find(kind);
    if (fact && !fact->Get<ListMatches>().entries.empty()) return false;
  }
  return true;
}

PeopleView ViewPeople(const ReverseDnsView& reverse, const Assessment& lists, const Facts& facts) {
  const std::vector<ListEntry> for_recipient = Entries(facts, Question::RecipientEntries());
  const ListEntry* recipient = Narrowest(for_recipient);
  if (recipient && recipient->list == ListKind::kWhitelist) return Decide(recipient);

  const auto says_something = [](const PeopleView& view) {
    return view.entry || view.waits_for_dns || !view.open.empty();
  };
  if (PeopleView client = ViewClient(reverse, facts); says_something(client)) return client;
  if (PeopleView sender = ViewSender(reverse, lists, facts); says_something(sender)) return sender;
  return Decide(recipient);
}

}  // namespace rules
