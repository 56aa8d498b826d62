#include "policyd/dns/zones/site_health.h"

#include <gtest/gtest.h>

#include <vector>

namespace policyd::dns {
namespace {

using rules::IpAddress;
using rules::seconds;
using rules::SiteFamily;
using rules::SiteState;
using rules::TimePoint;
using testing::Values;

const TimePoint kNow{seconds{1'795'250'000}};

Answer With(std::vector<const char*> records) {
  DnsReply reply{.status = DnsReply::Status::kPresent};
  for (const char* record : records) reply.addresses.push_back(*IpAddress::Parse(record));
  return {.reply = reply, .was_sent = true};
}
Answer Absent() {
  return {.reply = {.status = DnsReply::Status::kAbsent}, .was_sent = true};
}
Answer Rcode(int rcode) {
  return {.reply = {.status = DnsReply::Status::kError, .rcode = rcode}, .was_sent = true};
}
Answer TimeOut(bool server_answers_others) {
  return {.reply = {}, .was_sent = true, .server_answers_others = server_answers_others};
}

struct FindingCase {
  const char* name;
  const char* zone;
  Answer answer;
  Finding want;
};

class FindingTest : public testing::TestWithParam<FindingCase> {};

TEST_P(FindingTest, SaysWhatCameOfATestQuestion) {
  EXPECT_EQ(ReadTestAnswer(GetParam().zone, "127.0.0.2", true, GetParam().answer).finding, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Answers, FindingTest,
    Values(FindingCase{"listed", "zen.example", With({"127.0.0.2"}), Finding::kListed},
           FindingCase{"whatever_the_filter", "list.dnswl.org", With({"127.0.10.0"}), Finding::kListed},
           FindingCase{"white", "hostkarma.junkemailfilter.com", With({"127.0.0.1"}), Finding::kListed},
           FindingCase{"listed_beside_a_code", "zen.example", With({"127.255.255.254", "127.0.0.2"}), Finding::kListed},
           FindingCase{"listed_before_a_code", "zen.example", With({"127.0.0.2", "127.255.255.254"}), Finding::kListed},
           FindingCase{"a_code_beside_another", "zen.example", With({"127.255.255.254", "203.0.113.9"}),
                       Finding::kErrorCode},
           FindingCase{"public_resolver", "zen.example", With({"127.255.255.254"}), Finding::kErrorCode},
           FindingCase{"own_code", "multi.uribl.com", With({"127.0.0.1"}), Finding::kErrorCode},
           FindingCase{"parked", "zen.example", With({"203.0.113.9"}), Finding::kForeign},
           FindingCase{"absent", "zen.example", Absent(), Finding::kNotListed},
           FindingCase{"refused", "zen.example", Rcode(5), Finding::kRefused},
           FindingCase{"servfail", "zen.example", Rcode(2), Finding::kFailed},
           FindingCase{"time_out", "zen.example", TimeOut(true), Finding::kNoAnswer},
           FindingCase{"time_out_while_nobody_is_answered", "zen.example", TimeOut(false), Finding::kNotSent},
           FindingCase{"not_sent", "zen.example", Answer{}, Finding::kNotSent}),
    [](const auto& row) { return row.param.name; });

struct JudgeCase {
  const char* name;
  Finding must, must_not, random;
  std::optional<SiteState> want;
  bool is_silent = false;
};

std::vector<TestAnswer> Answers(Finding must, Finding must_not, Finding random) {
  return {{"127.0.0.2", true, must, "127.0.0.2"},
          {"127.0.0.1", false, must_not, "127.0.0.2"},
          {"198.41.0.77", false, random, "127.0.0.2"}};
}

class JudgeTest : public testing::TestWithParam<JudgeCase> {};

TEST_P(JudgeTest, FollowsRfc5782) {
  const auto& [name, must, must_not, random, want, is_silent] = GetParam();
  const Judgement got = Judge(SiteFamily::kIpv4, Answers(must, must_not, random));
  EXPECT_EQ(got.state, want) << got.reason;
  EXPECT_EQ(got.is_silent, is_silent);
  EXPECT_EQ(got.reason.empty(), want == SiteState::kHealthy || must == Finding::kNotSent || random == Finding::kNotSent)
      << got.reason;
}

constexpr Finding kYes = Finding::kListed, kNo = Finding::kNotListed, kNone = Finding::kNoAnswer;

INSTANTIATE_TEST_SUITE_P(
    Tests, JudgeTest,
    Values(JudgeCase{"sound", kYes, kNo, kNo, SiteState::kHealthy},
           JudgeCase{"lists_localhost", kYes, kYes, kNo, SiteState::kQuarantined},
           JudgeCase{"lists_the_world", kYes, kNo, kYes, SiteState::kQuarantined},
           JudgeCase{"lists_nothing", kNo, kNo, kNo, SiteState::kQuarantined, true},
           JudgeCase{"parked", Finding::kForeign, Finding::kForeign, Finding::kForeign, SiteState::kQuarantined},
           JudgeCase{"a_code_for_everything", Finding::kErrorCode, Finding::kErrorCode, Finding::kErrorCode,
                     SiteState::kRefused},
           JudgeCase{"a_code_once", kYes, Finding::kErrorCode, kNo, SiteState::kRefused},
           JudgeCase{"refused", Finding::kRefused, Finding::kRefused, kNone, SiteState::kRefused},
           JudgeCase{"no_answer", kNone, kNone, kNone, SiteState::kDead},
           JudgeCase{"servfail", Finding::kFailed, Finding::kFailed, kNone, SiteState::kDead},
           JudgeCase{"one_lost_question_decides_nothing", kYes, kNo, kNone, std::nullopt},
           JudgeCase{"the_point_lost_decides_nothing", kNone, kNo, kNo, std::nullopt},
           JudgeCase{"one_not_sent_decides_nothing", kYes, kNo, Finding::kNotSent, std::nullopt, false},
           JudgeCase{"nothing_sent_decides_nothing", Finding::kNotSent, kNone, kNone, std::nullopt}),
    [](const auto& row) { return row.param.name; });

TEST(Judge, WithoutAPointForIpv6TheListKnowsNone) {
  const Judgement none = Judge(SiteFamily::kIpv6, Answers(kNo, kNo, kNo));
  EXPECT_TRUE(none.lacks_point);
  EXPECT_FALSE(none.is_silent);
  EXPECT_FALSE(Judge(SiteFamily::kIpv6, Answers(kYes, kNo, kNo)).lacks_point);
  EXPECT_EQ(Judge(SiteFamily::kIpv6, Answers(kNo, kYes, kNo)).state, SiteState::kQuarantined);
}

const Judgement kSound{.state = SiteState::kHealthy};
const Judgement kWrong{.state = SiteState::kQuarantined, .reason = "lists 127.0.0.1"};
const Judgement kSilence{.state = SiteState::kDead, .reason = "does not answer", .was_late = true};
const Judgement kHalfAnswered{
    .state = std::nullopt, .reason = "answers only some of its test questions", .was_late = true};

SiteHealth Healthy() {
  SiteHealth site(true, {});
  site.Tested(kSound, kNow, 60);
  return site;
}

TEST(SiteHealth, IsTestedAtOnceThenEveryTenMinutesWithJitter) {
  SiteHealth site(true, {});
  EXPECT_EQ(site.status().state, SiteState::kUnknown);
  EXPECT_TRUE(site.is_due(kNow));
  site.Begin();
  EXPECT_FALSE(site.is_due(kNow + seconds{3600})) << "one test at a time";
  for (const auto& [random, due] : {std::pair{0U, 540}, {60U, 600}, {120U, 660}}) {
    site.Tested(kSound, kNow, random);
    EXPECT_FALSE(site.is_due(kNow + seconds{due - 1})) << random;
    EXPECT_TRUE(site.is_due(kNow + seconds{due})) << random;
  }
  EXPECT_EQ(site.status().state, SiteState::kHealthy);
  EXPECT_EQ(site.status().tested, kNow);
  EXPECT_TRUE(site.is_due(kNow - seconds{86400})) << "a clock set back does not put the test off";
}

TEST(SiteHealth, BeginsWithTheStateOfBeforeTheRestart) {
  for (const SiteState state : {SiteState::kHealthy, SiteState::kQuarantined, SiteState::kDead}) {
    SiteHealth site(true, SiteHealth::Status{.state = state, .reason = "as it was"});
    EXPECT_EQ(site.status().state, state);
    EXPECT_TRUE(site.is_due(kNow));
  }
  const SiteHealth once_unchecked(true, SiteHealth::Status{.state = SiteState::kUnchecked});
  EXPECT_EQ(once_unchecked.status().state, SiteState::kUnknown) << "what was not checked must pass a test first";
  const SiteHealth now_unchecked(false, SiteHealth::Status{.state = SiteState::kQuarantined});
  EXPECT_EQ(now_unchecked.status().state, SiteState::kUnchecked);
  EXPECT_FALSE(now_unchecked.is_due(kNow));
}

TEST(SiteHealth, AFailedTestQuarantinesAndAPassedOneFrees) {
  SiteHealth site = Healthy();
  site.Tested(kWrong, kNow + seconds{600}, 0);
  EXPECT_EQ(site.status().state, SiteState::kQuarantined);
  EXPECT_EQ(site.status().reason, "lists 127.0.0.1");
  EXPECT_EQ(site.status().since, kNow + seconds{600});
  site.Tested(kWrong, kNow + seconds{900}, 0);
  EXPECT_EQ(site.status().since, kNow + seconds{600}) << "still the same state";
  site.Tested(kSound, kNow + seconds{1200}, 0);
  EXPECT_EQ(site.status().state, SiteState::kHealthy);
  EXPECT_EQ(site.status().reason, "");
}

TEST(SiteHealth, ADeadSiteIsTestedEveryMinute) {
  SiteHealth site = Healthy();
  site.Tested(kSilence, kNow, 60);
  EXPECT_EQ(site.status().state, SiteState::kDead);
  EXPECT_FALSE(site.is_due(kNow + seconds{59}));
  EXPECT_TRUE(site.is_due(kNow + seconds{60}));
}

TEST(SiteHealth, AnUndecidedTestChangesNothingAndIsRepeatedSoon) {
  SiteHealth site = Healthy();
  const Judgement undecided{.state = std::nullopt, .reason = "answers only some of its test questions"};
  for (int i = 0; i < 2; ++i) {
    site.Tested(undecided, kNow, 60);
    EXPECT_EQ(site.status().state, SiteState::kHealthy);
    EXPECT_TRUE(site.is_due(kNow + seconds{10}));
  }
  site.Tested(undecided, kNow, 60);
  EXPECT_EQ(site.status().state, SiteState::kDead) << "three in a row";

  SiteHealth with_a_sound_one_between = Healthy();
  for (const Judgement& judgement : {undecided, undecided, kSound, undecided, undecided}) {
    with_a_sound_one_between.Tested(judgement, kNow, 60);
  }
  EXPECT_EQ(with_a_sound_one_between.status().state, SiteState::kHealthy);
}

TEST(SiteHealth, WithoutNameServersTheStateStays) {
  SiteHealth site = Healthy();
  for (int i = 0; i < 100; ++i) site.Tested({}, kNow, 60);
  EXPECT_EQ(site.status().state, SiteState::kHealthy);
}

void TimeOuts(SiteHealth& site, int count, TimePoint now = kNow + seconds{60}) {
  for (int i = 0; i < count; ++i) site.Answered({.timed_out = true}, now);
}

// As a run of time-outs and the test that it brings forward make it.
SiteHealth Slow(bool is_checked = true) {
  SiteHealth site(is_checked, {});
  site.Tested(kSound, kNow, 60);
  TimeOuts(site, 10);
  site.Tested(kSilence, kNow + seconds{60}, 60);
  return site;
}

TEST(SiteHealth, ARunOfTimeOutsBringsTheTestForwardAndDoesNoMore) {
  SiteHealth site = Healthy();
  const TimePoint now = kNow + seconds{60};
  TimeOuts(site, 9);
  site.Answered({}, now);
  TimeOuts(site, 9);
  EXPECT_FALSE(site.is_due(now)) << "not in a row";
  TimeOuts(site, 1000);
  EXPECT_TRUE(site.is_due(now));
  EXPECT_EQ(site.status().state, SiteState::kHealthy) << "strangers choose what it is asked about them";
  site.Begin();
  site.Tested(kSound, now, 60);
  EXPECT_EQ(site.status().state, SiteState::kHealthy);
  TimeOuts(site, 1000, now + seconds{1});
  EXPECT_FALSE(site.is_due(now + seconds{14})) << "nor is it asked ever more often";
  EXPECT_TRUE(site.is_due(now + seconds{15}));
}

TEST(SiteHealth, ATestThatIsNotAnsweredAfterARunOfTimeOutsMakesItSlowUntilOneIs) {
  for (const Judgement& judgement : {kSilence, kHalfAnswered}) {
    SiteHealth site = Healthy();
    TimeOuts(site, 10);
    const TimePoint then = kNow + seconds{60};
    site.Tested(judgement, then, 60);
    EXPECT_EQ(site.status().state, SiteState::kSlow);
    EXPECT_FALSE(site.is_due(then + seconds{14}));
    EXPECT_TRUE(site.is_due(then + seconds{15}));
    site.Tested(kSilence, then + seconds{15}, 60);
    EXPECT_EQ(site.status().state, SiteState::kSlow);
    EXPECT_FALSE(site.is_due(then + seconds{15 + 29})) << "tested less often each time";
    EXPECT_TRUE(site.is_due(then + seconds{15 + 30}));
    site.Tested(kSound, then + seconds{45}, 60);
    EXPECT_EQ(site.status().state, SiteState::kHealthy);
  }
}

TEST(SiteHealth, WhatElseATestFindsOutweighsThatItIsSlow) {
  SiteHealth site = Healthy();
  TimeOuts(site, 10);
  Judgement wrong = kWrong;
  wrong.was_late = true;
  site.Tested(wrong, kNow + seconds{60}, 60);
  EXPECT_EQ(site.status().state, SiteState::kQuarantined);
}

TEST(SiteHealth, TimeOutsOfASiteThatDoesNotCountChangeNothing) {
  SiteHealth site = Healthy();
  site.Tested(kWrong, kNow, 60);
  TimeOuts(site, 100);
  EXPECT_EQ(site.status().state, SiteState::kQuarantined);
  EXPECT_FALSE(site.is_due(kNow + seconds{60}));
}

TEST(SiteHealth, ASlowSiteIsTestedNoFasterAfterARestart) {
  SiteHealth site(true, SiteHealth::Status{.state = SiteState::kSlow});
  EXPECT_TRUE(site.is_due(kNow));
  site.Tested(kSilence, kNow, 60);
  EXPECT_FALSE(site.is_due(kNow + seconds{14}));
  EXPECT_TRUE(site.is_due(kNow + seconds{15}));
}

TEST(SiteHealth, ATestThatCouldNotBeSentSaysNothing) {
  SiteHealth site = Slow();
  for (int i = 0; i < 10; ++i) site.Tested({}, kNow, 60);
  EXPECT_EQ(site.status().state, SiteState::kSlow);
  EXPECT_TRUE(site.is_due(kNow + seconds{10}));
}

TEST(SiteHealth, ASlowSiteIsTestedEveryTenMinutesAtLeast) {
  SiteHealth site = Slow();
  for (int i = 0; i < 10; ++i) site.Tested(kSilence, kNow, 60);
  EXPECT_FALSE(site.is_due(kNow + seconds{599}));
  EXPECT_TRUE(site.is_due(kNow + seconds{600}));
}

TEST(SiteHealth, AnUncheckedSiteIsTestedOnceItIsSuspectedOfBeingSlow) {
  SiteHealth site(false, {});
  EXPECT_FALSE(site.is_due(kNow));
  TimeOuts(site, 10);
  EXPECT_TRUE(site.is_due(kNow + seconds{60}));
  site.Tested(kWrong, kNow + seconds{60}, 0);
  EXPECT_EQ(site.status().state, SiteState::kUnchecked) << "what it lists for tests does not matter";
  EXPECT_FALSE(site.is_due(kNow + seconds{86400}));
  Judgement late = kWrong;
  late.was_late = true;
  TimeOuts(site, 10);
  site.Tested(late, kNow + seconds{75}, 0);
  EXPECT_EQ(site.status().state, SiteState::kSlow);
  SiteHealth after(false, site.status());
  EXPECT_EQ(after.status().state, SiteState::kSlow) << "after a restart, too";
  EXPECT_TRUE(after.is_due(kNow));
  after.Tested(kWrong, kNow, 0);
  EXPECT_EQ(after.status().state, SiteState::kUnchecked);
}

void Hits(SiteHealth& site, int hits, int answers) {
  for (int i = 0; i < answers; ++i) site.Answered({.is_listed = i < hits}, kNow + seconds{60});
}

TEST(SiteHealth, AJumpOfTheHitRateBringsTheTestForwardAndDoesNoMore) {
  SiteHealth site = Healthy();
  Hits(site, 5, 50);
  Hits(site, 10, 50);
  EXPECT_FALSE(site.is_due(kNow + seconds{60})) << "that is no jump";
  Hits(site, 45, 50);
  EXPECT_TRUE(site.is_due(kNow + seconds{60}));
  EXPECT_EQ(site.status().state, SiteState::kHealthy) << "an attacker may have got himself listed";
  site.Tested(kSound, kNow + seconds{60}, 60);
  EXPECT_FALSE(site.is_due(kNow + seconds{60}));
}

TEST(SiteHealth, WhatIsUsualFollowsTheHitRate) {
  SiteHealth site = Healthy();
  Hits(site, 5, 50);
  for (int i = 0; i < 30; ++i) Hits(site, 15, 50);
  Hits(site, 26, 50);
  EXPECT_FALSE(site.is_due(kNow + seconds{60})) << "from 30 to 52 % is no jump";
  Hits(site, 45, 50);
  EXPECT_TRUE(site.is_due(kNow + seconds{60}));
}

void SawClean(SiteHealth& site, unsigned from, unsigned to, bool is_listed) {
  for (unsigned i = from; i < to; ++i) {
    const std::uint8_t bytes[] = {static_cast<std::uint8_t>(20 + (i >> 8U)), static_cast<std::uint8_t>(i), 2, 1};
    const auto client = IpAddress::FromBytes(bytes);  // each in another /16
    site.Answered({.is_listed = is_listed, .speaks_against = is_listed, .clean_client = &client}, kNow);
  }
}

TEST(SiteHealth, HitsOnMoreThanHalfOfTheCleanClientsQuarantine) {
  SiteHealth half = Healthy();
  SawClean(half, 0, 15, false);
  SawClean(half, 15, 30, true);
  EXPECT_EQ(half.status().state, SiteState::kHealthy);
  SawClean(half, 30, 31, true);
  EXPECT_EQ(half.status().state, SiteState::kQuarantined);
  half.Tested(kSound, kNow + seconds{600}, 0);
  EXPECT_EQ(half.status().state, SiteState::kQuarantined) << "the test did not show it, so it does not free it at once";
  half.Tested(kSound, kNow + seconds{3599}, 0);
  EXPECT_EQ(half.status().state, SiteState::kQuarantined);
  half.Tested(kSound, kNow + seconds{3600}, 0);
  EXPECT_EQ(half.status().state, SiteState::kHealthy);
  SawClean(half, 0, 19, true);
  EXPECT_EQ(half.status().state, SiteState::kHealthy) << "it takes as many again";
}

TEST(SiteHealth, OfACleanClientTheLastAnswerCounts) {
  SiteHealth site = Healthy();
  SawClean(site, 0, 19, true);
  SawClean(site, 0, 9, false);
  SawClean(site, 19, 20, false);
  EXPECT_EQ(site.status().state, SiteState::kHealthy);
  SawClean(site, 0, 1, true);
  EXPECT_EQ(site.status().state, SiteState::kQuarantined) << "11 of 20";
}

TEST(SiteHealth, CleanClientsOfLongAgoDoNotOutweighThoseOfNow) {
  SiteHealth site = Healthy();
  SawClean(site, 0, 1000, false);
  SawClean(site, 1000, 1020, true);
  EXPECT_EQ(site.status().state, SiteState::kQuarantined);
}

TEST(SiteHealth, WithoutATestPointHitsOnCleanClientsQuarantineForAnHour) {
  SiteHealth site(false, {});
  Hits(site, 0, 50);
  Hits(site, 50, 50);
  EXPECT_FALSE(site.is_due(kNow)) << "there is no test to bring forward";
  SawClean(site, 0, 20, true);
  EXPECT_EQ(site.status().state, SiteState::kQuarantined);
  SiteHealth after(false, site.status());
  for (SiteHealth* one : {&site, &after}) {
    EXPECT_TRUE(one->is_due(kNow + seconds{3599}));
    one->Tested(kWrong, kNow + seconds{3599}, 60);
    EXPECT_EQ(one->status().state, SiteState::kQuarantined);
    one->Tested(kWrong, kNow + seconds{3600}, 60);
    EXPECT_EQ(one->status().state, SiteState::kUnchecked);
    EXPECT_FALSE(one->is_due(kNow + seconds{86400}));
  }
}

TEST(SiteHealth, AQuarantineByHitsOutlivesARestart) {
  SiteHealth before = Healthy();
  SawClean(before, 0, 20, true);
  SiteHealth after(true, before.status());
  after.Tested(kSound, kNow + seconds{600}, 0);
  EXPECT_EQ(after.status().state, SiteState::kQuarantined);
  EXPECT_EQ(after.status().reason, before.status().reason);
  SiteHealth set_back(true, before.status());
  set_back.Tested(kSound, kNow - seconds{86400}, 0);
  EXPECT_EQ(set_back.status().state, SiteState::kHealthy) << "a clock set back does not hold it for days";
  after.Tested(kWrong, kNow + seconds{1200}, 0);
  after.Tested(kSound, kNow + seconds{1800}, 0);
  EXPECT_EQ(after.status().state, SiteState::kHealthy) << "what a test found, a test may free";
}

TEST(SiteHealth, FewOrTheSameCleanClientsProveNothing) {
  SiteHealth site = Healthy();
  SawClean(site, 0, 19, true);
  for (int i = 0; i < 100; ++i) SawClean(site, 0, 1, true);
  EXPECT_EQ(site.status().state, SiteState::kHealthy);
  SawClean(site, 19, 20, true);
  EXPECT_EQ(site.status().state, SiteState::kQuarantined);
}

struct NetworkCase {
  const char* name;
  IpAddress (*client)(std::uint8_t number);
  bool is_believed;
};

IpAddress V4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  const std::uint8_t bytes[] = {a, b, c, d};
  return IpAddress::FromBytes(bytes);
}

IpAddress V6(std::uint8_t c, std::uint8_t e, std::uint8_t g) {
  const std::uint8_t bytes[] = {0x20, 0x01, 0x0d, c, 0, e, 0, g, 0, 0, 0, 0, 0, 0, 0, 1};
  return IpAddress::FromBytes(bytes);
}

class OneStrangersNetworksTest : public testing::TestWithParam<NetworkCase> {};

// Whoever has a network has all of its addresses: it is one witness, and what lies around it a few.
TEST_P(OneStrangersNetworksTest, DoNotQuarantine) {
  SiteHealth site = Healthy();
  for (std::uint8_t i = 0; i < 200; ++i) {
    const IpAddress client = GetParam().client(i);
    site.Answered({.is_listed = true, .speaks_against = true, .clean_client = &client}, kNow);
  }
  EXPECT_EQ(site.status().state == SiteState::kQuarantined, GetParam().is_believed);
}

INSTANTIATE_TEST_SUITE_P(
    Networks, OneStrangersNetworksTest,
    testing::Values(NetworkCase{"one_24", [](std::uint8_t i) { return V4(203, 0, 113, i); }, false},
                    NetworkCase{"one_16", [](std::uint8_t i) { return V4(203, 0, i, 1); }, false},
                    NetworkCase{"three_16", [](std::uint8_t i) { return V4(203, i % 3, i, 1); }, false},
                    NetworkCase{"many_16", [](std::uint8_t i) { return V4(203, i, 1, 1); }, true},
                    NetworkCase{"one_48", [](std::uint8_t i) { return V6(1, 1, i); }, false},
                    NetworkCase{"one_32", [](std::uint8_t i) { return V6(1, i, 1); }, false},
                    NetworkCase{"many_32", [](std::uint8_t i) { return V6(i, 1, 1); }, true}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace policyd::dns
