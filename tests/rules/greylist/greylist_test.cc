#include "rules/greylist/greylist.h"

#include <gtest/gtest.h>

#include "tests/support/rule_words.h"

namespace rules::greylist_test {

using support::Now;

const GreylistSettings kSettings;  // delay 3 min, window 2 days, remembered 36 days
constexpr seconds kDay{86400};

Triplet Waiting(seconds age) {
  return {.first_seen = Now() - age, .last_seen = Now() - age, .passes = 0};
}
Triplet Confirmed(seconds age, seconds last) {
  return {.first_seen = Now() - age, .last_seen = Now() - last, .passes = 3};
}

struct Case {
  const char* name;
  std::optional<Triplet> record;
  TripletState want;
  seconds want_wait;
};

class TripletTest : public testing::TestWithParam<Case> {};

TEST_P(TripletTest, HasAState) {
  const TripletView got = ViewTriplet(GetParam().record, Now(), kSettings);
  EXPECT_EQ(got.state, GetParam().want);
  EXPECT_EQ(got.wait, GetParam().want_wait);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, TripletTest,
    testing::Values(Case{"first_sight", std::nullopt, TripletState::kNew, seconds{180}},
                    Case{"one_second_early", Waiting(seconds{179}), TripletState::kEarly, seconds{1}},
                    Case{"on_time", Waiting(seconds{180}), TripletState::kPassed, seconds{0}},
                    Case{"at_the_end_of_the_window", Waiting(2 * kDay), TripletState::kPassed, seconds{0}},
                    Case{"after_the_window", Waiting(2 * kDay + seconds{1}), TripletState::kNew, seconds{180}},
                    Case{"known", Confirmed(50 * kDay, 36 * kDay), TripletState::kKnown, seconds{0}},
                    Case{"forgotten", Confirmed(50 * kDay, 36 * kDay + seconds{1}), TripletState::kNew, seconds{180}},
                    Case{"let_in_a_moment_ago", Confirmed(seconds{60}, seconds{60}), TripletState::kEarly,
                         seconds{120}},
                    Case{"seen_in_the_future", Waiting(-kDay), TripletState::kEarly, seconds{180}}),
    [](const auto& row) { return row.param.name; });

TEST(Triplet, AnEarlyRetryDoesNotRestartTheClock) {
  const Triplet record = Waiting(seconds{100});
  EXPECT_EQ(NextTriplet(record, Now(), kSettings, false), record);
}

TEST(Triplet, ARetryInTimeConfirms) {
  EXPECT_EQ(ViewTriplet(Waiting(seconds{200}), Now(), kSettings).waited, seconds{200});
  const Triplet next = NextTriplet(Waiting(seconds{200}), Now(), kSettings, false);
  EXPECT_EQ(next.passes, 1U);
  EXPECT_EQ(next.last_seen, Now());
}

TEST(Triplet, WhatWasLetInCountsAsComeBackAfterTheDelay) {
  const Triplet let_in = NextTriplet(std::nullopt, Now(), kSettings, true);
  EXPECT_EQ(ViewTriplet(let_in, Now() + seconds{179}, kSettings).state, TripletState::kEarly);
  EXPECT_EQ(ViewTriplet(let_in, Now() + seconds{180}, kSettings).state, TripletState::kKnown);
}

TEST(Triplet, TheTimeOfTheLastPassIsKeptLazily) {
  EXPECT_EQ(NextTriplet(Confirmed(9 * kDay, seconds{3600}), Now(), kSettings, false),
            Confirmed(9 * kDay, seconds{3600}));
  EXPECT_EQ(NextTriplet(Confirmed(9 * kDay, kDay), Now(), kSettings, false).last_seen, Now());
}

// A clock that was ahead by two weeks is right again.
struct AheadCase {
  const char* name;
  Triplet record;
  TripletState want;
  Triplet next;
};

class TripletFromTheFutureTest : public testing::TestWithParam<AheadCase> {};

TEST_P(TripletFromTheFutureTest, IsReadAndWrittenAnew) {
  EXPECT_EQ(ViewTriplet(GetParam().record, Now(), kSettings).state, GetParam().want);
  EXPECT_EQ(NextTriplet(GetParam().record, Now(), kSettings, false), GetParam().next);
  EXPECT_EQ(ViewTriplet(GetParam().next, Now() + seconds{241}, kSettings).state,
            GetParam().want == TripletState::kEarly && GetParam().next.is_waiting() ? TripletState::kPassed
                                                                                    : TripletState::kKnown);
}

INSTANTIATE_TEST_SUITE_P(Cases, TripletFromTheFutureTest,
                         testing::Values(AheadCase{"waits", Waiting(-14 * kDay), TripletState::kEarly,
                                                   Waiting(seconds{0})},
                                         AheadCase{"was_let_in", Confirmed(-14 * kDay, -14 * kDay),
                                                   TripletState::kEarly, Confirmed(seconds{0}, seconds{0})},
                                         AheadCase{"came_back", Confirmed(-14 * kDay, -15 * kDay), TripletState::kKnown,
                                                   Confirmed(seconds{180}, seconds{0})},
                                         AheadCase{"seen_last_then", Confirmed(9 * kDay, -14 * kDay),
                                                   TripletState::kKnown, Confirmed(9 * kDay, seconds{0})},
                                         AheadCase{"a_minute_is_nothing", Waiting(-seconds{60}), TripletState::kEarly,
                                                   Waiting(-seconds{60})}),
                         [](const auto& row) { return row.param.name; });

TEST(AutoWhitelist, ACountFromTheFutureBlocksNoPass) {
  const AutoWhitelistCount ahead{.passes = 2, .last_pass = Now() + 14 * kDay};
  const auto next = CountPass(ahead, Now(), kSettings);
  ASSERT_TRUE(next);
  EXPECT_EQ(*next, (AutoWhitelistCount{.passes = 3, .last_pass = Now()}));
  const auto of_one_exempt = CountPass({.passes = 9, .last_pass = Now() + 14 * kDay}, Now(), kSettings);
  ASSERT_TRUE(of_one_exempt);
  EXPECT_EQ(of_one_exempt->last_pass, Now()) << "else it is exempt for two weeks longer";
}

TEST(EarnedKey, IsTheAddressOrTheCustomersNetwork) {
  EXPECT_EQ(EarnedKey(*IpAddress::Parse("203.0.113.45")), "203.0.113.45");
  EXPECT_EQ(EarnedKey(*IpAddress::Parse("2001:db8:1:2:3::4")), "2001:db8:1:2::/64");
  for (const char* key : {"203.0.113.45", "2001:db8:1:2::/64", "mail.sender.example"}) {
    EXPECT_TRUE(IsEarnedKey(key)) << key;
  }
  for (const char* key : {"203.0.113.0/24", "203.0.113.45/32", "2001:db8:1::/48", "/"}) {
    EXPECT_FALSE(IsEarnedKey(key)) << key;
  }
}

TEST(AutoWhitelist, CountsAtMostOncePerHour) {
  const auto one = CountPass({}, Now(), kSettings);
  ASSERT_TRUE(one);
  EXPECT_FALSE(CountPass(*one, Now() + seconds{3599}, kSettings));
  const auto two = CountPass(*one, Now() + seconds{3600}, kSettings);
  ASSERT_TRUE(two);
  EXPECT_EQ(two->passes, 2U);
}

TEST(AutoWhitelist, HoldsFromTheFifthPassUntilItIsForgotten) {
  EXPECT_FALSE(IsAutoWhitelisted({4, Now()}, Now(), kSettings));
  EXPECT_TRUE(IsAutoWhitelisted({5, Now()}, Now(), kSettings));
  EXPECT_TRUE(IsAutoWhitelisted({5, Now() - 36 * kDay}, Now(), kSettings));
  EXPECT_FALSE(IsAutoWhitelisted({5, Now() - 36 * kDay - seconds{1}}, Now(), kSettings));
  EXPECT_EQ(CountPass({5, Now() - 37 * kDay}, Now(), kSettings)->passes, 1U) << "it begins anew";
}

TEST(AutoWhitelist, ZeroSwitchesItOff) {
  GreylistSettings settings;
  settings.auto_whitelist_after = 0;
  EXPECT_FALSE(IsAutoWhitelisted({1000, Now()}, Now(), settings));
  EXPECT_FALSE(CountPass({}, Now(), settings));
}

TEST(NetworkKey, IsTheNetworkOfTheFamily) {
  EXPECT_EQ(NetworkKey(*IpAddress::Parse("203.0.113.45"), kSettings), "203.0.113.0/24");
  EXPECT_EQ(NetworkKey(*IpAddress::Parse("2001:db8:1:2:3::4"), kSettings), "2001:db8:1:2::/64");
}

}  // namespace rules::greylist_test
