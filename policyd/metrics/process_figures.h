// Figures of the process for /metrics, as every exporter has them.  Source: proc(5).
#pragma once

#include <cstdint>

namespace policyd::metrics {

struct ProcessFigures {
  double cpu_seconds = 0;
  double start_time = 0;  // seconds since 1970
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t max_descriptors = 0;
};

// A figure that /proc does not tell is 0.
ProcessFigures ReadProcessFigures();

}  // namespace policyd::metrics
