#include "cache/lists/list_patterns.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace cache::list_patterns_test {

using rules::ListEntry;
using rules::TimePoint;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

ListEntry Entry(std::string expression, std::string comment = "") {
  return {.target = {.kind = rules::Target::Kind::kPattern, .text = std::move(expression)},
          .comment = std::move(comment)};
}

class ListPatternsTest : public testing::Test {
 protected:
  // What a change of the lists leaves.
  void Set(std::vector<ListEntry> entries) {
    entries_ = std::move(entries);
    ++generation_;
  }
  void Compile() { patterns_.Compile(generation_, entries_); }
  // The expression that matches, or "-".
  std::string Find(std::string_view name, TimePoint now = kNow) {
    const auto found = patterns_.Find(
        generation_,
        [this] {
          ++reads_;
          return entries_;
        },
        name, now);
    return found ? found->target.text + found->comment : "-";
  }

  ListPatterns patterns_;
  std::vector<ListEntry> entries_;
  std::uint64_t generation_ = 0;
  int reads_ = 0;
};

TEST_F(ListPatternsTest, ANewOneCountsAtOnceWhileTheRestIsOld) {
  Set({Entry("/^mail/")});
  Compile();
  Set({Entry("/^mail/"), Entry("/^mx/")});
  EXPECT_EQ(Find("mx1.sender.example"), "/^mx/");
  EXPECT_EQ(Find("mail1.sender.example"), "/^mail/");
  EXPECT_EQ(Find("www.sender.example"), "-");
}

TEST_F(ListPatternsTest, OneThatIsGoneCountsNoMoreWhileTheRestIsOld) {
  Set({Entry("/^mail/"), Entry("/sender/")});
  Compile();
  EXPECT_EQ(Find("mail.sender.example"), "/^mail/");
  Set({Entry("/sender/")});
  EXPECT_EQ(Find("mail.sender.example"), "/sender/") << "nor does it hide another";
  EXPECT_EQ(Find("mail.other.example"), "-");
}

TEST_F(ListPatternsTest, OneThatWasReplacedCountsAsItIsNow) {
  Set({Entry("/^mail/", " before")});
  Compile();
  Set({Entry("/^mail/", " after")});
  EXPECT_EQ(Find("mail.sender.example"), "/^mail/ after");
}

TEST_F(ListPatternsTest, TheFirstWinsWhetherOldOrNew) {
  Set({Entry("/b/"), Entry("/d/")});
  Compile();
  Set({Entry("/a/"), Entry("/b/"), Entry("/c/"), Entry("/d/")});
  EXPECT_EQ(Find("abcd.test"), "/a/");
  EXPECT_EQ(Find("bcd.test"), "/b/");
  EXPECT_EQ(Find("cd.test"), "/c/");
  Compile();
  EXPECT_EQ(Find("abcd.test"), "/a/");
  EXPECT_EQ(Find("bcd.test"), "/b/");
  EXPECT_EQ(Find("cd.test"), "/c/");
}

TEST_F(ListPatternsTest, ALookUpCompilesOnlyWhatIsNewAndSaysSoOnce) {
  Set({Entry("/^mail/")});
  EXPECT_FALSE(patterns_.TakeChange()) << "nobody asked yet";
  EXPECT_EQ(Find("mail.sender.example"), "/^mail/");
  EXPECT_TRUE(patterns_.TakeChange());
  EXPECT_FALSE(patterns_.TakeChange()) << "one is enough to compile it";
  EXPECT_EQ(Find("mail.sender.example"), "/^mail/");
  EXPECT_FALSE(patterns_.TakeChange());
  EXPECT_EQ(reads_, 1);

  Compile();
  EXPECT_EQ(Find("mail.sender.example"), "/^mail/");
  EXPECT_FALSE(patterns_.TakeChange());
  EXPECT_EQ(reads_, 2) << "once for what was compiled";
}

TEST_F(ListPatternsTest, WhatWasCompiledLateTakesNothingBack) {
  Set({Entry("/^mail/")});
  const std::vector<ListEntry> old = entries_;
  Set({Entry("/^mail/"), Entry("/^mx/")});
  Compile();
  patterns_.Compile(generation_ - 1, old);
  EXPECT_EQ(Find("mx1.sender.example"), "/^mx/");
  EXPECT_FALSE(patterns_.TakeChange());
}

TEST_F(ListPatternsTest, OneThatCannotBeCompiledStopsNoOther) {
  for (const char* broken : {"/(bad/", "/bad\n/", "bad", ""}) {
    Set({Entry(broken), Entry("/good/")});
    EXPECT_EQ(Find("good.example"), "/good/") << broken;
    EXPECT_EQ(Find("bad.example"), "-") << broken;
    Compile();
    EXPECT_EQ(Find("good.example"), "/good/") << broken;
    EXPECT_EQ(Find("bad.example"), "-") << broken;
  }
}

TEST_F(ListPatternsTest, AnExpiredOneHidesNoOther) {
  ListEntry ending = Entry("/sender/");
  ending.expires = kNow + rules::seconds{60};
  Set({ending, Entry("/mail/")});
  for (const bool is_compiled : {false, true}) {
    if (is_compiled) Compile();
    EXPECT_EQ(Find("mail.sender.example", kNow + rules::seconds{59}), "/sender/");
    EXPECT_EQ(Find("mail.sender.example", kNow + rules::seconds{60}), "/mail/");
    EXPECT_EQ(Find("mail.sender.example"), "/sender/") << "a clock may go back";
  }
}

}  // namespace cache::list_patterns_test
