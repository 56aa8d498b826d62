#include "policyd/metrics/request_counts.h"

#include <algorithm>
#include <tuple>
#include <type_traits>

#include "cache/history/history.h"

namespace policyd::metrics {
namespace {

// From the front: nearly all answers are warm.
std::size_t BucketOf(std::chrono::nanoseconds took) {
  const double seconds = std::chrono::duration<double>(took).count();
  const auto* const bucket =
      std::find_if(kVerdictBuckets.begin(), kVerdictBuckets.end(), [seconds](double end) { return seconds <= end; });
  return static_cast<std::size_t>(bucket - kVerdictBuckets.begin());
}

}  // namespace

void RequestCounts::CountShadowVerdict(rules::Action ours, rules::Action shadow) {
  shadow_verdicts[Index(ours)][Index(shadow)].Add(1);
}

void RequestCounts::CountVerdict(rules::Action action, rules::Reason reason, rules::Mode mode,
                                 std::chrono::nanoseconds took) {
  verdicts[Index(action)][Index(reason)][Index(mode)].Add(1);
  verdict_times[BucketOf(took)].Add(1);
  verdict_nanoseconds.Add(static_cast<std::uint64_t>(std::max(took, std::chrono::nanoseconds{0}).count()));
}

void RequestCounts::CountAsked(std::chrono::nanoseconds took) {
  asked_times[BucketOf(took)].Add(1);
}

void RequestCounts::AddTo(cache::HistoryCounts& totals) const {
  using cache::HistoryCounts;
  for (std::size_t a = 0; a < kActions; ++a) {
    for (std::size_t r = 0; r < kReasons; ++r) {
      for (const RequestCounts::Number& of_mode : verdicts[a][r]) {
        totals.At(HistoryCounts::kVerdicts, a * HistoryCounts::kReasonRoom + r) += of_mode.get();
      }
      totals.At(HistoryCounts::kAnswers, a * HistoryCounts::kReasonRoom + r) += answers[a][r].get();
    }
  }
  const auto add = [&totals](HistoryCounts::Group group, const auto& numbers) {
    static_assert(std::tuple_size_v<std::decay_t<decltype(numbers)>> <= 32);
    for (std::size_t i = 0; i < numbers.size(); ++i) totals.At(group, i) += numbers[i].get();
  };
  add(HistoryCounts::kTimes, verdict_times);
  add(HistoryCounts::kAskedTimes, asked_times);
  add(HistoryCounts::kGreylist, greylist);
  add(HistoryCounts::kRetries, retries);
  add(HistoryCounts::kFailOpen, fail_open);
  totals.At(HistoryCounts::kSent, 0) += sent_messages.get();
  totals.At(HistoryCounts::kSent, 1) += sent_recipients.get();
}

}  // namespace policyd::metrics
