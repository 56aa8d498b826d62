#include "rules/zones/witness.h"

#include <gtest/gtest.h>

#include "rules/evaluate.h"
#include "tests/support/rule_words.h"

namespace rules::witness_test {

using support::Entry;
using support::Forward;
using support::Known;
using support::Listed;
using support::ListUnavailable;
using support::Mail;
using support::NoPtr;
using support::NotListed;
using support::Now;
using support::Present;
using support::Ptr;

constexpr const char* kName = "mail.sender.example";
constexpr const char* kLine = "203-0-113-45.adsl.isp.example";

std::vector<Known> Named(const char* name, std::vector<Known> known) {
  known.push_back(Ptr({name}));
  known.push_back(Forward(name, support::kClient));
  return known;
}

Known Whitelisted(Question question, const char* target) {
  return {std::move(question), Present(ListMatches{{Entry(ListKind::kWhitelist, target)}, true})};
}

struct Case {
  const char* name;
  std::vector<Known> known;
  std::optional<Testimony> want;
  ProtocolState state = ProtocolState::kRcpt;
  const char* login = "";
};

class TestimonyTest : public testing::TestWithParam<Case> {};

TEST_P(TestimonyTest, RestsOnWhatWasSeen) {
  Policy policy = support::WithZones({"zen.example*8", "other.example*1", "wl.example*-4"});
  policy.own_networks.push_back(*Network::Parse("10.0.0.0/8"));
  // Without points such a client passes without a Signal; it is no witness all the same.
  policy.points[static_cast<std::size_t>(SignalKind::kNoPtr)] = {};
  policy.points[static_cast<std::size_t>(SignalKind::kDynamicName)] = {};
  Request request = Mail();
  request.state = GetParam().state;
  request.sasl_username = GetParam().login;
  Facts facts = support::FactsOf(GetParam().known);
  std::optional<Verdict> verdict;
  while (!verdict) {
    Outcome outcome = Evaluate(policy, {}, request, facts, Now());
    for (const Question& question : outcome.open) facts.Add(question, Fact::Unavailable());
    verdict = std::move(outcome.verdict);
  }
  const auto got = TestimonyOf(policy, support::Client(), *verdict, facts);
  ASSERT_EQ(got.has_value(), GetParam().want.has_value()) << Name(verdict->reason);
  if (!got) return;
  EXPECT_EQ(got->is_vouched_for, GetParam().want->is_vouched_for);
  EXPECT_EQ(got->absent, GetParam().want->absent);
}

const Known kNone = NotListed("zen.example");
const Known kAlso = NotListed("other.example");
const Known kWl = NotListed("wl.example");
const Testimony kVouched{.is_vouched_for = true, .absent = {}};
const Known kCameBack = {Question::Triplet("203.0.113.0/24"),
                         Present(Triplet{.first_seen = Now() - seconds{900}, .last_seen = Now(), .passes = 1})};
const Known kOften = {Question::AutoWhitelist("203.0.113.45"), Present(AutoWhitelistCount{9, Now()})};

INSTANTIATE_TEST_SUITE_P(
    Clients, TestimonyTest,
    testing::Values(
        Case{"clean_and_on_no_list", Named(kName, {kNone, kAlso, kWl}),
             Testimony{.is_vouched_for = false, .absent = {"zen.example", "other.example", "wl.example"}}},
        Case{"only_of_lists_that_answered", Named(kName, {kNone, ListUnavailable("other.example"), kWl}),
             Testimony{.is_vouched_for = false, .absent = {"zen.example", "wl.example"}}},
        Case{"listed_below_every_band", Named(kName, {kNone, Listed("other.example"), kWl}), std::nullopt},
        Case{"no_list_answered",
             Named(kName,
                   {ListUnavailable("zen.example"), ListUnavailable("other.example"), ListUnavailable("wl.example")}),
             std::nullopt},
        Case{"no_name", {NoPtr(), kNone, kAlso, kWl}, std::nullopt},
        Case{"line", Named(kLine, {kNone, kAlso, kWl}), std::nullopt},
        Case{"vrfy", Named(kName, {kNone, kAlso, kWl}), std::nullopt, ProtocolState::kVrfy},
        Case{"etrn", Named(kName, {kNone, kAlso, kWl}), std::nullopt, ProtocolState::kEtrn},
        Case{"authenticated", Named(kName, {kNone, kAlso, kWl}), std::nullopt, ProtocolState::kRcpt, "user"},
        Case{"came_back", {NoPtr(), Listed("zen.example"), kAlso, kWl, kCameBack}, std::nullopt},
        Case{"auto_whitelisted", {NoPtr(), kNone, kAlso, kWl, kOften}, std::nullopt},
        Case{"whitelisted_address", {NoPtr(), Whitelisted(Question::ClientEntries(), "203.0.113.45")}, kVouched},
        Case{"whitelisted_network", {NoPtr(), Whitelisted(Question::ClientEntries(), "203.0.113.0/24")}, std::nullopt},
        Case{"whitelisted_host",
             Named(kName, {{Question::ClientEntries(), Present(ListMatches{{}, true})},
                           Whitelisted(Question::NameEntries(kName), kName),
                           kNone,
                           kAlso,
                           kWl}),
             kVouched},
        Case{"whitelisted_domain",
             Named(kName, {{Question::ClientEntries(), Present(ListMatches{{}, true})},
                           Whitelisted(Question::NameEntries(kName), ".sender.example"),
                           kNone,
                           kAlso,
                           kWl}),
             kVouched},
        Case{"line_of_a_whitelisted_domain",
             Named(kLine, {{Question::ClientEntries(), Present(ListMatches{{}, true})},
                           Whitelisted(Question::NameEntries(kLine), ".isp.example"),
                           kNone,
                           kAlso,
                           kWl}),
             std::nullopt},
        Case{"whitelisted_sender",
             Named(kName, {Whitelisted(Question::SenderEntries(), "@sender.example"), kNone, kAlso, kWl}),
             std::nullopt},
        Case{"whitelisted_recipient",
             Named(kName, {Whitelisted(Question::RecipientEntries(), "rcpt:@example.com"), kNone, kAlso, kWl}),
             std::nullopt}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(NetworksOf, JoinsUpwards) {
  const auto v4 = NetworksOf(*IpAddress::Parse("203.0.113.45"));
  EXPECT_EQ(v4.one.ToString(), "203.0.113.0/24");
  EXPECT_EQ(v4.many.ToString(), "203.0.0.0/16");
  const auto v6 = NetworksOf(*IpAddress::Parse("2001:db8:1:2::3"));
  EXPECT_EQ(v6.one.ToString(), "2001:db8:1::/48");
  EXPECT_EQ(v6.many.ToString(), "2001:db8::/32");
}

}  // namespace rules::witness_test
