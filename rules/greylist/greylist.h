// Runs the greylist's state machine: a record, the time and the settings give the state, the answer and what to
// remember.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rules/greylist/triplet.h"
#include "rules/values/ip_address.h"
#include "rules/values/time.h"

namespace rules {

struct GreylistSettings {
  seconds delay{180};                      // a retry before counts as early
  seconds retry_window{2 * 86400};         // a retry after is a first sight again
  seconds remember{36 * 86400};            // since the last pass
  std::uint32_t auto_whitelist_after = 5;  // passes; 0 switches it off
  int network_v4 = 24;
  int network_v6 = 64;
  bool spf_domain = false;                       // is the sender's domain a key where SPF passes?
  bool known_correspondents = false;             // need people to whom ours wrote not wait?
  std::uint64_t max_pending = 2'000'000;         // triplets that wait, of all clients together
  std::uint64_t max_pending_per_network = 5000;  // ... of one network or registered domain

  bool operator==(const GreylistSettings&) const = default;
};

enum class TripletState : std::uint8_t {
  kNew,     // never seen, or too long ago
  kEarly,   // came back before the delay was over
  kPassed,  // came back in the window: this is its first pass
  kKnown,   // passed before
};

struct TripletView {
  TripletState state = TripletState::kNew;
  bool is_expired = false;  // kNew: there was a record, too old
  seconds wait{0};          // kNew, kEarly: until it may come back
  seconds waited{0};        // kPassed: since the first sight
};

// A record that was made while the clock was ahead counts as made now, and is to be written anew: NextTriplet() differs
// from it.
TripletView ViewTriplet(const std::optional<Triplet>& record, TimePoint now, const GreylistSettings& settings);

// The record after this request; for kNew one that waits, in `let_in` (tag and monitor modes) one that counts as come
// back after the delay.
Triplet NextTriplet(const std::optional<Triplet>& record, TimePoint now, const GreylistSettings& settings, bool let_in);

// The record of a mail that came with another of its message, which had come back: nobody asks it to come again.
Triplet VouchedTriplet(const std::optional<Triplet>& record, TimePoint now, const GreylistSettings& settings);

bool IsAutoWhitelisted(const AutoWhitelistCount& count, TimePoint now, const GreylistSettings& settings);

// The count after a pass at `now`, or nothing where this pass does not count (less than an hour after the last).
std::optional<AutoWhitelistCount> CountPass(const AutoWhitelistCount& count, TimePoint now,
                                            const GreylistSettings& settings);

// "192.0.2.0/24": the network a client stands for.
std::string NetworkKey(const IpAddress& client, const GreylistSettings& settings);

// "spf:example.com": the machines that SPF of this domain lets send.  No client has it as its name: what they earn
// holds for mail from senders of the domain alone.
inline constexpr std::string_view kSenderDomainPrefix = "spf:";
std::string SenderDomainKey(std::string_view domain);

// "203.0.113.45", "2001:db8:1:2::/64": under what passes are counted for a client without a name of its own.  Never a
// network of many: what one host earns is not its neighbours'.
std::string EarnedKey(const IpAddress& client);
// Is it one of these, or a host name?  Former versions counted passes for networks.
bool IsEarnedKey(std::string_view key);

}  // namespace rules
