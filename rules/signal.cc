#include "rules/signal.h"

#include <algorithm>

namespace rules {
namespace {

constexpr std::array<const char*, kSignalKinds> kNames = {
    "no_ptr",        "no_forward",     "mismatch",   "unavailable_name", "dynamic_name",    "cloud_name",
    "table",         "dnsbl",          "name_list",  "helo_literal",     "helo_not_public", "helo_localhost",
    "helo_own_name", "helo_unrelated", "helo_match", "sender_match",
};

}  // namespace

const char* Name(SignalKind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<SignalKind> ParseSignalKind(std::string_view name) {
  const auto* const found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<SignalKind>(found - kNames.begin());
}

}  // namespace rules
