#include "cache/history/history.h"

#include <gtest/gtest.h>

#include "cache/lmdb/bytes.h"
#include "cache/stores.h"
#include "tests/support/temp_directory.h"

namespace cache::history_test {

using rules::Action;
using rules::Reason;
using rules::seconds;
using Step = History::Step;

// 2026-11-21 00:00:00 UTC
const rules::TimePoint kMidnight{seconds{20'778 * std::int64_t{86400}}};

std::unique_ptr<Stores> Open(const std::string& directory) {
  auto opened = Stores::OpenForDaemon({.directory = directory, .max_size = std::uint64_t{64} << 20U});
  return std::move(std::get<std::unique_ptr<Stores>>(opened));
}

// As version 1 wrote it, without the numbers of answers.
std::string OldRecord(rules::TimePoint begin, std::uint64_t passed, std::uint64_t deferred) {
  ByteWriter record;
  record.Byte(1);
  record.Time(begin);
  record.Number(2);
  const std::size_t first = HistoryCounts::PlaceOf(Action::kPass, Reason::kClean);
  record.Number(first);
  record.Number(passed);
  record.Number(HistoryCounts::PlaceOf(Action::kDefer, Reason::kDnsbl) - first);
  record.Number(deferred);
  record.Number(0);
  return record.Take();
}

HistoryCounts Passed(std::uint64_t count) {
  HistoryCounts counts;
  counts.Verdicts(Action::kPass, Reason::kClean) = count;
  return counts;
}

void Add(const Stores& stores, const std::vector<HistoryMinute>& minutes) {
  auto transaction = WriteTransaction::Begin(stores.records_environment());
  ASSERT_TRUE(transaction);
  for (const HistoryMinute& minute : minutes) ASSERT_TRUE(stores.history().Add(**transaction, minute));
  ASSERT_TRUE((*transaction)->Commit());
}

// Seconds since midnight -> mail that passed.
std::map<std::int64_t, std::uint64_t> PassedBy(const Stores& stores, Step step, rules::TimePoint now) {
  std::map<std::int64_t, HistoryCounts> sums;
  ReadTransaction snapshot(stores.records_environment());
  stores.history().AddUp(snapshot, step, now, [&](rules::TimePoint begin) {
    const auto [sum, is_new] = sums.try_emplace((begin - kMidnight).count());
    EXPECT_TRUE(is_new) << "twice";
    return &sum->second;
  });
  std::map<std::int64_t, std::uint64_t> passed;
  for (const auto& [second, sum] : sums) passed.emplace(second, sum.Verdicts(Action::kPass));
  return passed;
}

using Passes = std::map<std::int64_t, std::uint64_t>;

TEST(History, AddsUpByMinuteAndHourAndSurvivesARestart) {
  const support::TempDirectory directory;
  Add(*Open(directory.path()), {{kMidnight + seconds{59}, Passed(1)},
                                {kMidnight + seconds{60}, Passed(10)},
                                {kMidnight + seconds{3599}, Passed(100)},
                                {kMidnight + seconds{3600}, Passed(1000)}});
  const auto stores = Open(directory.path());
  Add(*stores, {{kMidnight + seconds{61}, Passed(20)}});
  const rules::TimePoint now = kMidnight + seconds{3700};
  EXPECT_EQ(PassedBy(*stores, Step::kMinute, now), (Passes{{0, 1}, {60, 30}, {3540, 100}, {3600, 1000}}));
  EXPECT_EQ(PassedBy(*stores, Step::kHour, now), (Passes{{0, 131}, {3600, 1000}}));
}

TEST(History, ARowOfTheVersionBeforeAnswersAsItDecided) {
  const auto old = DecodeHistory(OldRecord(kMidnight, 5, 7));
  ASSERT_TRUE(old);
  EXPECT_EQ(old->minute, kMidnight);
  EXPECT_EQ(old->counts.Verdicts(Action::kDefer, Reason::kDnsbl), 7U);
  EXPECT_EQ(old->counts.Answers(Action::kDefer, Reason::kDnsbl), 7U);
  EXPECT_EQ(old->counts.Answers(Action::kPass), 5U);
  // Written again, it stays so; of a row of today the two are apart.
  EXPECT_EQ(DecodeHistory(EncodeHistory(*old))->counts, old->counts);
  HistoryCounts counts;
  counts.Verdicts(Action::kDefer, Reason::kDnsbl) = counts.Answers(Action::kPass, Reason::kDnsbl) = 3;
  const auto read = DecodeHistory(EncodeHistory({kMidnight, counts}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->counts, counts);
}

TEST(History, KeepsADayOfMinutesAndSixtyDaysOfHours) {
  const support::TempDirectory directory;
  const auto stores = Open(directory.path());
  std::vector<HistoryMinute> minutes;
  for (std::int64_t hour = 0; hour < 24 * 70; ++hour) {
    for (const std::int64_t second : {0, 1800}) {
      minutes.push_back({kMidnight + seconds{hour * 3600 + second}, Passed(1)});
    }
  }
  Add(*stores, minutes);
  const rules::TimePoint now = minutes.back().minute;
  EXPECT_EQ(PassedBy(*stores, Step::kMinute, now).size(), 48U);
  const Passes hours = PassedBy(*stores, Step::kHour, now);
  EXPECT_EQ(hours.size(), 60U * 24);
  EXPECT_EQ(hours.begin()->first, 10 * 86400);
  ReadTransaction snapshot(stores->records_environment());
  EXPECT_LE(snapshot.Count(stores->records_environment().table(7)), 24U * 60 + 60 * 24) << "rows in all";
}

TEST(History, WhatAClockThatWasAheadWroteCountsWhenItsTimeHasCome) {
  const support::TempDirectory directory;
  const auto stores = Open(directory.path());
  const seconds ahead{7 * 86400};
  Add(*stores, {{kMidnight, Passed(1)}, {kMidnight + ahead, Passed(5)}, {kMidnight + seconds{60}, Passed(2)}});
  const rules::TimePoint now = kMidnight + seconds{100};
  EXPECT_EQ(PassedBy(*stores, Step::kMinute, now), (Passes{{60, 2}})) << "the place of the first was taken";
  EXPECT_EQ(PassedBy(*stores, Step::kHour, now), (Passes{{0, 3}}));
  EXPECT_EQ(PassedBy(*stores, Step::kMinute, kMidnight + ahead), (Passes{{ahead.count(), 5}}));
}

HistoryMinute Full() {
  HistoryMinute minute{.minute = kMidnight, .counts = {}};
  for (std::size_t i = 0; i < minute.counts.numbers.size(); ++i) minute.counts.numbers[i] = i * i * i % 1000;
  minute.counts.zones["zen.example"] = {.asked = 900, .hits = 30, .unavailable = 2, .microseconds = 123'456'789};
  minute.counts.zones["psbl.example"] = {.asked = 1};
  return minute;
}

TEST(History, ARecordReadsBack) {
  for (const HistoryMinute& minute :
       {Full(), HistoryMinute{.minute = kMidnight - seconds{86400 * 365}, .counts = {}}}) {
    EXPECT_EQ(DecodeHistory(EncodeHistory(minute)), minute);
  }
  HistoryMinute last;
  last.counts.numbers.back() = UINT64_MAX;
  EXPECT_EQ(DecodeHistory(EncodeHistory(last)), last);
}

TEST(History, ADamagedRecordIsNone) {
  const std::string bytes = EncodeHistory(Full());
  ASSERT_TRUE(DecodeHistory(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(DecodeHistory(bytes.substr(0, size))) << size;
  EXPECT_FALSE(DecodeHistory(bytes + 'x'));
  EXPECT_FALSE(DecodeHistory('\x7f' + bytes.substr(1))) << "of a newer version";
  // Two numbers, the second of them behind the end.
  EXPECT_FALSE(DecodeHistory(std::string("\x02\x00\x02\x01\x05\x97\x05\x05\x00", 9)));
  EXPECT_TRUE(DecodeHistory(std::string("\x02\x00\x02\x01\x05\x96\x05\x05\x00", 9))) << "the last place there is";
}

TEST(History, MoreListsThanItKeepsAreLeftOut) {
  HistoryCounts counts, others;
  for (std::size_t i = 0; i < HistoryCounts::kMaxZones; ++i) counts.zones["a" + std::to_string(i)].asked = 1;
  others.zones["b"].asked = 1;
  others.zones["a7"].asked = 2;
  counts.Add(others);
  EXPECT_EQ(counts.zones.size(), HistoryCounts::kMaxZones);
  EXPECT_EQ(counts.zones["a7"].asked, 3U);
  HistoryMinute minute{.minute = kMidnight, .counts = counts};
  minute.counts.zones["b"].asked = 1;
  EXPECT_TRUE(DecodeHistory(EncodeHistory(minute))) << "what is written can be read";
}

TEST(History, CountsSinceThen) {
  HistoryCounts before = Passed(10), after = Passed(25);
  after.zones["zen.example"].asked = 3;
  HistoryCounts want = Passed(15);
  want.zones["zen.example"].asked = 3;
  EXPECT_EQ(after.Since(before), want);
  EXPECT_TRUE(after.Since(after).empty());
  EXPECT_TRUE(before.Since(after).empty()) << "never less than nothing";
}

}  // namespace cache::history_test
