#include "rules/greylist/greylisting.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/rule_words.h"

namespace rules::greylisting_test {

using support::Absent;
using support::Known;
using support::Mail;
using support::NoPtr;
using support::Now;
using support::Present;

const std::string kNetwork = "203.0.113.0/24", kOfSender = "spf:sender.example";

Policy WithSenderDomain() {
  Policy policy = support::WithZones({});
  policy.greylist.spf_domain = true;
  policy.spf.check = SpfUse::kWhenNeeded;
  policy.points[static_cast<std::size_t>(SignalKind::kSpfFail)] = Points{};
  policy.points[static_cast<std::size_t>(SignalKind::kSpfSoftfail)] = Points{};
  policy.points[static_cast<std::size_t>(SignalKind::kHeloSpfFail)] = Points{};
  return policy;
}

Known Record(const char* text) {
  return {Question::NameTexts("sender.example"), Fact::Present(Texts{.whole = {text}, .begun = {}})};
}
const Known kPasses = Record("v=spf1 ip4:203.0.113.45 -all");

Known Waiting(const std::string& key) {
  return {Question::Triplet(key),
          Present(Triplet{.first_seen = Now() - seconds{600}, .last_seen = Now() - seconds{600}, .passes = 0})};
}

std::vector<std::string> KeysOf(const Remember& remember) {
  std::vector<std::string> keys;
  for (const auto& triplet : remember.triplets) keys.push_back(triplet.client_key);
  return keys;
}

Outcome Decide(const Policy& policy, const std::vector<Known>& known, const Request& request = Mail()) {
  return Evaluate(policy, {}, request, support::FactsOf(known), Now());
}

using Strings = std::vector<std::string>;

TEST(Greylisting, AsksForProofOfTheSenderWhereNoOtherKeyLetsIn) {
  const Policy policy = WithSenderDomain();
  EXPECT_EQ(Decide(policy, {NoPtr()}).open, std::vector{Question::NameTexts("sender.example")});
  EXPECT_EQ(Decide(policy, {NoPtr(), kPasses}).open, std::vector{Question::Triplet(kOfSender)});
  const Outcome by_network = Decide(policy, {NoPtr(), Waiting(kNetwork)});
  ASSERT_TRUE(by_network.verdict) << "nothing more need be known";
  EXPECT_EQ(by_network.verdict->action, Action::kPass);
}

TEST(Greylisting, AFirstSightIsRememberedUnderTheSendersDomainToo) {
  const Outcome outcome = Decide(WithSenderDomain(), {NoPtr(), kPasses, {Question::Triplet(kOfSender), Absent()}});
  ASSERT_TRUE(outcome.verdict);
  EXPECT_EQ(outcome.verdict->action, Action::kGreylist);
  EXPECT_EQ(KeysOf(outcome.verdict->remember), (Strings{kNetwork, kOfSender}));
  ASSERT_TRUE(outcome.verdict->spf);
  EXPECT_EQ(outcome.verdict->spf->result, SpfResult::kPass);
}

TEST(Greylisting, ARetryFromAnotherMachineOfTheSendersIsKnown) {
  const Outcome outcome = Decide(WithSenderDomain(), {NoPtr(), kPasses, Waiting(kOfSender)});
  ASSERT_TRUE(outcome.verdict);
  EXPECT_EQ(outcome.verdict->action, Action::kPass);
  EXPECT_EQ(outcome.verdict->reason, Reason::kKnownTriplet);
  // It says nothing for other mail from this machine and its neighbours.
  EXPECT_EQ(KeysOf(outcome.verdict->remember), Strings{kOfSender});
  EXPECT_EQ(outcome.verdict->remember.auto_whitelist_key, std::nullopt);
}

struct Case {
  const char* name;
  Known record;
};

class GreylistingTest : public testing::TestWithParam<Case> {};

// A stranger can name any sender.
TEST_P(GreylistingTest, WithoutAProofTheSendersDomainIsNoKey) {
  const Outcome outcome = Decide(WithSenderDomain(), {NoPtr(), GetParam().record, Waiting(kOfSender)});
  ASSERT_TRUE(outcome.verdict);
  EXPECT_EQ(outcome.verdict->action, Action::kGreylist);
  EXPECT_EQ(KeysOf(outcome.verdict->remember), Strings{kNetwork});
}

INSTANTIATE_TEST_SUITE_P(Greylist, GreylistingTest,
                         testing::Values(Case{"fail", Record("v=spf1 -all")}, Case{"neutral", Record("v=spf1 ?all")},
                                         Case{"a_pass_of_anybody", Record("v=spf1 +all")},
                                         Case{"a_network_of_anybody", Record("v=spf1 ip4:192.0.0.0/4 -all")},
                                         Case{"no_record", {Question::NameTexts("sender.example"), Absent()}},
                                         Case{"no_answer",
                                              {Question::NameTexts("sender.example"), support::Unavailable()}}),
                         [](const auto& row) { return row.param.name; });

TEST(Greylisting, AsksNothingOfASenderWhereThatIsNotWanted) {
  Request bounce = Mail();
  bounce.sender.clear();
  EXPECT_TRUE(Decide(WithSenderDomain(), {NoPtr()}, bounce).verdict) << "no domain sent it";
  Policy policy = WithSenderDomain();
  policy.spf.check = SpfUse::kOff;
  EXPECT_TRUE(Decide(policy, {NoPtr()}).verdict);
  policy = WithSenderDomain();
  policy.greylist.spf_domain = false;
  EXPECT_TRUE(Decide(policy, {NoPtr()}).verdict);
}

}  // namespace rules::greylisting_test
