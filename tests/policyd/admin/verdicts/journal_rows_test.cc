#include "policyd/admin/verdicts/journal_rows.h"

#include <algorithm>
#include <stop_token>

#include <gtest/gtest.h>

#include "tests/support/temp_directory.h"

namespace policyd::admin::journal_rows_test {

using rules::seconds;

// 2026-11-21 08:30:20 UTC
const rules::TimePoint kNow{seconds{1'795'249'820}};
constexpr std::int64_t kRows = 997;  // prime: steps of any other number come to each

class NewestRowsTest : public testing::Test {
 protected:
  // The journal is sorted by reference, which says nothing about the time.
  NewestRowsTest() {
    auto opened = cache::Stores::OpenForDaemon({.directory = directory_.path(), .max_size = std::uint64_t{64} << 20U});
    stores_ = std::move(std::get<std::unique_ptr<cache::Stores>>(opened));
    auto transaction = cache::WriteTransaction::Begin(stores_->records_environment());
    for (std::int64_t number = 0; number < kRows; ++number) {
      cache::JournalRow row;
      row.reference.code = static_cast<std::uint64_t>(number * 131 % kRows);
      row.client = *rules::IpAddress::Parse("192.0.2.1");
      row.action = "defer";
      row.first = row.last = kNow - seconds{number};
      EXPECT_TRUE(stores_->journal().Add(**transaction, row));
    }
    EXPECT_TRUE((*transaction)->Commit());
  }

  static std::vector<std::int64_t> Ages(const std::vector<cache::JournalRow>& rows) {
    std::vector<std::int64_t> ages;
    for (const cache::JournalRow& row : rows) ages.push_back((kNow - row.last).count());
    return ages;
  }

  support::TempDirectory directory_;
  std::unique_ptr<cache::Stores> stores_;
};

TEST_F(NewestRowsTest, AreTheNewestHoweverTheyStand) {
  const auto all = [](const cache::JournalRow&) { return true; };
  EXPECT_EQ(Ages(NewestRows(*stores_, kNow - seconds{5000}, 5, all)), (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(NewestRows(*stores_, kNow - seconds{99}, 1000, all).size(), 100U) << "since then";
  const auto odd = [](const cache::JournalRow& row) { return (kNow - row.last).count() % 100 == 50; };
  EXPECT_EQ(Ages(NewestRows(*stores_, kNow - seconds{5000}, 3, odd)), (std::vector<std::int64_t>{50, 150, 250}));
}

// A row that can have no place among them any more is not read to its end: a journal of a million takes milliseconds.
TEST_F(NewestRowsTest, LookAtFewOfTheOlderRows) {
  std::size_t looked_at = 0;
  NewestRows(*stores_, kNow - seconds{5000}, 5, [&looked_at](const cache::JournalRow&) {
    ++looked_at;
    return true;
  });
  EXPECT_LT(looked_at, static_cast<std::size_t>(kRows) / 2);
}

// The daemon does not wait for a search while it stops.
TEST_F(NewestRowsTest, EndWhereTheyAreToldToStop) {
  std::stop_source source;
  std::size_t looked_at = 0;
  const auto rows = NewestRows(
      *stores_, kNow - seconds{5000}, 5,
      [&](const cache::JournalRow&) {
        if (++looked_at == 3) source.request_stop();
        return false;
      },
      source.get_token());
  EXPECT_EQ(looked_at, 3U);
  EXPECT_TRUE(rows.empty());
}

}  // namespace policyd::admin::journal_rows_test
