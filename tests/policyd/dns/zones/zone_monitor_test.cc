#include "policyd/dns/zones/zone_monitor.h"

#include <vector>

#include <gtest/gtest.h>

#include "policyd/dns/zones/zone_reasons.h"

namespace policyd::dns::zone_monitor_test {

using rules::IpAddress;
using rules::seconds;
using rules::TimePoint;
using rules::ZoneFamily;
using rules::ZoneState;
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

struct MeaningCase {
  const char* name;
  const char* zone;
  Answer answer;
  AnswerMeaning want;
};

class MeaningTest : public testing::TestWithParam<MeaningCase> {};

TEST_P(MeaningTest, SaysWhatCameOfATestQuestion) {
  EXPECT_EQ(ReadTestAnswer(GetParam().zone, "127.0.0.2", true, GetParam().answer).meaning, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Answers, MeaningTest,
    Values(MeaningCase{"listed", "zen.example", With({"127.0.0.2"}), AnswerMeaning::kListed},
           MeaningCase{"whatever_the_filter", "list.dnswl.org", With({"127.0.10.0"}), AnswerMeaning::kListed},
           MeaningCase{"white", "hostkarma.junkemailfilter.com", With({"127.0.0.1"}), AnswerMeaning::kListed},
           MeaningCase{"listed_beside_a_code", "zen.example", With({"127.255.255.254", "127.0.0.2"}),
                       AnswerMeaning::kListed},
           MeaningCase{"listed_before_a_code", "zen.example", With({"127.0.0.2", "127.255.255.254"}),
                       AnswerMeaning::kListed},
           MeaningCase{"a_code_beside_another", "zen.example", With({"127.255.255.254", "203.0.113.9"}),
                       AnswerMeaning::kErrorCode},
           MeaningCase{"public_resolver", "zen.example", With({"127.255.255.254"}), AnswerMeaning::kErrorCode},
           MeaningCase{"own_code", "multi.uribl.com", With({"127.0.0.1"}), AnswerMeaning::kErrorCode},
           MeaningCase{"parked", "zen.example", With({"203.0.113.9"}), AnswerMeaning::kForeign},
           MeaningCase{"absent", "zen.example", Absent(), AnswerMeaning::kNotListed},
           MeaningCase{"refused", "zen.example", Rcode(5), AnswerMeaning::kRefused},
           MeaningCase{"servfail", "zen.example", Rcode(2), AnswerMeaning::kFailed},
           MeaningCase{"time_out", "zen.example", TimeOut(true), AnswerMeaning::kNoAnswer},
           MeaningCase{"time_out_while_nobody_is_answered", "zen.example", TimeOut(false), AnswerMeaning::kNotSent},
           MeaningCase{"not_sent", "zen.example", Answer{}, AnswerMeaning::kNotSent}),
    [](const auto& row) { return row.param.name; });

struct JudgeCase {
  const char* name;
  AnswerMeaning must, must_not, random;
  std::optional<ZoneState> want;
  bool is_silent = false;
};

std::vector<TestAnswer> Answers(AnswerMeaning must, AnswerMeaning must_not, AnswerMeaning random) {
  return {{"127.0.0.2", true, must, "127.0.0.2"},
          {"127.0.0.1", false, must_not, "127.0.0.2"},
          {"198.41.0.77", false, random, "127.0.0.2"}};
}

class JudgeTest : public testing::TestWithParam<JudgeCase> {};

TEST_P(JudgeTest, FollowsRfc5782) {
  const auto& [name, must, must_not, random, want, is_silent] = GetParam();
  const TestResult got = ResultOf(ZoneFamily::kIpv4, Answers(must, must_not, random));
  EXPECT_EQ(got.state, want) << ZoneReasonText(got.reason);
  EXPECT_EQ(got.is_silent, is_silent);
  EXPECT_EQ(!got.reason,
            want == ZoneState::kHealthy || must == AnswerMeaning::kNotSent || random == AnswerMeaning::kNotSent)
      << ZoneReasonText(got.reason);
}

constexpr AnswerMeaning kYes = AnswerMeaning::kListed, kNo = AnswerMeaning::kNotListed,
                        kNone = AnswerMeaning::kNoAnswer;

INSTANTIATE_TEST_SUITE_P(
    Tests, JudgeTest,
    Values(JudgeCase{"sound", kYes, kNo, kNo, ZoneState::kHealthy},
           JudgeCase{"lists_localhost", kYes, kYes, kNo, ZoneState::kQuarantined},
           JudgeCase{"lists_the_world", kYes, kNo, kYes, ZoneState::kQuarantined},
           JudgeCase{"lists_nothing", kNo, kNo, kNo, ZoneState::kQuarantined, true},
           JudgeCase{"parked", AnswerMeaning::kForeign, AnswerMeaning::kForeign, AnswerMeaning::kForeign,
                     ZoneState::kQuarantined},
           JudgeCase{"a_code_for_everything", AnswerMeaning::kErrorCode, AnswerMeaning::kErrorCode,
                     AnswerMeaning::kErrorCode, ZoneState::kRefused},
           JudgeCase{"a_code_once", kYes, AnswerMeaning::kErrorCode, kNo, ZoneState::kRefused},
           JudgeCase{"refused", AnswerMeaning::kRefused, AnswerMeaning::kRefused, kNone, ZoneState::kRefused},
           JudgeCase{"no_answer", kNone, kNone, kNone, ZoneState::kDead},
           JudgeCase{"servfail", AnswerMeaning::kFailed, AnswerMeaning::kFailed, kNone, ZoneState::kDead},
           JudgeCase{"one_lost_question_decides_nothing", kYes, kNo, kNone, std::nullopt},
           JudgeCase{"the_point_lost_decides_nothing", kNone, kNo, kNo, std::nullopt},
           JudgeCase{"one_not_sent_decides_nothing", kYes, kNo, AnswerMeaning::kNotSent, std::nullopt, false},
           JudgeCase{"nothing_sent_decides_nothing", AnswerMeaning::kNotSent, kNone, kNone, std::nullopt}),
    [](const auto& row) { return row.param.name; });

TEST(ResultOf, WithoutAPointForIpv6TheListKnowsNone) {
  const TestResult none = ResultOf(ZoneFamily::kIpv6, Answers(kNo, kNo, kNo));
  EXPECT_TRUE(none.lacks_point);
  EXPECT_FALSE(none.is_silent);
  EXPECT_FALSE(ResultOf(ZoneFamily::kIpv6, Answers(kYes, kNo, kNo)).lacks_point);
  EXPECT_EQ(ResultOf(ZoneFamily::kIpv6, Answers(kNo, kYes, kNo)).state, ZoneState::kQuarantined);
}

const TestResult kSound{.state = ZoneState::kHealthy};
const TestResult kWrong{.state = ZoneState::kQuarantined, .reason = rules::InOwnWords("lists 127.0.0.1")};
const TestResult kSilence{.state = ZoneState::kDead, .reason = ZoneReason("no_answer"), .was_late = true};
const TestResult kHalfAnswered{.state = std::nullopt, .reason = ZoneReason("some_answers"), .was_late = true};

ZoneMonitor Healthy() {
  ZoneMonitor zone(true, {});
  zone.Tested(kSound, kNow, 60);
  return zone;
}

TEST(ZoneMonitor, IsTestedAtOnceThenEveryTenMinutesWithJitter) {
  ZoneMonitor zone(true, {});
  EXPECT_EQ(zone.status().state, ZoneState::kUnknown);
  EXPECT_TRUE(zone.is_due(kNow));
  zone.Begin();
  EXPECT_FALSE(zone.is_due(kNow + seconds{3600})) << "one test at a time";
  for (const auto& [random, due] : {std::pair{0U, 540}, {60U, 600}, {120U, 660}}) {
    zone.Tested(kSound, kNow, random);
    EXPECT_FALSE(zone.is_due(kNow + seconds{due - 1})) << random;
    EXPECT_TRUE(zone.is_due(kNow + seconds{due})) << random;
  }
  EXPECT_EQ(zone.status().state, ZoneState::kHealthy);
  EXPECT_EQ(zone.status().tested, kNow);
  EXPECT_TRUE(zone.is_due(kNow - seconds{86400})) << "a clock set back does not put the test off";
}

TEST(ZoneMonitor, BeginsWithTheStateOfBeforeTheRestart) {
  for (const ZoneState state : {ZoneState::kHealthy, ZoneState::kQuarantined, ZoneState::kDead}) {
    ZoneMonitor zone(true, ZoneMonitor::Status{.state = state, .reason = rules::InOwnWords("as it was")});
    EXPECT_EQ(zone.status().state, state);
    EXPECT_TRUE(zone.is_due(kNow));
  }
  const ZoneMonitor once_unchecked(true, ZoneMonitor::Status{.state = ZoneState::kUnchecked});
  EXPECT_EQ(once_unchecked.status().state, ZoneState::kUnknown) << "what was not checked must pass a test first";
  const ZoneMonitor now_unchecked(false, ZoneMonitor::Status{.state = ZoneState::kQuarantined});
  EXPECT_EQ(now_unchecked.status().state, ZoneState::kUnchecked);
  EXPECT_FALSE(now_unchecked.is_due(kNow));
}

TEST(ZoneMonitor, AFailedTestQuarantinesAndAPassedOneFrees) {
  ZoneMonitor zone = Healthy();
  zone.Tested(kWrong, kNow + seconds{600}, 0);
  EXPECT_EQ(zone.status().state, ZoneState::kQuarantined);
  EXPECT_EQ(zone.status().reason, kWrong.reason);
  EXPECT_EQ(zone.status().since, kNow + seconds{600});
  zone.Tested(kWrong, kNow + seconds{900}, 0);
  EXPECT_EQ(zone.status().since, kNow + seconds{600}) << "still the same state";
  zone.Tested(kSound, kNow + seconds{1200}, 0);
  EXPECT_EQ(zone.status().state, ZoneState::kHealthy);
  EXPECT_FALSE(zone.status().reason);
}

TEST(ZoneMonitor, ADeadZoneIsTestedEveryMinute) {
  ZoneMonitor zone = Healthy();
  zone.Tested(kSilence, kNow, 60);
  EXPECT_EQ(zone.status().state, ZoneState::kDead);
  EXPECT_FALSE(zone.is_due(kNow + seconds{59}));
  EXPECT_TRUE(zone.is_due(kNow + seconds{60}));
}

TEST(ZoneMonitor, AnUndecidedTestChangesNothingAndIsRepeatedSoon) {
  ZoneMonitor zone = Healthy();
  const TestResult undecided{.state = std::nullopt, .reason = ZoneReason("some_answers")};
  for (int i = 0; i < 2; ++i) {
    zone.Tested(undecided, kNow, 60);
    EXPECT_EQ(zone.status().state, ZoneState::kHealthy);
    EXPECT_TRUE(zone.is_due(kNow + seconds{10}));
  }
  zone.Tested(undecided, kNow, 60);
  EXPECT_EQ(zone.status().state, ZoneState::kDead) << "three in a row";

  ZoneMonitor with_a_sound_one_between = Healthy();
  for (const TestResult& judgement : {undecided, undecided, kSound, undecided, undecided}) {
    with_a_sound_one_between.Tested(judgement, kNow, 60);
  }
  EXPECT_EQ(with_a_sound_one_between.status().state, ZoneState::kHealthy);
}

TEST(ZoneMonitor, WithoutNameServersTheStateStays) {
  ZoneMonitor zone = Healthy();
  for (int i = 0; i < 100; ++i) zone.Tested({}, kNow, 60);
  EXPECT_EQ(zone.status().state, ZoneState::kHealthy);
}

void TimeOuts(ZoneMonitor& zone, int count, TimePoint now = kNow + seconds{60}) {
  for (int i = 0; i < count; ++i) zone.Answered({.timed_out = true}, now);
}

// As a run of time-outs and the test that it brings forward make it.
ZoneMonitor Slow(bool is_checked = true) {
  ZoneMonitor zone(is_checked, {});
  zone.Tested(kSound, kNow, 60);
  TimeOuts(zone, 10);
  zone.Tested(kSilence, kNow + seconds{60}, 60);
  return zone;
}

TEST(ZoneMonitor, ARunOfTimeOutsBringsTheTestForwardAndDoesNoMore) {
  ZoneMonitor zone = Healthy();
  const TimePoint now = kNow + seconds{60};
  TimeOuts(zone, 9);
  zone.Answered({}, now);
  TimeOuts(zone, 9);
  EXPECT_FALSE(zone.is_due(now)) << "not in a row";
  TimeOuts(zone, 1000);
  EXPECT_TRUE(zone.is_due(now));
  EXPECT_EQ(zone.status().state, ZoneState::kHealthy) << "strangers choose what it is asked about them";
  zone.Begin();
  zone.Tested(kSound, now, 60);
  EXPECT_EQ(zone.status().state, ZoneState::kHealthy);
  TimeOuts(zone, 1000, now + seconds{1});
  EXPECT_FALSE(zone.is_due(now + seconds{14})) << "nor is it asked ever more often";
  EXPECT_TRUE(zone.is_due(now + seconds{15}));
}

TEST(ZoneMonitor, ATestThatIsNotAnsweredAfterARunOfTimeOutsMakesItSlowUntilOneIs) {
  for (const TestResult& judgement : {kSilence, kHalfAnswered}) {
    ZoneMonitor zone = Healthy();
    TimeOuts(zone, 10);
    const TimePoint then = kNow + seconds{60};
    zone.Tested(judgement, then, 60);
    EXPECT_EQ(zone.status().state, ZoneState::kSlow);
    EXPECT_FALSE(zone.is_due(then + seconds{14}));
    EXPECT_TRUE(zone.is_due(then + seconds{15}));
    zone.Tested(kSilence, then + seconds{15}, 60);
    EXPECT_EQ(zone.status().state, ZoneState::kSlow);
    EXPECT_FALSE(zone.is_due(then + seconds{15 + 29})) << "tested less often each time";
    EXPECT_TRUE(zone.is_due(then + seconds{15 + 30}));
    zone.Tested(kSound, then + seconds{45}, 60);
    EXPECT_EQ(zone.status().state, ZoneState::kHealthy);
  }
}

TEST(ZoneMonitor, WhatElseATestFindsOutweighsThatItIsSlow) {
  ZoneMonitor zone = Healthy();
  TimeOuts(zone, 10);
  TestResult wrong = kWrong;
  wrong.was_late = true;
  zone.Tested(wrong, kNow + seconds{60}, 60);
  EXPECT_EQ(zone.status().state, ZoneState::kQuarantined);
}

TEST(ZoneMonitor, TimeOutsOfAZoneThatDoesNotCountChangeNothing) {
  ZoneMonitor zone = Healthy();
  zone.Tested(kWrong, kNow, 60);
  TimeOuts(zone, 100);
  EXPECT_EQ(zone.status().state, ZoneState::kQuarantined);
  EXPECT_FALSE(zone.is_due(kNow + seconds{60}));
}

TEST(ZoneMonitor, ASlowZoneIsTestedNoFasterAfterARestart) {
  ZoneMonitor zone(true, ZoneMonitor::Status{.state = ZoneState::kSlow});
  EXPECT_TRUE(zone.is_due(kNow));
  zone.Tested(kSilence, kNow, 60);
  EXPECT_FALSE(zone.is_due(kNow + seconds{14}));
  EXPECT_TRUE(zone.is_due(kNow + seconds{15}));
}

TEST(ZoneMonitor, ATestThatCouldNotBeSentSaysNothing) {
  ZoneMonitor zone = Slow();
  for (int i = 0; i < 10; ++i) zone.Tested({}, kNow, 60);
  EXPECT_EQ(zone.status().state, ZoneState::kSlow);
  EXPECT_TRUE(zone.is_due(kNow + seconds{10}));
}

TEST(ZoneMonitor, ASlowZoneIsTestedEveryTenMinutesAtLeast) {
  ZoneMonitor zone = Slow();
  for (int i = 0; i < 10; ++i) zone.Tested(kSilence, kNow, 60);
  EXPECT_FALSE(zone.is_due(kNow + seconds{599}));
  EXPECT_TRUE(zone.is_due(kNow + seconds{600}));
}

TEST(ZoneMonitor, AnUncheckedZoneIsTestedOnceItIsSuspectedOfBeingSlow) {
  ZoneMonitor zone(false, {});
  EXPECT_FALSE(zone.is_due(kNow));
  TimeOuts(zone, 10);
  EXPECT_TRUE(zone.is_due(kNow + seconds{60}));
  zone.Tested(kWrong, kNow + seconds{60}, 0);
  EXPECT_EQ(zone.status().state, ZoneState::kUnchecked) << "what it lists for tests does not matter";
  EXPECT_FALSE(zone.is_due(kNow + seconds{86400}));
  TestResult late = kWrong;
  late.was_late = true;
  TimeOuts(zone, 10);
  zone.Tested(late, kNow + seconds{75}, 0);
  EXPECT_EQ(zone.status().state, ZoneState::kSlow);
  ZoneMonitor after(false, zone.status());
  EXPECT_EQ(after.status().state, ZoneState::kSlow) << "after a restart, too";
  EXPECT_TRUE(after.is_due(kNow));
  after.Tested(kWrong, kNow, 0);
  EXPECT_EQ(after.status().state, ZoneState::kUnchecked);
}

void Hits(ZoneMonitor& zone, int hits, int answers) {
  for (int i = 0; i < answers; ++i) zone.Answered({.is_listed = i < hits}, kNow + seconds{60});
}

TEST(ZoneMonitor, AJumpOfTheHitRateBringsTheTestForwardAndDoesNoMore) {
  ZoneMonitor zone = Healthy();
  Hits(zone, 5, 50);
  Hits(zone, 10, 50);
  EXPECT_FALSE(zone.is_due(kNow + seconds{60})) << "that is no jump";
  Hits(zone, 45, 50);
  EXPECT_TRUE(zone.is_due(kNow + seconds{60}));
  EXPECT_EQ(zone.status().state, ZoneState::kHealthy) << "an attacker may have got himself listed";
  zone.Tested(kSound, kNow + seconds{60}, 60);
  EXPECT_FALSE(zone.is_due(kNow + seconds{60}));
}

TEST(ZoneMonitor, WhatIsUsualFollowsTheHitRate) {
  ZoneMonitor zone = Healthy();
  Hits(zone, 5, 50);
  for (int i = 0; i < 30; ++i) Hits(zone, 15, 50);
  Hits(zone, 26, 50);
  EXPECT_FALSE(zone.is_due(kNow + seconds{60})) << "from 30 to 52 % is no jump";
  Hits(zone, 45, 50);
  EXPECT_TRUE(zone.is_due(kNow + seconds{60}));
}

void SawClean(ZoneMonitor& zone, unsigned from, unsigned to, bool is_listed) {
  for (unsigned i = from; i < to; ++i) {
    const std::uint8_t bytes[] = {static_cast<std::uint8_t>(20 + (i >> 8U)), static_cast<std::uint8_t>(i), 2, 1};
    const auto client = IpAddress::FromBytes(bytes);  // each in another /16
    zone.Answered({.is_listed = is_listed, .speaks_against = is_listed, .clean_client = &client}, kNow);
  }
}

TEST(ZoneMonitor, HitsOnMoreThanHalfOfTheCleanClientsQuarantine) {
  ZoneMonitor half = Healthy();
  SawClean(half, 0, 15, false);
  SawClean(half, 15, 30, true);
  EXPECT_EQ(half.status().state, ZoneState::kHealthy);
  SawClean(half, 30, 31, true);
  EXPECT_EQ(half.status().state, ZoneState::kQuarantined);
  half.Tested(kSound, kNow + seconds{600}, 0);
  EXPECT_EQ(half.status().state, ZoneState::kQuarantined) << "the test did not show it, so it does not free it at once";
  half.Tested(kSound, kNow + seconds{3599}, 0);
  EXPECT_EQ(half.status().state, ZoneState::kQuarantined);
  half.Tested(kSound, kNow + seconds{3600}, 0);
  EXPECT_EQ(half.status().state, ZoneState::kHealthy);
  SawClean(half, 0, 19, true);
  EXPECT_EQ(half.status().state, ZoneState::kHealthy) << "it takes as many again";
}

TEST(ZoneMonitor, OfACleanClientTheLastAnswerCounts) {
  ZoneMonitor zone = Healthy();
  SawClean(zone, 0, 19, true);
  SawClean(zone, 0, 9, false);
  SawClean(zone, 19, 20, false);
  EXPECT_EQ(zone.status().state, ZoneState::kHealthy);
  SawClean(zone, 0, 1, true);
  EXPECT_EQ(zone.status().state, ZoneState::kQuarantined) << "11 of 20";
}

TEST(ZoneMonitor, CleanClientsOfLongAgoDoNotOutweighThoseOfNow) {
  ZoneMonitor zone = Healthy();
  SawClean(zone, 0, 1000, false);
  SawClean(zone, 1000, 1020, true);
  EXPECT_EQ(zone.status().state, ZoneState::kQuarantined);
}

TEST(ZoneMonitor, WithoutATestPointHitsOnCleanClientsQuarantineForAnHour) {
  ZoneMonitor zone(false, {});
  Hits(zone, 0, 50);
  Hits(zone, 50, 50);
  EXPECT_FALSE(zone.is_due(kNow)) << "there is no test to bring forward";
  SawClean(zone, 0, 20, true);
  EXPECT_EQ(zone.status().state, ZoneState::kQuarantined);
  ZoneMonitor after(false, zone.status());
  for (ZoneMonitor* one : {&zone, &after}) {
    EXPECT_TRUE(one->is_due(kNow + seconds{3599}));
    one->Tested(kWrong, kNow + seconds{3599}, 60);
    EXPECT_EQ(one->status().state, ZoneState::kQuarantined);
    one->Tested(kWrong, kNow + seconds{3600}, 60);
    EXPECT_EQ(one->status().state, ZoneState::kUnchecked);
    EXPECT_FALSE(one->is_due(kNow + seconds{86400}));
  }
}

TEST(ZoneMonitor, AQuarantineByHitsOutlivesARestart) {
  ZoneMonitor before = Healthy();
  SawClean(before, 0, 20, true);
  ZoneMonitor after(true, before.status());
  after.Tested(kSound, kNow + seconds{600}, 0);
  EXPECT_EQ(after.status().state, ZoneState::kQuarantined);
  EXPECT_EQ(after.status().reason, before.status().reason);
  ZoneMonitor set_back(true, before.status());
  set_back.Tested(kSound, kNow - seconds{86400}, 0);
  EXPECT_EQ(set_back.status().state, ZoneState::kHealthy) << "a clock set back does not hold it for days";
  after.Tested(kWrong, kNow + seconds{1200}, 0);
  after.Tested(kSound, kNow + seconds{1800}, 0);
  EXPECT_EQ(after.status().state, ZoneState::kHealthy) << "what a test found, a test may free";
}

TEST(ZoneMonitor, FewOrTheSameCleanClientsProveNothing) {
  ZoneMonitor zone = Healthy();
  SawClean(zone, 0, 19, true);
  for (int i = 0; i < 100; ++i) SawClean(zone, 0, 1, true);
  EXPECT_EQ(zone.status().state, ZoneState::kHealthy);
  SawClean(zone, 19, 20, true);
  EXPECT_EQ(zone.status().state, ZoneState::kQuarantined);
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
  ZoneMonitor zone = Healthy();
  for (std::uint8_t i = 0; i < 200; ++i) {
    const IpAddress client = GetParam().client(i);
    zone.Answered({.is_listed = true, .speaks_against = true, .clean_client = &client}, kNow);
  }
  EXPECT_EQ(zone.status().state == ZoneState::kQuarantined, GetParam().is_believed);
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

}  // namespace policyd::dns::zone_monitor_test
