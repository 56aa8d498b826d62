// One walk of the expiry sweep through a store, step by step as the Writer's thread does it, and what a step takes:
// whoever waits for a commit meanwhile waits for one step at most.
//
//   bench_sweep store=DIRECTORY at=SECONDS          `at`: the wall-clock time to sweep at
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <variant>

#include "cache/upkeep.h"
#include "cache/writer.h"
#include "tests/bench/histogram.h"
#include "tests/bench/settings.h"

namespace bench {
namespace {

std::chrono::nanoseconds ProcessorTime() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

int Main(int argc, char** argv) {
  Settings settings(argc, argv);
  const std::string directory = settings.Text("store", "");
  const rules::TimePoint now{rules::seconds{static_cast<std::int64_t>(settings.Number("at", 0))}};
  settings.Finish();
  const auto opened = cache::Stores::OpenForDaemon({.directory = directory});
  if (const auto* error = std::get_if<cache::Stores::OpenError>(&opened)) {
    std::fprintf(stderr, "bench_sweep: %s\n", error->message.c_str());
    return 74;
  }
  const cache::WriterSettings limits;
  const cache::Upkeep::Ends ends{.facts = now - limits.keep_stale,
                                 .waiting = now - limits.retry_window,
                                 .confirmed = now - limits.remember,
                                 .journal = now - limits.keep_journal};
  cache::Upkeep upkeep(*std::get<0>(opened));
  Histogram taken, worked;
  const auto all_began = std::chrono::steady_clock::now();
  std::uint64_t removed = 0;
  do {
    const auto began = std::chrono::steady_clock::now();
    const auto work_before = ProcessorTime();
    removed += upkeep.Step(ends, now);
    worked.Add(ProcessorTime() - work_before);
    taken.Add(std::chrono::steady_clock::now() - began);
  } while (upkeep.is_walking());
  const std::chrono::duration<double> walked = std::chrono::steady_clock::now() - all_began;
  std::printf(
      "{\"seconds\": %.2f, \"steps\": %llu, \"removed\": %llu, \"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, "
      "\"max_us\": %.1f, \"cpu_p50_us\": %.1f, \"cpu_p999_us\": %.1f, \"cpu_max_us\": %.1f}\n",
      walked.count(), static_cast<unsigned long long>(taken.total()), static_cast<unsigned long long>(removed),
      taken.QuantileUs(0.5), taken.QuantileUs(0.99), taken.QuantileUs(0.999), taken.max_us(), worked.QuantileUs(0.5),
      worked.QuantileUs(0.999), worked.max_us());
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::Main(argc, argv);
}
