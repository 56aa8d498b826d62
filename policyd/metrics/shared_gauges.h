// Gauges of what several hosts share through an engine.
#pragma once

#include <string>

namespace policyd::metrics {

struct SharedGauges {
  std::string state = "off";  // off, connecting, ready, refused
  std::string trouble{};      // the word of why it is not ready; empty where it is, or nothing is known yet
};

}  // namespace policyd::metrics
