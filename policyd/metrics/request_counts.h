// Counts of the requests that one thread answers.  Metrics adds up those of all threads when somebody looks.
//
// Written by its one thread, read by any: no number is written by two threads, so that counting costs no thread the
// cache line of another.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "rules/greylist/greylist_retries.h"
#include "rules/outbound/account.h"
#include "rules/request.h"
#include "rules/verdict.h"

namespace cache {
struct HistoryCounts;
}

namespace policyd::metrics {

enum class FailOpenCause { kDeadline, kStore, kInternal, kDns };
enum class GreylistOutcome { kNew, kEarly, kPassed, kKnown, kExpired, kAutoWhitelisted, kCorrespondent };
enum class CacheStore { kFacts, kTriplets, kLists };
enum class CacheResult { kFresh, kStale, kMiss };

inline constexpr std::size_t kProtocolStates = static_cast<std::size_t>(rules::ProtocolState::kOther) + 1;
inline constexpr std::size_t kActions = static_cast<std::size_t>(rules::Action::kDiscard) + 1;
inline constexpr std::size_t kReasons = static_cast<std::size_t>(rules::kLastReason) + 1;
inline constexpr std::size_t kModes = static_cast<std::size_t>(rules::Mode::kMonitor) + 1;
inline constexpr std::size_t kFailOpenCauses = static_cast<std::size_t>(FailOpenCause::kDns) + 1;
inline constexpr std::size_t kGreylistOutcomes = static_cast<std::size_t>(GreylistOutcome::kCorrespondent) + 1;
inline constexpr std::size_t kCacheStores = static_cast<std::size_t>(CacheStore::kLists) + 1;
inline constexpr std::size_t kCacheResults = static_cast<std::size_t>(CacheResult::kMiss) + 1;

inline constexpr std::size_t kOutboundActs = static_cast<std::size_t>(rules::OutboundAct::Kind::kWarned);  // from 1 on

inline constexpr std::array<const char*, kGreylistOutcomes> kGreylistOutcomeNames{
    "new", "early", "passed", "known", "expired", "auto_whitelisted", "correspondent"};

// Warm answers take microseconds, cold ones as long as DNS and `answer_within` let them.
inline constexpr std::array<double, 18> kVerdictBuckets{1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3,
                                                        1e-2, 2.5e-2, 5e-2, 0.1,  0.25,   0.5,  1,    2.5,    5};

template <class Enum>
constexpr std::size_t Index(Enum value) {
  return static_cast<std::size_t>(value);
}

class RequestCounts {
 public:
  class Number {
   public:
    void Add(std::uint64_t by) { value_.store(get() + by, std::memory_order_relaxed); }
    std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

   private:
    std::atomic<std::uint64_t> value_ = 0;
  };

  void CountRequest(rules::ProtocolState state) { requests[Index(state)].Add(1); }
  void CountShadowVerdict(rules::Action ours, rules::Action shadow);
  void CountVerdict(rules::Action action, rules::Reason reason, rules::Mode mode, std::chrono::nanoseconds took);
  // Beside CountVerdict(): what Postfix was told, which is another action where a mode or a class lets mail in.
  void CountAnswer(rules::Action answered, rules::Reason reason) { answers[Index(answered)][Index(reason)].Add(1); }
  // Beside CountVerdict(): an answer that waited for DNS.
  void CountAsked(std::chrono::nanoseconds took);
  // A client came back so long after it was first seen, and is let in.
  void CountRetry(rules::seconds waited) { retries[rules::RetryTimes::BucketOf(waited)].Add(1); }
  void CountFailOpen(FailOpenCause cause) { fail_open[Index(cause)].Add(1); }
  void CountGreylist(GreylistOutcome outcome) { greylist[Index(outcome)].Add(1); }
  // Told of once a login and day.
  void CountOutboundAct(rules::OutboundAct::Kind kind) { outbound_acts[Index(kind) - 1].Add(1); }
  // A message that left.
  void CountSent(std::uint32_t recipients) {
    sent_messages.Add(1);
    sent_recipients.Add(recipients);
  }
  void CountCacheLookup(CacheStore store, CacheResult result, std::uint64_t times = 1) {
    cache_lookups[Index(store)][Index(result)].Add(times);
  }

  // Under the numbers of the history.
  void AddTo(cache::HistoryCounts& totals) const;

  // By the numbers of the labels' enums.
  std::array<Number, kProtocolStates> requests;
  std::array<std::array<std::array<Number, kModes>, kReasons>, kActions> verdicts;
  std::array<std::array<Number, kReasons>, kActions> answers;
  std::array<std::array<Number, kActions>, kActions> shadow_verdicts;
  std::array<Number, kFailOpenCauses> fail_open;
  std::array<Number, kGreylistOutcomes> greylist;
  std::array<std::array<Number, kCacheResults>, kCacheStores> cache_lookups;
  std::array<Number, kVerdictBuckets.size() + 1> verdict_times;  // each verdict in one bucket; the last has no end
  std::array<Number, kVerdictBuckets.size() + 1> asked_times;    // of those among them that waited for DNS
  std::array<Number, rules::RetryTimes::kBuckets> retries;
  Number verdict_nanoseconds;
  std::array<Number, kOutboundActs> outbound_acts;
  Number sent_messages, sent_recipients;
};

}  // namespace policyd::metrics
