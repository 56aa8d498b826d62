// What was counted, by minute for a day and by hour for 60 days (records/): what the plots of the status page show.
//
// Two rings: a minute's row stands where that of the minute a day before stood, an hour's where that of 60 days before
// did.  So there are never more rows than places, whatever the clock does: what a clock that was ahead has written
// counts for nothing until that time comes.
//
// Const methods may be called from any thread, each with its own snapshot; nothing here reads a clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cache/lmdb/lmdb.h"
#include "rules/fact.h"
#include "rules/question.h"
#include "rules/values/time.h"
#include "rules/verdict.h"

namespace cache {

// Of one DNS list, by the name that is shown.
struct ZoneCounts {
  std::uint64_t asked = 0, hits = 0, unavailable = 0;
  std::uint64_t microseconds = 0;  // that all answers took together

  bool operator==(const ZoneCounts&) const = default;
};

// Counts by number.  The numbers are those of the records: each group has room for words to come, so that an enum that
// grows at its end leaves them as they are.
struct HistoryCounts {
  struct Group {
    std::size_t begin, size;
  };
  static constexpr std::size_t kReasonRoom = 32, kResultRoom = 4;
  static constexpr Group kVerdicts{0, 8 * kReasonRoom};   // by what enforce does, then by what decided
  static constexpr Group kTimes{256, 32};                 // by buckets of the time that an answer took
  static constexpr Group kAskedTimes{288, 32};            // ... of those that waited for DNS
  static constexpr Group kGreylist{320, 8};               // by outcome
  static constexpr Group kRetries{328, 32};               // by RetryTimes::kBounds: how long clients took to come back
  static constexpr Group kFailOpen{360, 8};               // by cause
  static constexpr Group kDns{368, 8 * kResultRoom};      // by kind of question, then by what came of it
  static constexpr Group kAnswers{400, 8 * kReasonRoom};  // by what was answered, then by what decided
  static constexpr Group kSent{656, 8};                   // messages that left, and their recipients
  static constexpr std::size_t kNumbers = 664;
  static constexpr std::size_t kMaxZones = 64;  // more are not counted

  std::array<std::uint64_t, kNumbers> numbers{};
  std::map<std::string, ZoneCounts, std::less<>> zones;

  std::uint64_t& At(Group group, std::size_t place) { return numbers[group.begin + place]; }
  std::uint64_t At(Group group, std::size_t place) const { return numbers[group.begin + place]; }
  // What enforce does, or would do; where a mode or a class lets mail in, the answer is another.
  std::uint64_t& Verdicts(rules::Action action, rules::Reason reason) { return At(kVerdicts, PlaceOf(action, reason)); }
  std::uint64_t Verdicts(rules::Action action, rules::Reason reason) const {
    return At(kVerdicts, PlaceOf(action, reason));
  }
  std::uint64_t Verdicts(rules::Action action) const { return Sum(kVerdicts, action); }  // for all reasons
  // What Postfix was told.
  std::uint64_t& Answers(rules::Action action, rules::Reason reason) { return At(kAnswers, PlaceOf(action, reason)); }
  std::uint64_t Answers(rules::Action action, rules::Reason reason) const {
    return At(kAnswers, PlaceOf(action, reason));
  }
  std::uint64_t Answers(rules::Action action) const { return Sum(kAnswers, action); }
  static constexpr std::size_t PlaceOf(rules::Action action, rules::Reason reason) {
    return static_cast<std::size_t>(action) * kReasonRoom + static_cast<std::size_t>(reason);
  }

  bool empty() const;
  void Add(const HistoryCounts& others);
  // What these are more than `before`; of numbers that are less, nothing.
  HistoryCounts Since(const HistoryCounts& before) const;
  // Of each number the greater: two looks at the same counts, of which one may be older.
  void Raise(const HistoryCounts& others);

  bool operator==(const HistoryCounts&) const = default;

 private:
  std::uint64_t Sum(Group group, rules::Action action) const;
};

static_assert(static_cast<std::size_t>(rules::kLastReason) < HistoryCounts::kReasonRoom);
static_assert(static_cast<std::size_t>(rules::Action::kDiscard) < 8 && rules::kDnsKinds <= 8);

// What was counted in the minute that began then.
struct HistoryMinute {
  rules::TimePoint minute{};
  HistoryCounts counts;

  bool operator==(const HistoryMinute&) const = default;
};

class History {
 public:
  static constexpr std::int64_t kMinutes = 24 * 60, kHours = 60 * 24;  // that are kept

  explicit History(Environment& environment);

  // Adds to its minute and to its hour.
  Status Add(WriteTransaction& transaction, const HistoryMinute& minute) const;

  // Adds up what was counted in the day, or the 60 days, that end with the minute or hour of `now`: each of them once,
  // in no order, to what `sum_of` gives for it; null: it is left out.
  enum class Step : std::uint8_t { kMinute, kHour };
  using SumOf = std::function<HistoryCounts*(rules::TimePoint begin)>;
  void AddUp(ReadTransaction& snapshot, Step step, rules::TimePoint now, const SumOf& sum_of) const;

  static rules::TimePoint BeginOf(Step step, rules::TimePoint time);

 private:
  Table rows_;
};

// The record: when its minute or hour began, and the counts.
std::string EncodeHistory(const HistoryMinute& minute);
std::optional<HistoryMinute> DecodeHistory(std::string_view bytes);

}  // namespace cache
