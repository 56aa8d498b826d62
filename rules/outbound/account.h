// Holds what a login has sent, and what came of it: counts of the last hour and day, its days, what its mail looked
// like.
//
// A value with pure changes; who keeps accounts and who may see one is elsewhere (policyd/serve/outbound/ledger.h).
// A message is counted once, whatever Postfix asks about it: reserved at DATA, confirmed at END-OF-MESSAGE, both known
// by its `instance`; one that is never confirmed is taken back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rules/outbound/ring.h"
#include "rules/values/time.h"

namespace rules {

using HourRing = Ring<13, 300>;
using DayRing = Ring<25, 3600>;

// Recipients by day (UTC), of today and the 60 days before; a count that is too large stays at the largest.
struct SentDays {
  static constexpr std::size_t kDays = 61;

  std::int64_t newest = 0;                        // the number of the day
  std::array<std::uint16_t, kDays> recipients{};  // from the newest day to the oldest

  void Add(std::uint32_t count, TimePoint now);
  void TakeBack(std::uint32_t count, TimePoint then, TimePoint now);
  std::uint32_t Today(TimePoint now) const;

  // Of the days before today on which anything was sent.
  struct Usual {
    int active_days = 0;
    double mean = 0;
  };
  Usual Before(TimePoint now) const;

  bool operator==(const SentDays&) const = default;
};

// What was seen with a login in the last hour, such as the networks of its clients; each by a hash.
struct Seen {
  static constexpr std::size_t kMost = 32;
  static constexpr seconds kFor{3600};
  struct One {
    std::uint32_t what = 0;
    TimePoint last{};

    bool operator==(const One&) const = default;
  };

  std::vector<One> all;

  void Note(std::uint32_t what, TimePoint now);
  std::size_t Count(TimePoint now) const;

  bool operator==(const Seen&) const = default;
};

// A message whose recipients are counted.
struct Reservation {
  std::uint64_t message = 0;  // the hash of its instance
  std::uint32_t recipients = 0;
  std::uint32_t strangers = 0;  // of these, those that nobody here wrote to before
  TimePoint at{};
  bool is_confirmed = false;
  bool is_held = false;

  bool operator==(const Reservation&) const = default;
};

inline constexpr seconds kReservedFor{600};       // without a confirmation
inline constexpr seconds kMessageKnownFor{3600};  // a confirmed message, in case that Postfix asks once more
inline constexpr std::size_t kMostReservations =
    256;  // of one login; of more the oldest are forgotten, confirmed ones first

// What was done about a login; `at` is when it happened first on that day.
struct OutboundAct {
  enum class Kind : std::uint8_t { kLimited = 1, kHeld = 2, kLocked = 3, kWarned = 4 };

  Kind kind = Kind::kLimited;
  TimePoint at{};

  bool operator==(const OutboundAct&) const = default;
};
inline constexpr std::size_t kMostActs = 16;

const char* Name(OutboundAct::Kind kind);  // "limited", "held", "locked", "warned"

struct Account {
  HourRing recipients_of_hour, messages_of_hour, strangers_of_hour;
  DayRing recipients_of_day;
  SentDays days;
  Seen networks, sender_domains;
  // Messages of nobody that came to its address from outside: one stranger can send many, and has few networks.
  HourRing bounces_of_hour;
  Seen bounce_networks;
  std::vector<Reservation> reservations;  // the oldest first
  std::optional<TimePoint> limited;       // a message was refused for a limit, the last time
  std::optional<TimePoint> locked;        // by us
  std::vector<OutboundAct> acts;          // the oldest first

  // Null where the message is not known.
  const Reservation* Find(std::uint64_t message) const;
  // Counts a message.  REQUIRES: it is not known.
  void Reserve(const Reservation& reservation);
  // The message was sent.  False where it is not known.
  bool Confirm(std::uint64_t message);
  // Takes back what was not confirmed in time, and forgets what is over.  REQUIRES: called before anything is decided.
  void Settle(TimePoint now);
  // Returns whether it is the first such act of its day.
  bool Note(OutboundAct::Kind kind, TimePoint now);

  // Is there nothing left that anybody would miss?
  bool IsOver(TimePoint now) const;

  bool operator==(const Account&) const = default;
};

}  // namespace rules
