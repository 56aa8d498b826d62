// /proc/PID/stat = pid "(" name ")" state 18field start ...   start is the 22nd, in clock ticks since boot   proc(5)
#include "policyd/admin/status/daemon_process.h"

#include <unistd.h>

#include <charconv>
#include <string>

#include "policyd/admin/lines.h"
#include "policyd/runtime/file.h"

namespace policyd::admin {
namespace {

std::optional<std::int64_t> NumberIn(std::string_view text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() ? std::optional(number) : std::nullopt;
}

std::optional<std::int64_t> BootTime() {
  constexpr std::string_view kKey = "btime ";
  const auto stat = ReadFile("/proc/stat");
  if (!stat) return std::nullopt;
  for (const std::string_view line : SplitLines(*stat)) {
    if (line.starts_with(kKey)) return NumberIn(line.substr(kKey.size()));
  }
  return std::nullopt;
}

}  // namespace

bool IsDaemon(int pid) {
  const auto name = ReadFile("/proc/" + std::to_string(pid) + "/comm");
  return name && *name == "sekimorid\n";
}

std::optional<rules::TimePoint> StartedAt(int pid) {
  constexpr int kFieldsBetween = 20;  // behind the name, which may hold blanks
  const auto stat = ReadFile("/proc/" + std::to_string(pid) + "/stat");
  const auto booted = BootTime();
  const std::size_t name_end = stat ? stat->rfind(')') : std::string::npos;
  const long ticks = sysconf(_SC_CLK_TCK);
  if (!booted || name_end == std::string::npos || ticks <= 0) return std::nullopt;
  std::string_view rest = std::string_view(*stat).substr(name_end + 1);
  for (int field = 0; field < kFieldsBetween; ++field) {
    const std::size_t blank = rest.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(blank + 1);
  }
  const auto start = NumberIn(rest);
  if (!start) return std::nullopt;
  return rules::TimePoint{rules::seconds{*booted + *start / ticks}};
}

}  // namespace policyd::admin
