#include "cache/outbound/accounts.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/store_environment.h"

namespace cache::accounts_test {

using rules::Account;
using rules::OutboundAct;
using rules::seconds;
using rules::TimePoint;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 30} + std::chrono::hours{12}};
constexpr std::chrono::days kDay{1};
constexpr const char* kAnn = "ann@example.org";

Account FullAccount() {
  Account account;
  for (int day = 59; day > 0; --day) account.days.Add(day % 7 < 5 ? 3 + 40 * day : 0, kNow - day * kDay);
  for (int minute = 90; minute >= 0; minute -= 7) {
    account.Reserve({.message = 0xfedc'ba98'7654'3210U + minute,
                     .recipients = 2,
                     .strangers = 1,
                     .at = kNow - seconds{60 * minute},
                     .is_confirmed = minute % 2 == 0,
                     .is_held = minute % 3 == 0});
  }
  account.bounces_of_hour.Add(4'000'000'000U, kNow);
  for (std::uint32_t i = 0; i < rules::Seen::kMost; ++i) account.networks.Note(0xffff'ffffU - i, kNow - seconds{i});
  account.sender_domains.Note(1, kNow + seconds{5});
  account.bounce_networks.Note(2, kNow + seconds{6});
  account.limited = kNow - seconds{1};
  account.locked = kNow - 100 * kDay;
  account.Note(OutboundAct::Kind::kWarned, kNow - 3 * kDay);
  account.Note(OutboundAct::Kind::kLocked, kNow);
  return account;
}

// A login of an office: mail on most days, three messages in the last hour.
Account BusyAccount(std::uint32_t number) {
  Account account;
  for (int day = 60; day >= 0; --day) {
    const bool is_free = (day + static_cast<int>(number)) % 7 < 2;
    account.days.Add(is_free ? 0 : 20 + (number * 31U + static_cast<std::uint32_t>(day) * 17U) % 300,
                     kNow - day * kDay);
  }
  for (int hour = 9; hour > 0; --hour) account.recipients_of_day.Add(12, kNow - std::chrono::hours{hour});
  for (std::uint64_t i = 0; i < 3; ++i) {
    account.Reserve({.message = number * 0x9e37'79b9'7f4a'7c15U + i,
                     .recipients = 5,
                     .strangers = 1,
                     .at = kNow - seconds{600 * i},
                     .is_confirmed = true});
  }
  for (std::uint32_t i = 0; i < 3; ++i) account.networks.Note(number * 77'777U + i, kNow - seconds{i * 100});
  account.sender_domains.Note(number, kNow);
  return account;
}

class AccountsTest : public testing::Test {
 protected:
  void Put(const std::string& name, const Account& account) {
    environment_.Write([&](WriteTransaction& transaction) {
      ASSERT_TRUE(accounts_.Put(transaction, {name, account}));
    });
  }
  std::optional<Account> Get(std::string_view name) {
    ReadTransaction snapshot(*environment_);
    auto account = accounts_.Get(snapshot, name);
    EXPECT_EQ(snapshot.TakeError(), std::nullopt) << name;
    return account;
  }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    ReadTransaction snapshot(*environment_);
    accounts_.Scan(snapshot, [&](const OutboundAccountRow& row) {
      names.push_back(row.name);
      return true;
    });
    return names;
  }
  Swept Sweep(TimePoint now) {
    Swept all;
    std::string position;
    do {
      environment_.Write([&](WriteTransaction& transaction) {
        const auto swept = accounts_.Sweep(transaction, position, {.rows = 100}, now);
        ASSERT_TRUE(swept);
        all.removed += swept->removed;
        all.redated += swept->redated;
      });
    } while (!position.empty());
    return all;
  }
  std::uint64_t Evict(std::size_t rows, std::size_t of_rows) {
    std::uint64_t removed = 0;
    environment_.Write([&](WriteTransaction& transaction) {
      const auto evicted = accounts_.Evict(transaction, eviction_, {.rows = rows, .of_rows = of_rows}, kNow);
      ASSERT_TRUE(evicted);
      removed = *evicted;
    });
    return removed;
  }

  support::StoreEnvironment environment_{{"outbound.1"}};
  OutboundAccounts accounts_{environment_->table(0)};
  std::string eviction_;
};

TEST_F(AccountsTest, ComeBackAsTheyWere) {
  Put(kAnn, FullAccount());
  Put("@example.org", Account());
  Put("quiet", BusyAccount(3));
  environment_.Reopen();
  accounts_ = OutboundAccounts(environment_->table(0));
  EXPECT_EQ(Get(kAnn), FullAccount());
  EXPECT_EQ(Get("@example.org"), Account());
  EXPECT_EQ(Get("quiet"), BusyAccount(3));
  EXPECT_EQ(Get("nobody"), std::nullopt);
  EXPECT_EQ(Names(), (std::vector<std::string>{"@example.org", kAnn, "quiet"}));
}

// What one bucket holds must not end up in another: a limit would be passed, or mail refused, after a restart.
TEST_F(AccountsTest, KeepEachBucketInItsPlace) {
  for (std::size_t place = 0; place < rules::HourRing::Counts().size(); ++place) {
    rules::HourRing::Counts counts{};
    counts[place] = 4'294'967'295U;
    counts[0] += place == 5 ? 1 : 0;
    Account account;
    account.recipients_of_hour = {5'960'000, counts};
    account.days.newest = 20'787;
    account.days.recipients[place * 5] = 65'535;
    Put(kAnn, account);
    EXPECT_EQ(Get(kAnn), account) << place;
  }
}

TEST_F(AccountsTest, AreErasedByName) {
  Put(kAnn, FullAccount());
  environment_.Write([&](WriteTransaction& transaction) {
    ASSERT_TRUE(accounts_.Erase(transaction, kAnn));
    ASSERT_TRUE(accounts_.Erase(transaction, "nobody"));
  });
  EXPECT_EQ(Get(kAnn), std::nullopt);
}

// A web server here may send with any sender: the commit of others must not fail for it.
TEST_F(AccountsTest, KeepNamesUpToThoseOfAnAddress) {
  for (const std::size_t length : {0U, 1U, 254U, 255U, 511U, 5000U}) {
    const std::string name(length, 'a');
    Put(name, FullAccount());
    EXPECT_EQ(Get(name).has_value(), length == 1 || length == 254) << length;
    environment_.Write([&](WriteTransaction& transaction) { ASSERT_TRUE(accounts_.Erase(transaction, name)); });
  }
}

TEST_F(AccountsTest, ReadAsNothingWhereDamaged) {
  Put(kAnn, FullAccount());
  std::string bytes;
  {
    ReadTransaction snapshot(*environment_);
    bytes = *snapshot.Get(accounts_.rows(), kAnn);
  }
  const auto put = [&](const std::string& value) {
    environment_.Write(
        [&](WriteTransaction& transaction) { ASSERT_TRUE(transaction.Put(accounts_.rows(), kAnn, value)); });
  };
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    put(bytes.substr(0, size));
    EXPECT_EQ(Get(kAnn), std::nullopt) << "cut to " << size;
  }
  for (const std::string& value : {bytes + "x", "\2" + bytes.substr(1)}) {
    put(value);
    EXPECT_EQ(Get(kAnn), std::nullopt);
    EXPECT_EQ(Names(), std::vector<std::string>());
  }
  EXPECT_EQ(Sweep(kNow).removed, 1U) << "and is swept";
}

// Whatever a changed byte makes of it, what reads an account may do with it what it does with any: the sanitizers
// watch.
TEST_F(AccountsTest, NoChangeOfBytesDoesHarm) {
  Put(kAnn, FullAccount());
  std::string bytes;
  {
    ReadTransaction snapshot(*environment_);
    bytes = *snapshot.Get(accounts_.rows(), kAnn);
  }
  for (std::size_t at = 1; at < bytes.size(); ++at) {
    environment_.Write([&](WriteTransaction& transaction) {
      for (int value = 0; value < 256; value += at < 200 ? 1 : 17) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(value);
        ASSERT_TRUE(transaction.Put(accounts_.rows(), "a" + std::to_string(value), changed));
      }
    });
    ReadTransaction snapshot(*environment_);
    accounts_.Scan(snapshot, [](const OutboundAccountRow& row) {
      Account account = row.account;
      account.Settle(kNow);
      account.recipients_of_hour.Add(1, kNow);
      account.days.Add(1, kNow);
      account.IsOver(kNow);
      account.networks.Count(kNow);
      account.recipients_of_day.FreeAt(1, 100, kNow);
      return true;
    });
    std::string position;
    environment_.Write([&](WriteTransaction& transaction) {
      ASSERT_TRUE(accounts_.Sweep(transaction, position, {.rows = 999}, kNow));
    });
  }
}

