// Defines a Signal: one observation that speaks for or against a client, with its points.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rules/values/points.h"

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
  kHeloLiteral,    // an address in place of a name
  kHeloNotPublic,  // one label, a private suffix, no host name at all
  kHeloLocalhost,
  kHeloOwnName,         // ours
  kHeloUnrelated,       // nothing to do with the confirmed name
  kHeloMatch,           // the confirmed name: in favour
  kSenderMatch,         // the confirmed name is under the sender's domain: in favour
  kMailName,            // the confirmed name is a mail server's: in favour
  kReputationPoor,      // of its key, by its mail here
  kReputationGood,      // ... in favour
  kSpfFail,             // the sender's domain does not let the client send (spf/)
  kSpfSoftfail,         // ... and rather does not
  kHeloSpfFail,         // the HELO name's record does not let the client say it
  kSpfPermerror,        // the sender's domain has a record that cannot be used
  kKnownCorrespondent,  // people here wrote to the sender, who is no other: in favour, without points (greylist/)
  // Of a login that sends (outbound/):
  kLimitReached,    // a message of the last hour was over a limit
  kJump,            // ten times what its days have
  kManyNetworks,    // its clients of the last hour are in many networks
  kStrangers,       // nearly all its recipients are new
  kForeignDomains,  // it sends as many domains
  kBounces,         // messages that it did not send, or that nobody took, come back
};
inline constexpr std::size_t kSignalKinds = 30;

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

using PointsTable = std::array<Points, kSignalKinds>;  // by SignalKind; kDnsbl and kNameList have theirs per zone

}  // namespace rules
