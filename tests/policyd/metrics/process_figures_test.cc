#include "policyd/metrics/process_figures.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>

#include <gtest/gtest.h>

namespace policyd::metrics::process_figures_test {

TEST(ProcessFigures, AreThoseOfThisProcess) {
  const ProcessFigures figures = ReadProcessFigures();
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_GT(figures.start_time, now - 3600);
  EXPECT_LE(figures.start_time, now + 1);
  EXPECT_GE(figures.cpu_seconds, 0);
  EXPECT_LT(figures.cpu_seconds, 3600);
  EXPECT_GT(figures.resident_bytes, 1U << 20);
  EXPECT_GT(figures.virtual_bytes, figures.resident_bytes);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(figures.max_descriptors, limit.rlim_cur);
}

TEST(ProcessFigures, CountDescriptorsAndProcessorTime) {
  const ProcessFigures before = ReadProcessFigures();
  const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(ReadProcessFigures().open_descriptors, before.open_descriptors + 1);
  close(fd);
  // The kernel counts in ticks of 10 ms.
  while (ReadProcessFigures().cpu_seconds <= before.cpu_seconds) {
  }
  EXPECT_EQ(ReadProcessFigures().open_descriptors, before.open_descriptors);
}

}  // namespace policyd::metrics::process_figures_test