TEST_F(AccountsTest, AreSweptOnceNothingIsLeftThatAnybodyWouldMiss) {
  Account sent;
  sent.days.Add(1, kNow);
  Account told;
  told.Note(OutboundAct::Kind::kLimited, kNow);
  Account locked;
  locked.locked = kNow;
  Account cut_off;  // the process ended before the message did
  cut_off.Reserve({.message = 1, .recipients = 1, .at = kNow});
  for (const auto& [name, account] : {std::pair("sent", sent), {"told", told}, {"locked", locked}, {"cut", cut_off}}) {
    Put(name, account);
  }
  EXPECT_EQ(Sweep(kNow).removed, 0U);
  EXPECT_EQ(Sweep(kNow + seconds{601}).removed, 1U);
  EXPECT_EQ(Get("cut"), std::nullopt);
  EXPECT_EQ(Sweep(kNow + 59 * kDay).removed, 0U);
  EXPECT_EQ(Sweep(kNow + 61 * kDay).removed, 2U);
  EXPECT_EQ(Names(), std::vector<std::string>{"locked"});
}

// Written while the clock was a year ahead: it counts as of today, and ends 60 days from now.
TEST_F(AccountsTest, OfAClockThatWasAheadEndToo) {
  Account account;
  account.days.Add(7, kNow + 365 * kDay);
  account.recipients_of_day.Add(7, kNow + 365 * kDay);
  account.Note(OutboundAct::Kind::kHeld, kNow + 365 * kDay);
  account.locked = kNow + 365 * kDay;
  Put(kAnn, account);
  const Swept swept = Sweep(kNow);
  EXPECT_EQ(swept.removed, 0U);
  EXPECT_EQ(swept.redated, 1U);
  EXPECT_EQ(Get(kAnn)->days.Today(kNow), 7U);
  EXPECT_EQ(Get(kAnn)->locked, kNow);
  EXPECT_EQ(Get(kAnn)->acts.front().at, kNow);
  EXPECT_EQ(Get(kAnn)->recipients_of_day.Sum(kNow + 2 * kDay), 0U);
  EXPECT_EQ(Sweep(kNow).redated, 0U);
}

