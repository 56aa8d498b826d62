#include "cache/lists/audit.h"

#include <gtest/gtest.h>

#include "tests/support/store_environment.h"

namespace cache::audit_test {

using rules::seconds;
using rules::TimePoint;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

class AuditTest : public testing::Test {
 protected:
  void Append(const std::string& command, TimePoint time) {
    environment_.Write([&](WriteTransaction& transaction) {
      AuditRow row;
      row.time = time;
      row.command = command;
      EXPECT_TRUE(audit_.Append(transaction, row));
    });
  }
  // "number command" of each row.
  std::vector<std::string> Rows(TimePoint since) {
    ReadTransaction snapshot(*environment_);
    std::vector<std::string> rows;
    audit_.Scan(snapshot, since, [&](const AuditRow& row) {
      rows.push_back(std::to_string(row.number) + " " + row.command);
      return rows.size() < 3;
    });
    return rows;
  }

  support::StoreEnvironment environment_{{"entries", "shape", "audit"}};
  Audit audit_{*environment_};
};

using Strings = std::vector<std::string>;

TEST_F(AuditTest, RowsAreNumberedInTheOrderTheyCame) {
  Append("add", kNow);
  Append("remove", kNow + seconds{1});
  environment_.Reopen();
  audit_ = Audit(*environment_);
  Append("add again", kNow + seconds{2});
  Append("beyond what the visitor wants", kNow + seconds{3});
  EXPECT_EQ(Rows(TimePoint{}), (Strings{"1 add", "2 remove", "3 add again"}));
}

TEST_F(AuditTest, OnlyRowsSinceThenAreShownEvenWhereTheClockWentBack) {
  Append("first", kNow);
  Append("before the clock went back", kNow + seconds{100});
  Append("after it", kNow - seconds{100});
  Append("last", kNow + seconds{1});
  EXPECT_EQ(Rows(kNow + seconds{1}), (Strings{"2 before the clock went back", "4 last"}));
}

TEST_F(AuditTest, WhatWasNotCommittedWasNotDone) {
  {
    auto transaction = WriteTransaction::Begin(*environment_);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(audit_.Append(**transaction, AuditRow{}));
  }
  EXPECT_EQ(Rows(TimePoint{}), Strings{});
}

}  // namespace cache::audit_test
