#include "rules/greylist.h"

#include <gtest/gtest.h>

#include "tests/support/rule_words.h"

namespace rules {
namespace {

using test::Now;

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

}  // namespace
}  // namespace rules