TEST_F(AccountsTest, OfThoseThatSentOnFewDaysGoFirst) {
  for (std::uint32_t i = 0; i < 300; ++i) Put("busy" + std::to_string(i), BusyAccount(i));
  Account invented;
  invented.days.Add(1, kNow);
  for (int i = 0; i < 600; ++i) Put("invented" + std::to_string(i), invented);
  Account locked;
  locked.locked = kNow;
  Put("a_locked_one", locked);
  EXPECT_EQ(Evict(600, 10'000), 600U);
  for (const std::string& name : Names()) EXPECT_EQ(name.substr(0, 8), name[0] == 'a' ? "a_locked" : name.substr(0, 8));
  EXPECT_EQ(Names().size(), 301U);
  EXPECT_EQ(Evict(10'000, 10'000), 300U);
  EXPECT_EQ(Names(), std::vector<std::string>{"a_locked_one"});
}

// 100,000 logins within 64 MiB: a twentieth of both.
TEST_F(AccountsTest, TakeLittleRoom) {
  constexpr std::uint32_t kLogins = 5000;
  environment_.Write([&](WriteTransaction& transaction) {
    for (std::uint32_t i = 0; i < kLogins; ++i) {
      // In no order, as logins come.
      const std::uint32_t number = i * 2'654'435'761U;
      const std::string name = "user" + std::to_string(number) + "@students.example.org";
      ASSERT_TRUE(accounts_.Put(transaction, {name, BusyAccount(i)}));
    }
  });
  ReadTransaction snapshot(*environment_);
  EXPECT_EQ(snapshot.Count(accounts_.rows()), kLogins);
  EXPECT_LT(snapshot.Bytes(accounts_.rows()) / kLogins, (std::uint64_t{64} << 20) / 100'000);
}

}  // namespace cache::accounts_test
