#include "rules/reputation/daily_counts.h"

#include <limits>

namespace rules {
namespace {

void AddUp(std::uint32_t& sum, std::uint32_t more) {
  constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
  sum = sum > kMost - more ? kMost : sum + more;
}

}  // namespace

void DayCounts::Add(const DayCounts& others) {
  AddUp(let_in, others.let_in);
  AddUp(turned_away, others.turned_away);
  AddUp(greylisted, others.greylisted);
  AddUp(came_back, others.came_back);
  AddUp(listed, others.listed);
}

void AddDay(DailyCounts& days, const CountedDay& more) {
  const auto place = std::ranges::lower_bound(days, more.day, {}, &CountedDay::day);
  if (place != days.end() && place->day == more.day) return place->counts.Add(more.counts);
  days.insert(place, more);
}

void KeepDays(DailyCounts& days, Day today) {
  const Day first = today - kReputationDays + std::chrono::days{1};
  // Another thread's clock may have passed midnight already.
  const Day last = today + std::chrono::days{1};
  std::erase_if(days, [&](const CountedDay& one) { return one.day < first || one.day > last; });
}

}  // namespace rules
