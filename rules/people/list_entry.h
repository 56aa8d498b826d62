// Defines whitelist and blocklist entries: what people allowed or forbade, and which of several entries wins.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/values/ip_address.h"
#include "rules/values/result.h"
#include "rules/values/time.h"

namespace rules {

enum class ListKind : std::uint8_t { kWhitelist = 1, kBlocklist = 2 };
enum class BlockAction : std::uint8_t { kDefer = 1, kReject = 2, kDiscard = 3, kHold = 4 };

const char* Name(ListKind list);
const char* Name(BlockAction action);
std::optional<BlockAction> ParseBlockAction(std::string_view text);

// What an entry is about.  `text` is normalised, so that equal targets have equal text.
struct Target {
  enum class Kind : std::uint8_t {
    kAddress = 1,          // 192.0.2.1, 2001:db8::1
    kNetwork = 2,          // 192.0.2.0/24
    kHost = 3,             // mail.example.com: that confirmed name only
    kDomain = 4,           // .example.com: the confirmed name is it or below it
    kPattern = 5,          // /regexp/: matched against the confirmed name, then against the address
    kSender = 6,           // user@example.com
    kSenderDomain = 7,     // @example.com: that domain only; @.example.com: it and all below
    kRecipient = 8,        // rcpt:user@example.com
    kRecipientDomain = 9,  // rcpt:@example.com, rcpt:@.example.com
  };

  Kind kind = Kind::kAddress;
  std::string text;  // as it is printed, "rcpt:" and "." and "@" included

  bool operator==(const Target&) const = default;

  // As people write it (rules/values/as_written.h).  Errors say what was expected and what was there.
  static Result<Target> Parse(std::string_view text);

  // kAddress and kNetwork: the network meant.  REQUIRES: one of these kinds.
  Network network() const;
};

// user@domain or @domain: what anyone may claim to be.
bool IsSender(Target::Kind kind);

// "@.example.com", "rcpt:@.example.com": the mail domain and all below it.
bool CoversSubdomains(const Target& target);

// A sentence for people: "mail from clients whose confirmed name is mail.example.com".
std::string Meaning(const Target& target);

struct ListEntry {
  ListKind list = ListKind::kWhitelist;
  Target target;
  BlockAction action = BlockAction::kReject;  // blocklist only
  std::optional<std::string> if_confirmed{};  // sender entries: holds only for clients with a confirmed name under it
  bool if_spf = false;                        // sender entries: holds only where SPF passes for the sender's domain
  std::optional<std::string> reply{};         // blocklist: what the sender reads, status first; else reply.blocklist
  std::string comment{};
  std::string author{};
  TimePoint created{};
  std::optional<TimePoint> expires{};

  bool is_expired(TimePoint now) const { return expires && *expires <= now; }
  bool operator==(const ListEntry&) const = default;
};

// Does it let in whoever claims to be the sender?  A block list outweighs it.
bool IsForgeable(const ListEntry& entry);

// The unexpired entries that match one subject, and whether entries by confirmed name exist at all: if not, a decision
// need not wait for the name.
struct ListMatches {
  std::vector<ListEntry> entries;
  bool has_name_entries = false;

  bool operator==(const ListMatches&) const = default;
};

// The keys under which entries for a subject can stand, narrowest first: user+tag@, user@ (access(5)), @domain, then
// @.domain from long to short.  What cannot be an entry itself is still looked up by its domain.
std::vector<Target> SenderTargets(std::string_view sender);
std::vector<Target> RecipientTargets(std::string_view recipient);
std::vector<Target> NameTargets(std::string_view confirmed_name);  // the host, then .domain from long to short

// Which of two entries wins: address, confirmed host name, network (longer prefix first), .domain (longer first),
// regular expression; user+tag@ before user@ before @domain before @.domain (longer first); whitelist on a tie.
bool IsNarrower(const ListEntry& a, const ListEntry& b);

// The winner, or null where there is none.
const ListEntry* Narrowest(const std::vector<ListEntry>& entries);

}  // namespace rules
