#include "rules/signal_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rules/evaluate.h"
#include "tests/support/rule_words.h"

namespace rules::signal_table_test {

using support::Forward;
using support::Known;
using support::Ptr;

struct Case {
  SignalKind kind;
  std::vector<Known> facts;
  std::string helo = {};
  std::string sender = "someone@elsewhere.example";
};

Verdict Judge(const Case& mail, const Policy& policy) {
  Facts facts = support::FactsOf(mail.facts);
  Request request = support::Mail();
  request.helo_name = mail.helo;
  request.sender = mail.sender;
  for (;;) {
    Outcome outcome = Evaluate(policy, {}, request, facts, support::Now());
    if (outcome.verdict) return *std::move(outcome.verdict);
    for (const Question& question : outcome.open) facts.Add(question, support::Absent());
  }
}

bool Holds(const Verdict& verdict, SignalKind kind) {
  return std::any_of(verdict.signals.begin(), verdict.signals.end(),
                     [kind](const Signal& signal) { return signal.kind == kind; });
}

Policy WithTable() {
  Policy policy = support::WithZones({});
  policy.own_names = {"mx.here.example"};
  policy.points[static_cast<std::size_t>(SignalKind::kReputationPoor)] = Points{30};
  policy.points[static_cast<std::size_t>(SignalKind::kReputationGood)] = Points{-10};
  policy.spf.check = SpfUse::kWhenNeeded;
  // As many points as change the action.
  for (const auto kind :
       {SignalKind::kSpfFail, SignalKind::kSpfSoftfail, SignalKind::kHeloSpfFail, SignalKind::kSpfPermerror}) {
    policy.points[static_cast<std::size_t>(kind)] = Points{30};
  }
  policy.dynamic_tables.push_back({.patterns = *PatternTable::Parse("t", "/^listed/ REJECT\n"), .shown = "t"});
  return policy;
}

std::vector<Known> Confirmed(const std::string& name) {
  return {Ptr({name}), Forward(name, support::kClient)};
}

constexpr const char* kAlpha = "alpha.company.example";
constexpr const char* kMail = "mail.company.example";
constexpr const char* kCloud = "ec2-203-0-113-45.compute-1.amazonaws.com";

std::vector<Known> WithConduct(DailyCounts days) {
  std::vector<Known> facts = Confirmed(kAlpha);
  facts.emplace_back(Question::OfReputation("company.example"), support::Present(std::move(days)));
  return facts;
}

std::vector<Known> WithSpf(const char* domain, const char* record) {
  std::vector<Known> facts = Confirmed(kCloud);
  facts.emplace_back(Question::NameTexts(domain), Fact::Present(Texts{.whole = {record}, .begun = {}}));
  return facts;
}

// A mail for each signal.
std::vector<Case> AllCases() {
  return {{SignalKind::kNoPtr, {support::NoPtr()}},
          {SignalKind::kNoForward, {Ptr({kAlpha}), Forward(kAlpha, "")}},
          {SignalKind::kMismatch, {Ptr({kAlpha}), Forward(kAlpha, "192.0.2.1")}},
          {SignalKind::kUnavailableName, {{Question::Ptr(), support::BlamesName()}}},
          {SignalKind::kDynamicName, Confirmed("203-0-113-45.adsl.isp.example")},
          {SignalKind::kCloudName, Confirmed(kCloud)},
          {SignalKind::kTable, Confirmed("listed.company.example")},
          {SignalKind::kHeloLiteral, Confirmed(kAlpha), "[203.0.113.45]"},
          {SignalKind::kHeloNotPublic, Confirmed(kAlpha), "server.local"},
          {SignalKind::kHeloLocalhost, Confirmed(kAlpha), "localhost"},
          {SignalKind::kHeloOwnName, Confirmed(kAlpha), "mx.here.example"},
          {SignalKind::kHeloUnrelated, Confirmed(kAlpha), "mail.third.example"},
          {SignalKind::kHeloMatch, Confirmed(kCloud), kCloud},
          {SignalKind::kSenderMatch, Confirmed(kMail), "server.local", "someone@company.example"},
          {SignalKind::kMailName, Confirmed(kMail), "server.local"},
          {SignalKind::kReputationPoor, WithConduct(support::PoorDays())},
          {SignalKind::kReputationGood, WithConduct(support::GoodDays())},
          {SignalKind::kSpfFail, WithSpf("elsewhere.example", "v=spf1 -all")},
          {SignalKind::kSpfSoftfail, WithSpf("elsewhere.example", "v=spf1 ~all")},
          {SignalKind::kHeloSpfFail, WithSpf("mail.elsewhere.example", "v=spf1 -all"), "mail.elsewhere.example"},
          {SignalKind::kSpfPermerror, WithSpf("elsewhere.example", "v=spf1 nonsense")}};
}

TEST(SignalTable, PointsOfZeroSwitchEachSignalOff) {
  std::set<SignalKind> seen;
  for (const Case& mail : AllCases()) {
    Policy policy = WithTable();
    EXPECT_TRUE(Holds(Judge(mail, policy), mail.kind)) << Name(mail.kind);
    policy.points[static_cast<std::size_t>(mail.kind)] = {};
    EXPECT_FALSE(Holds(Judge(mail, policy), mail.kind)) << Name(mail.kind) << " is off";
    seen.insert(mail.kind);
  }
  // A list is switched off by taking it out of the configuration; outbound_test has those of logins,
  // greylisting_test the one in favour that has no points.
  for (std::size_t i = 0; i < kSignalKinds; ++i) {
    const auto kind = static_cast<SignalKind>(i);
    const bool is_elsewhere = RowOf(kind).family == SignalFamily::kList ||
                              RowOf(kind).family == SignalFamily::kOutbound || kind == SignalKind::kKnownCorrespondent;
    EXPECT_NE(seen.contains(kind), is_elsewhere) << Name(kind);
  }
}

// What is not in [points] has its points elsewhere: per site, and the tables count as the names do; what keeps a mail
// from the greylist has none.
TEST(SignalTable, EverySignalHasAKeyOfItsOwnButListsAndTables) {
  for (std::size_t i = 0; i < kSignalKinds; ++i) {
    const auto kind = static_cast<SignalKind>(i);
    const bool is_elsewhere = kind == SignalKind::kTable || kind == SignalKind::kDnsbl ||
                              kind == SignalKind::kNameList || kind == SignalKind::kKnownCorrespondent;
    EXPECT_EQ(RowOf(kind).points.has_value(), !is_elsewhere) << Name(kind);
  }
}

}  // namespace rules::signal_table_test
