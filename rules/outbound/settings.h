// Holds what may be sent from here: limits, for whom they are, and what people said of single logins.
//
// Source of the units and of the order in which limits count: what users of other programs complain of
// (contrib/guides/outgoing.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/action.h"
#include "rules/values/ip_address.h"
#include "rules/values/points.h"
#include "rules/values/result.h"
#include "rules/values/time.h"
#include "rules/zones/zone.h"

namespace rules {

// The most that may be sent; nothing: as much as one likes.
using Limit = std::optional<std::uint32_t>;

// What one place says; a limit that it does not mention is left to the next place.
struct LimitWishes {
  std::optional<Limit> recipients_per_hour{}, recipients_per_day{}, messages_per_hour{};

  bool empty() const { return *this == LimitWishes{}; }
  bool operator==(const LimitWishes&) const = default;
};

// The limits that hold for one login.  An hour and a day are any 60 minutes and any 24 hours.
struct Limits {
  Limit recipients_per_hour = 100;
  Limit recipients_per_day = 500;
  Limit messages_per_hour{};

  bool operator==(const Limits&) const = default;
};

// The sender of mail that comes from outbound.networks without a login: "sender:ann@example.org".
inline constexpr std::string_view kSenderPrefix = "sender:";

// Whom an entry or a class is about: "ann@example.org" (or a login without a domain), "sender:ann@example.org",
// "@example.org", "192.0.2.0/24".
struct OutboundTarget {
  enum class Kind : std::uint8_t { kLogin = 1, kDomain = 2, kNetwork = 3 };

  Kind kind = Kind::kLogin;
  std::string text;  // as it is printed, lower case

  bool operator==(const OutboundTarget&) const = default;

  // Errors say what was expected and what was there.
  static Result<OutboundTarget> Parse(std::string_view text);

  // REQUIRES: kNetwork.
  Network network() const;
};

struct OutboundClass {
  std::string name;
  std::vector<OutboundTarget> match;
  LimitWishes limits;

  bool operator==(const OutboundClass&) const = default;
};

// What people said of a target: limits of its own, locked, released.
struct OutboundEntry {
  OutboundTarget target;
  LimitWishes limits{};
  std::optional<TimePoint> limits_until{};  // nothing: for good
  std::optional<TimePoint> locked{};        // by a person
  std::optional<TimePoint> locked_until{};  // nothing: until it is released
  std::optional<TimePoint> released{};      // a lock from before is over
  std::optional<TimePoint> forgotten{};     // what was known of the login before is to be forgotten
  std::string comment{};
  std::string author{};
  TimePoint changed{};

  bool operator==(const OutboundEntry&) const = default;
};

struct OutboundSettings {
  std::optional<Mode> mode;                 // nothing: mail that leaves is not looked at
  std::vector<Network> networks;            // web mail, web servers, printers: no login; keyed by sender
  std::optional<std::string> login_domain;  // of logins that have none; nothing: they stay as they are
  Limits limits;
  Limit domain_recipients_per_day;       // of all logins of a domain together
  std::vector<std::string> own_domains;  // senders must be of these, or below one that begins with '.'; empty: any
  std::optional<Points> hold = Points{50};
  std::optional<Points> lock = Points{80};
  std::vector<OutboundClass> classes;
  std::vector<Zone> zones;  // outbound.sites: lists that are asked for the client of a login

  bool is_on() const { return mode.has_value(); }
};

}  // namespace rules
