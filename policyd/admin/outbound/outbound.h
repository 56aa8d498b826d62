// Mail that leaves (`sekimorictl outbound`): what a login sent, what is usual for it, what was done and why, and what
// people allow, lock and release.
//
// The daemon's accounts are in records/ within a second; what people say is in lists/ with its row of the audit, and
// counts for the next request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/option_values.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"
#include "rules/outbound/outbound.h"

namespace policyd::admin {

enum class LoginState : std::uint8_t { kFree, kAtLimit, kHeld, kLocked };
const char* Name(LoginState state);  // "free", "at its limit", "held", "locked"

// One login, or sender, as it is now.
struct LoginFigures {
  std::string login;
  LoginState state = LoginState::kFree;  // of its next message to one recipient
  std::uint32_t recipients_of_hour = 0, recipients_of_day = 0, messages_of_hour = 0;
  std::uint32_t today = 0;  // recipients since midnight UTC
  rules::SentDays::Usual usual{};
  rules::Limits limits{};
  std::size_t networks = 0;  // of its clients, in the last hour
  std::vector<rules::Signal> signals{};
  rules::Points score{};
  std::optional<rules::TimePoint> locked{};
  std::vector<rules::OutboundAct> acts{};
  std::optional<rules::OutboundEntry> entry{};  // its own
};

// Those that need a look: locked, held, at a limit, or near one (four fifths of it).
struct OutboundTally {
  std::size_t locked = 0, held = 0, at_limit = 0, near_limit = 0;
  std::vector<LoginFigures> logins{};  // the worst first, at most so many

  std::size_t all() const { return locked + held + at_limit + near_limit; }
};
OutboundTally TallyLogins(const config::Config& config, const cache::Stores& stores, rules::TimePoint now,
                          std::size_t most);
// "locked", "held", "at_limit", "near_limit", "free".
const char* Word(const LoginFigures& login);
runtime::Json ToJson(const OutboundTally& tally);

// Those with mail in the last 24 hours or an act, the busiest of the last hour first; at most so many.
std::vector<LoginFigures> FindLogins(const config::Config& config, const cache::Stores& stores, rules::TimePoint now,
                                     std::size_t most);
// An error where nothing is known of it.
Result<LoginFigures> FindLogin(const config::Config& config, const cache::Stores& stores, std::string_view login,
                               rules::TimePoint now);
runtime::Json ToJson(const rules::OutboundEntry& entry);
// What a person may want to do next, a sentence and a command.
std::string NextFor(const LoginFigures& login);
runtime::Json ToJson(const LoginFigures& login);
runtime::Json ToJson(const std::vector<LoginFigures>& logins);  // {"logins": [...]}

struct OutboundWish {
  enum class Kind : std::uint8_t { kAllow, kLock, kRelease, kForget };

  Kind kind = Kind::kAllow;
  std::string target{};
  OptionalText recipients_per_hour{}, recipients_per_day{}, messages_per_hour{};  // kAllow: numbers, or "off"
  OptionalText until{};                                                           // kAllow, kLock: "7d", a date
  std::string comment{};
  OptionalText by{};
};

// What was made of it.
struct OutboundChange {
  rules::OutboundTarget target;
  std::string command;                          // "outbound allow ann@example.org"
  std::optional<rules::OutboundEntry> entry{};  // that stands now
};

// A login without a domain is one of outbound.login_domain, as it is for the daemon.
rules::OutboundTarget WithDomain(const config::Config& config, rules::OutboundTarget target);
Status Check(const Caller& caller, const OutboundWish& wish);
Result<OutboundChange> Apply(const config::Config& config, const cache::Stores& stores, const Caller& caller,
                             const OutboundWish& wish);
runtime::Json ToJson(const OutboundChange& change);

}  // namespace policyd::admin
