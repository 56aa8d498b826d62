// One observation that speaks for or against a client, with its points.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rules/points.h"

namespace rules {

enum class SignalKind : std::uint8_t {
  kNoPtr,
  kNoForward,
  kMismatch,
  kUnavailableName,
  kDynamicName,
  kCloudName,
  kTable,
  kDnsbl,
  kNameList,
  kHelo,
};
inline constexpr std::size_t kSignalKinds = 10;

// "no_ptr", "dnsbl", ...: the name in configuration, metrics, log and header.
const char* Name(SignalKind kind);
std::optional<SignalKind> ParseSignalKind(std::string_view name);

struct Signal {
  SignalKind kind = SignalKind::kNoPtr;
  Points points;
  std::string detail;  // the list as shown, or the rule: what it rests on
  std::string name;    // kNameList: the name that is listed

  bool operator==(const Signal&) const = default;
};

using PointsTable = std::array<Points, kSignalKinds>;  // by SignalKind; kDnsbl and kNameList have theirs per site

}  // namespace rules
