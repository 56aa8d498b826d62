// When SPF is asked, and of whom it is not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rules/values/ip_address.h"

namespace rules {

enum class SpfUse : std::uint8_t { kWhenNeeded, kAlways, kOff };

// A server that forwards mail without a sender of its own: no record of a sender lists it.
struct SpfForwarder {
  std::optional<Network> network{};
  std::string name{};  // without a network: a normalised host name, or ".domain" for it and all below
};

struct SpfSettings {
  SpfUse check = SpfUse::kWhenNeeded;
  std::vector<SpfForwarder> forwarders;
  bool header = false;  // Received-SPF
};

}  // namespace rules
