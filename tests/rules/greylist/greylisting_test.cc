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

Policy WithCorrespondents() {
  Policy policy = WithSenderDomain();
  policy.greylist.spf_domain = false;
  policy.greylist.known_correspondents = true;
  return policy;
}

const Known kWrittenTo = {Question::Correspondent(), Fact{.state = Fact::State::kPresent}};

TEST(Greylisting, AnAnswerToPeopleHereIsLetInWhereSpfPasses) {
  const Policy policy = WithCorrespondents();
  EXPECT_EQ(Decide(policy, {NoPtr(), kWrittenTo}).open, std::vector{Question::NameTexts("sender.example")});
  const Outcome outcome = Decide(policy, {NoPtr(), kWrittenTo, kPasses});
  ASSERT_TRUE(outcome.verdict);
  EXPECT_EQ(outcome.verdict->action, Action::kPass);
  EXPECT_EQ(outcome.verdict->reason, Reason::kKnownCorrespondent);
  EXPECT_EQ(outcome.verdict->signals.back(),
            (Signal{SignalKind::kKnownCorrespondent, Points{}, "someone@sender.example", {}}));
  ASSERT_TRUE(outcome.verdict->spf);
  EXPECT_TRUE(outcome.verdict->remember.empty()) << "nobody waited, and the client has earned nothing";
}

TEST(Greylisting, AListThatNamesTheClientTakesNothingFromAnAnswer) {
  Policy policy = WithCorrespondents();
  policy.zones = support::WithZones({"bl.example*1"}).zones;
  const Outcome outcome = Decide(policy, {NoPtr(), kWrittenTo, kPasses, support::Listed("bl.example")});
  ASSERT_TRUE(outcome.verdict);
  EXPECT_EQ(outcome.verdict->reason, Reason::kKnownCorrespondent);
}

TEST(Greylisting, TheStoreIsAskedOnlyWhereTheMailWouldWaitAndThatIsWanted) {
  const auto without_answer = [](const Policy& policy, std::vector<Known> known, const Request& request = Mail()) {
    Facts facts;
    for (auto& [question, fact] : support::FactsOf(known).all()) {
      if (question != Question::Correspondent()) facts.Add(question, fact);
    }
    return Evaluate(policy, {}, request, facts, Now());
  };
  const Policy policy = WithCorrespondents();
  EXPECT_EQ(without_answer(policy, {NoPtr()}).open, std::vector{Question::Correspondent()});
  EXPECT_TRUE(without_answer(policy, {NoPtr(), Waiting(kNetwork)}).verdict) << "it came back";
  Request bounce = Mail();
  bounce.sender.clear();
  EXPECT_TRUE(without_answer(policy, {NoPtr()}, bounce).verdict);
  Policy off = policy;
  off.greylist.known_correspondents = false;
  EXPECT_TRUE(without_answer(off, {NoPtr()}).verdict);
}

struct AnswerCase {
  const char* name;
  std::vector<Known> known;
  Action want;
  SpfUse spf = SpfUse::kWhenNeeded;
};

class AnswerTest : public testing::TestWithParam<AnswerCase> {};

TEST_P(AnswerTest, IsKnownOnlyWhereNobodyForgedTheSender) {
  Policy policy = WithCorrespondents();
  policy.spf.check = GetParam().spf;
  policy.points[static_cast<std::size_t>(SignalKind::kSenderMatch)] = Points{};
  policy.points[static_cast<std::size_t>(SignalKind::kMailName)] = Points{};
  Request request = Mail();
  request.helo_name = "localhost";
  const Outcome outcome = Decide(policy, GetParam().known, request);
  ASSERT_TRUE(outcome.verdict);
  EXPECT_EQ(outcome.verdict->action, GetParam().want);
}

std::vector<Known> Named(const char* name, std::vector<Known> more) {
  more.insert(more.end(), {support::Ptr({name}),
                           support::Forward(name, support::kClient),
                           kWrittenTo,
                           {Question::AutoWhitelist(name), Absent()}});
  return more;
}

INSTANTIATE_TEST_SUITE_P(
    Greylist, AnswerTest,
    testing::Values(
        AnswerCase{"spf_passes", {NoPtr(), kPasses, kWrittenTo}, Action::kPass},
        AnswerCase{"nobody_wrote", {NoPtr(), kPasses}, Action::kGreylist},
        AnswerCase{"spf_fails", {NoPtr(), Record("v=spf1 -all"), kWrittenTo}, Action::kGreylist},
        AnswerCase{"spf_passes_for_anybody", {NoPtr(), Record("v=spf1 +all"), kWrittenTo}, Action::kGreylist},
        AnswerCase{"no_answer_of_dns",
                   {NoPtr(), {Question::NameTexts("sender.example"), support::Unavailable()}, kWrittenTo},
                   Action::kGreylist},
        AnswerCase{"spf_is_off", {NoPtr(), kPasses, kWrittenTo}, Action::kGreylist, SpfUse::kOff},
        AnswerCase{"name_under_the_sender_needs_no_spf", Named("mail.sender.example", {}), Action::kPass, SpfUse::kOff},
        AnswerCase{"name_of_a_customer_proves_nothing", Named("203-0-113-45.adsl.sender.example", {}),
                   Action::kGreylist, SpfUse::kOff},
        AnswerCase{"name_beside_the_sender",
                   Named("mail.othersender.example", {{Question::Triplet("othersender.example"), Absent()}}),
                   Action::kGreylist, SpfUse::kOff}),
    [](const auto& row) { return row.param.name; });

}  // namespace rules::greylisting_test
