#include "rules/outbound/account.h"

#include <gtest/gtest.h>

namespace rules::account_test {

using std::chrono::days;
using std::chrono::hours;

constexpr TimePoint kNow{seconds{1'790'000'123}};

Reservation Message(std::uint64_t number, std::uint32_t recipients, TimePoint at = kNow) {
  return {.message = number, .recipients = recipients, .at = at};
}

TEST(Account, AMessageThatIsNotConfirmedIsTakenBack) {
  Account account;
  account.Reserve(Message(1, 5));
  account.Settle(kNow + kReservedFor - seconds{1});
  EXPECT_EQ(account.recipients_of_hour.Sum(kNow + kReservedFor), 5U);
  account.Settle(kNow + kReservedFor);
  EXPECT_EQ(account.recipients_of_hour.Sum(kNow + kReservedFor), 0U);
  EXPECT_EQ(account.recipients_of_day.Sum(kNow + kReservedFor), 0U);
  EXPECT_EQ(account.messages_of_hour.Sum(kNow + kReservedFor), 0U);
  EXPECT_EQ(account.days.Today(kNow), 0U);
  EXPECT_EQ(account.Find(1), nullptr);
}

TEST(Account, AConfirmedMessageStays) {
  Account account;
  account.Reserve(Message(1, 5));
  EXPECT_TRUE(account.Confirm(1));
  account.Settle(kNow + kReservedFor);
  EXPECT_EQ(account.recipients_of_hour.Sum(kNow + kReservedFor), 5U);
  EXPECT_NE(account.Find(1), nullptr) << "it is known, should Postfix ask once more";
  account.Settle(kNow + kMessageKnownFor);
  EXPECT_EQ(account.Find(1), nullptr);
}

TEST(Account, IsNotHeldUpByAClockThatWasSetBack) {
  Account account;
  account.Reserve(Message(1, 5));
  account.Confirm(1);
  const TimePoint back = kNow - hours{5};
  account.Settle(back);
  account.Settle(back + hours{1} + HourRing::kEach);
  EXPECT_EQ(account.recipients_of_hour.Sum(back + hours{1} + HourRing::kEach), 0U);
}

TEST(Account, KnowsNoMessageThatItDidNotReserve) {
  Account account;
  EXPECT_FALSE(account.Confirm(7));
}

TEST(Account, KeepsAsManyMessagesAsThereIsRoomForUnconfirmedOnesLongest) {
  Account account;
  account.Reserve(Message(1, 1));
  account.Reserve(Message(2, 1));
  account.Confirm(2);
  for (std::uint64_t number = 3; account.reservations.size() < kMostReservations; ++number) {
    account.Reserve(Message(number, 1));
  }
  account.Reserve(Message(9999, 1));
  EXPECT_EQ(account.reservations.size(), kMostReservations);
  EXPECT_NE(account.Find(1), nullptr);
  EXPECT_EQ(account.Find(2), nullptr);
}

TEST(Account, ItsDaysAreThoseBeforeToday) {
  Account account;
  for (int ago = 10; ago >= 1; --ago) account.days.Add(20, kNow - days{ago});
  account.days.Add(7, kNow);
  EXPECT_EQ(account.days.Today(kNow), 7U);
  const auto usual = account.days.Before(kNow);
  EXPECT_EQ(usual.active_days, 10);
  EXPECT_DOUBLE_EQ(usual.mean, 20);
  EXPECT_EQ(account.days.Before(kNow + days{61}).active_days, 0) << "60 days are kept";
  EXPECT_EQ(account.days.Before(kNow + days{60}).active_days, 1) << "today is the last of them then";
}

TEST(Account, DaysOfAClockThatWasAheadAreToday) {
  Account account;
  account.days.Add(9, kNow + days{30});
  EXPECT_EQ(account.days.Today(kNow), 9U);
}

TEST(Account, ADayAtMidnightIsNotMovedByTimesThatDifferALittle) {
  const TimePoint midnight = std::chrono::floor<days>(kNow);
  Account account;
  for (int i = 0; i < 5; ++i) {
    account.days.Add(1, midnight);
    account.days.Add(1, midnight - seconds{1});
  }
  EXPECT_EQ(account.days.Today(midnight), 10U);
}

TEST(Account, ACountOfADayStaysAtTheLargest) {
  Account account;
  account.days.Add(70'000, kNow);
  account.days.Add(70'000, kNow);
  EXPECT_EQ(account.days.Today(kNow), 65'535U);
}

TEST(Account, ToldOfAnActOnceADay) {
  Account account;
  EXPECT_TRUE(account.Note(OutboundAct::Kind::kHeld, kNow));
  EXPECT_FALSE(account.Note(OutboundAct::Kind::kHeld, kNow + hours{23}));
  EXPECT_TRUE(account.Note(OutboundAct::Kind::kLocked, kNow + hours{23}));
  EXPECT_TRUE(account.Note(OutboundAct::Kind::kHeld, kNow + hours{24}));
}

TEST(Account, KeepsSoManyActs) {
  Account account;
  for (int day = 0; day < 40; ++day) account.Note(OutboundAct::Kind::kHeld, kNow + days{day});
  EXPECT_EQ(account.acts.size(), kMostActs);
  EXPECT_EQ(account.acts.back().at, kNow + days{39});
}

TEST(Account, SeesNetworksForAnHour) {
  Seen seen;
  seen.Note(1, kNow);
  seen.Note(2, kNow + seconds{1800});
  seen.Note(1, kNow + seconds{1800});
  EXPECT_EQ(seen.Count(kNow + seconds{1800}), 2U);
  EXPECT_EQ(seen.Count(kNow + seconds{1800} + Seen::kFor), 0U);
}

TEST(Account, SeesAsManyAsThereIsRoomForTheNewest) {
  Seen seen;
  for (std::uint32_t number = 0; number < 100; ++number) seen.Note(number, kNow + seconds{number});
  EXPECT_EQ(seen.all.size(), Seen::kMost);
  EXPECT_EQ(seen.Count(kNow + seconds{100}), Seen::kMost);
}

TEST(Account, IsOverOnceNobodyWouldMissIt) {
  Account account;
  EXPECT_TRUE(account.IsOver(kNow));
  account.Reserve(Message(1, 1));
  account.Confirm(1);
  EXPECT_FALSE(account.IsOver(kNow));
  account.Settle(kNow + days{61});
  EXPECT_TRUE(account.IsOver(kNow + days{61}));
  account.locked = kNow;
  EXPECT_FALSE(account.IsOver(kNow + days{400})) << "locked until released";
}

}  // namespace rules::account_test
