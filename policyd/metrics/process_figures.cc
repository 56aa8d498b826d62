#include "policyd/metrics/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

namespace policyd::metrics {
namespace {

std::string Read(const char* file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// When the machine started: the line "btime SECONDS" of /proc/stat.
double BootTime() {
  std::istringstream lines(Read("/proc/stat"));
  for (std::string word; lines >> word;) {
    double seconds = 0;
    if (word == "btime" && lines >> seconds) return seconds;
  }
  return 0;
}

void ReadStat(ProcessFigures& figures) {
  const std::string stat = Read("/proc/self/stat");
  // The command's name, in parentheses, may hold anything.
  const std::size_t end_of_name = stat.rfind(')');
  if (end_of_name == std::string::npos) return;
  std::istringstream fields(stat.substr(end_of_name + 1));
  std::string word;
  double user = 0, system = 0, start = 0;
  std::uint64_t pages = 0;
  for (int field = 3; field < 14; ++field) fields >> word;
  fields >> user >> system;
  for (int field = 16; field < 22; ++field) fields >> word;
  fields >> start >> figures.virtual_bytes >> pages;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  figures.cpu_seconds = (user + system) / ticks;
  figures.start_time = BootTime() + start / ticks;
  figures.resident_bytes = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t CountDescriptors() {
  std::error_code error;
  std::uint64_t count = 0;
  for (auto at = std::filesystem::directory_iterator("/proc/self/fd", error);
       !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    ++count;
  }
  return count > 0 ? count - 1 : 0;  // without the one that looks
}

}  // namespace

ProcessFigures ReadProcessFigures() {
  ProcessFigures figures;
  ReadStat(figures);
  figures.open_descriptors = CountDescriptors();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.max_descriptors = limit.rlim_cur;
  return figures;
}

}  // namespace policyd::metrics
