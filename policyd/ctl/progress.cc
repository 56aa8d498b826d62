#include "policyd/ctl/progress.h"

#include <fmt/format.h>

namespace policyd::ctl {
namespace {

constexpr std::size_t kBarWidth = 30;

std::string TimeLeft(std::size_t done, std::size_t total, std::chrono::nanoseconds elapsed) {
  // The first few tell nothing about the rest.
  if (done == 0 || elapsed < std::chrono::seconds(1)) return "";
  const auto per_one = elapsed / static_cast<std::chrono::nanoseconds::rep>(done);
  const auto left = per_one * static_cast<std::chrono::nanoseconds::rep>(total - done);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
  if (seconds < 120) return fmt::format("about {} s left", seconds);
  if (seconds < 7200) return fmt::format("about {} min left", (seconds + 59) / 60);
  return fmt::format("about {} h left", (seconds + 3599) / 3600);
}

}  // namespace

std::string ProgressLine(std::size_t done, std::size_t total, std::chrono::nanoseconds elapsed) {
  const std::string bar(kBarWidth * done / total, '=');
  return fmt::format("[{:<{}}] {:>3} %  {} of {}  {:<20}", bar, kBarWidth, 100 * done / total, done, total,
                     TimeLeft(done, total, elapsed));
}

}  // namespace policyd::ctl
