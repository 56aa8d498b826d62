// The first configuration of a machine: a few keys that differ from their defaults.  Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/values/result.h"

namespace policyd::admin {

struct OwnNetworks {
  std::vector<std::string> networks;  // as TOML has them: "203.0.113.0/28"
  std::vector<std::string> left_out;  // with the reason
};

// The networks that Postfix's mynetworks adds to our default, which has loopback and the private networks.  Tables and
// exceptions ("hash:...", "!192.0.2.1") are left out, and so are networks so wide that they hold half the Internet's
// mail servers.
OwnNetworks ReadMynetworks(std::string_view mynetworks);

struct FirstConfig {
  std::string mode = "monitor";
  bool wants_lists = false;
  std::vector<std::string> own_networks{};  // beside the default
  std::optional<std::string> resolver{};    // "127.0.0.1"; else that of the system
};

// The keys that are set, as a document of their own.
std::string FirstConfigText(const FirstConfig& config);

// The sample with these keys set in their places, comments and all.  An error where `sample` has settings of its own,
// or does not have one of the keys.
rules::Result<std::string> SetInSample(std::string_view sample, const FirstConfig& config);

}  // namespace policyd::admin
