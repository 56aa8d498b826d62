#include "policyd/metrics/request_counts.h"

#include <algorithm>

namespace policyd {

void RequestCounts::CountShadowVerdict(rules::Action ours, rules::Action shadow) {
  shadow_verdicts[Index(ours)][Index(shadow)].Add(1);
}

void RequestCounts::CountVerdict(rules::Action action, rules::Reason reason, rules::Mode mode,
                                 std::chrono::nanoseconds took) {
  verdicts[Index(action)][Index(reason)][Index(mode)].Add(1);
  const double seconds = std::chrono::duration<double>(took).count();
  // From the front: nearly all answers are warm.
  const auto* const bucket =
      std::find_if(kVerdictBuckets.begin(), kVerdictBuckets.end(), [seconds](double end) { return seconds <= end; });
  verdict_times[static_cast<std::size_t>(bucket - kVerdictBuckets.begin())].Add(1);
  verdict_nanoseconds.Add(static_cast<std::uint64_t>(std::max(took, std::chrono::nanoseconds{0}).count()));
}

}  // namespace policyd
