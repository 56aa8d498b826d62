#include "tests/support/rule_words.h"

#include <cassert>

#include "rules/signal_table.h"

namespace support {
namespace {

template <class Records>
rules::Fact PresentFact(Records records) {
  rules::Fact fact;
  fact.state = rules::Fact::State::kPresent;
  fact.records = std::move(records);
  return fact;
}

}  // namespace

rules::IpAddress Client() {
  return *rules::IpAddress::Parse(kClient);
}
rules::TimePoint Now() {
  return rules::TimePoint{rules::seconds{1'800'000'000}};
}

rules::Fact Present(rules::HostNames names) {
  return PresentFact(std::move(names));
}
rules::Fact Present(rules::Addresses addresses) {
  return PresentFact(std::move(addresses));
}
rules::Fact Present(rules::ListMatches matches) {
  return PresentFact(std::move(matches));
}
rules::Fact Present(const rules::Triplet& triplet) {
  return PresentFact(triplet);
}
rules::Fact Present(const rules::AutoWhitelistCount& count) {
  return PresentFact(count);
}

rules::Fact Present(rules::DailyCounts days) {
  return PresentFact(std::move(days));
}

rules::DailyCounts PoorDays() {
  const rules::Day today = rules::DayOf(Now());
  const rules::DayCounts refused{.turned_away = 10};
  return {{today - std::chrono::days{2}, refused}, {today - std::chrono::days{1}, refused}};
}
rules::DailyCounts GoodDays() {
  rules::DailyCounts days;
  for (int ago = 44; ago > 0; ago -= 4) {
    days.push_back({rules::DayOf(Now()) - std::chrono::days{ago}, {.let_in = 10}});
  }
  return days;
}

rules::Fact Absent() {
  rules::Fact fact;
  fact.state = rules::Fact::State::kAbsent;
  return fact;
}

rules::Fact Unavailable() {
  return rules::Fact::Unavailable();
}

rules::Fact BlamesName() {
  rules::Fact fact;
  fact.server_answers_others = true;
  return fact;
}

Known Ptr(std::vector<std::string> names) {
  return {rules::Question::Ptr(), Present(std::move(names))};
}
Known NoPtr() {
  return {rules::Question::Ptr(), Absent()};
}

Known Forward(std::string name, std::string_view address) {
  const auto ip = rules::IpAddress::Parse(address);
  return {rules::Question::Forward(std::move(name)), ip ? Present(rules::Addresses{*ip}) : Absent()};
}

Known Listed(std::string zone, std::string_view code) {
  return {rules::Question::List(std::move(zone)), Present(rules::Addresses{*rules::IpAddress::Parse(code)})};
}
Known NotListed(std::string zone) {
  return {rules::Question::List(std::move(zone)), Absent()};
}
Known ListUnavailable(std::string zone) {
  return {rules::Question::List(std::move(zone)), Unavailable()};
}

rules::ListEntry Entry(rules::ListKind list, std::string_view target) {
  rules::ListEntry entry;
  entry.list = list;
  auto parsed = rules::Target::Parse(target);
  assert(parsed && "a test writes good targets");
  entry.target = *std::move(parsed);
  return entry;
}

rules::Request Mail() {
  rules::Request request;
  request.state = rules::ProtocolState::kRcpt;
  request.client = Client();
  request.helo_name = "mail.sender.example";
  request.sender = "someone@sender.example";
  request.recipient = "partner@example.com";
  request.instance = "1.2.3";
  return request;
}

rules::Policy WithZones(const std::vector<std::string>& zones) {
  rules::Policy policy;
  policy.points = rules::DefaultPoints();
  policy.points[static_cast<std::size_t>(rules::SignalKind::kTable)] = policy.PointsOf(rules::SignalKind::kDynamicName);
  auto parsed = rules::ParseZones(zones, {}, 0);
  assert(parsed && "a test writes good sites");
  policy.zones = *std::move(parsed);
  policy.suffixes = rules::PublicSuffixes::Builtin();
  policy.spf.check = rules::SpfUse::kOff;
  return policy;
}

rules::Facts FactsOf(const std::vector<Known>& known) {
  rules::Facts facts;
  for (const auto& [question, fact] : known) facts.Add(question, fact);
  facts.Add(rules::Question::ClientEntries(), Present(rules::ListMatches{}));
  facts.Add(rules::Question::SenderEntries(), Present(rules::ListMatches{}));
  facts.Add(rules::Question::RecipientEntries(), Present(rules::ListMatches{}));
  facts.Add(rules::Question::Triplet("203.0.113.0/24"), Absent());
  facts.Add(rules::Question::Triplet("sender.example"), Absent());
  facts.Add(rules::Question::AutoWhitelist("203.0.113.45"), Absent());
  facts.Add(rules::Question::AutoWhitelist("mail.sender.example"), Absent());
  facts.Add(rules::Question::Correspondent(), Absent());
  return facts;
}

}  // namespace support
