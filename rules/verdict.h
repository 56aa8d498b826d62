// Holds what was decided: the answer, the Signals behind it, and what is to be remembered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/action.h"
#include "rules/client/reverse_dns.h"
#include "rules/greylist/greylist.h"
#include "rules/people/list_entry.h"
#include "rules/policy.h"
#include "rules/question.h"
#include "rules/signal.h"
#include "rules/spf/record.h"
#include "rules/values/time.h"

namespace rules {

// What decided: the label of sekimori_verdicts_total.
enum class Reason : std::uint8_t {
  kOwnNetwork,
  kAuthenticated,
  kNoClient,
  kWhitelist,
  kBlocklist,
  kAutoWhitelist,
  kKnownTriplet,
  kClean,
  kNoPtr,
  kNoForward,
  kMismatch,
  kUnavailableName,
  kDynamicName,
  kCloudName,
  kDnsbl,
  kNameList,
  kHelo,
  kTable,
  kNotJudged,  // VRFY, ETRN: nothing was looked at
  kFailOpen,
  kReputation,
  kSpf,
  kOutbound,            // mail of ours that leaves, as it may
  kOutboundLimit,       // ... more of it than may leave
  kOutboundConduct,     // ... of a login that may be in the hands of others
  kOutboundLocked,      // ... of a login that is locked
  kForeignSender,       // ... with an address that is not ours
  kKnownCorrespondent,  // an answer to people here
};
inline constexpr Reason kLastReason =
    Reason::kKnownCorrespondent;  // numbers of reasons stand in records/: new ones come last

const char* Name(Reason reason);

// "confirmed", "no_ptr", ... or "not asked".
const char* Name(std::optional<ReverseDns> reverse_dns);

// Triplets and passes to write, under the client keys of their Questions.
struct Remember {
  struct TripletWrite {
    std::string client_key;
    Triplet record;
  };
  std::vector<TripletWrite> triplets;
  bool is_first_sight = false;  // the answer waits until the triplets are durable
  std::optional<std::string> auto_whitelist_key;
  AutoWhitelistCount auto_whitelist;
  std::optional<seconds> retried_after;  // a first pass: how long the client took to come back

  bool empty() const { return triplets.empty() && !auto_whitelist_key; }
};

// What a Verdict on mail that leaves says beside its Reason.
struct OutboundSeen {
  struct LimitReached {
    enum class Of : std::uint8_t { kRecipientsPerHour, kRecipientsPerDay, kMessagesPerHour, kDomainRecipientsPerDay };

    Of of = Of::kRecipientsPerHour;
    std::uint32_t most = 0;
    std::optional<TimePoint> free_at;  // when the message may be sent; nothing: it is larger than the limit
  };

  std::string account;  // the login, or the sender, or the client
  std::optional<LimitReached> limit{};
  bool locks = false;   // the login is locked from now on
  seconds from_utc{0};  // of the clock on the wall here, for the time in the answer
};

struct Verdict {
  Action action = Action::kPass;  // what enforce does
  Mode mode = Mode::kEnforce;
  Reason reason = Reason::kClean;
  Points score;
  std::vector<Signal> signals;                 // most points first
  std::optional<ReverseDns> reverse_dns;       // nothing where it was not asked, or not to the end
  std::string name;                            // the confirmed name, else the first PTR name
  seconds wait{0};                             // greylist: until it may come back
  std::optional<std::string> recipient_class;  // its mode and bands held; else everybody's
  std::optional<ListEntry> entry;              // the entry of people that decided
  std::optional<std::string> table_rule;       // the rule of a table of people that decided: "clients.pcre:12"
  std::string table_text;                      // what it, or the entry, says itself, status first
  std::optional<TripletView> triplet;          // where the greylist was asked
  std::optional<SpfSeen> spf;                  // where SPF was asked to the end
  std::optional<OutboundSeen> outbound;        // mail that leaves
  bool lacks_recipient = false;  // it passes because nothing is turned away while the recipient is not known
  // How long the greylist kept this mail waiting before it let it in now; nothing where it did not.
  std::optional<seconds> delayed() const;
  bool is_auto_whitelisted() const { return reason == Reason::kAutoWhitelist; }

  Remember remember;

  // What the sender gets: `action`, unless the mode lets everything in.
  Action given() const;
  bool turns_away() const { return TurnsAway(given()); }
};

}  // namespace rules
