// Decides on mail that leaves: what a login may send, and when its mail is held or the login is locked.
//
// The sibling of Evaluate(): a pure function of the Request, of what people said, of the accounts that the mail counts
// for, and of Facts; it gives the Verdict or the Questions that are still open, and the Action never changes when the
// rest arrives.  RCPT is looked at, never counted; DATA reserves the recipients, END-OF-MESSAGE confirms them.  Mail
// that is not let through is not counted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rules/evaluate.h"
#include "rules/outbound/account.h"
#include "rules/outbound/settings.h"

namespace rules {

// Is it mail of ours that leaves?  Where Postfix says a login, the context "submission", or a client of
// outbound.networks.
bool IsOutgoing(const Policy& policy, const Request& request);

// The account that the mail counts for: the login in lower case, with outbound.login_domain where it has no domain;
// where there is no login, "sender:" and the sender, who may not be a login of that name; without a sender, the
// client's address.
std::string AccountOf(const OutboundSettings& settings, const Request& request);

// "@example.org" of "ann@example.org"; nothing where the account has no domain.
std::optional<std::string> PoolOf(std::string_view account);

// What is known when it is decided.  An account that nobody has seen is an empty one.
struct OutboundView {
  const Account& login;
  const Account* pool = nullptr;         // of the login's domain; null where that has no limit
  std::vector<OutboundEntry> entries{};  // those that match, in any order
  std::uint32_t strangers = 0;           // recipients of this message that nobody here wrote to before
  bool has_end_of_message = false;       // Postfix asks at END-OF-MESSAGE, too
  seconds from_utc{0};                   // of the clock on the wall here
};

// The limits of one account: its own entry first, then a class, the entry of its domain, of its network, the general
// ones.
Limits LimitsFor(const OutboundSettings& settings, const std::string& account, const std::optional<IpAddress>& client,
                 const std::vector<OutboundEntry>& entries, TimePoint now);

// Since when is the login locked, by us or by people?  Nothing where it is not.
std::optional<TimePoint> LockedSince(const std::string& account, const Account& login,
                                     const std::vector<OutboundEntry>& entries, TimePoint now);

// What speaks against the login now, most points first.
std::vector<Signal> ConductOf(const Policy& policy, const std::string& account, const Account& login, TimePoint now);

Outcome EvaluateOutgoing(const Policy& policy, const Health& health, const Request& request, const Facts& facts,
                         const OutboundView& view, TimePoint now);

// What follows from the Verdict for the accounts: called once for each Verdict, with the view it came of.  Returns
// whether the account's people are to be told.
struct Accounts {
  Account& login;
  Account* pool = nullptr;
};
bool Apply(const Policy& policy, const Request& request, const Verdict& verdict, const OutboundView& view,
           Accounts accounts, TimePoint now);

// Recipients of the whole server by day, the newest first.
inline constexpr std::size_t kServerDays = 31;
using ServerDays = std::array<std::uint64_t, kServerDays>;
// More than this on the newest day is alarming; nothing while too few days are known.  That many logins send is no
// fault of any of them: nothing is held for it.
std::optional<std::uint64_t> AlarmFrom(const ServerDays& days);

// A message of nobody for the login's address came from outside: often one that was not taken elsewhere comes back.
void NoteBounce(Account& login, const IpAddress& client, TimePoint now);

}  // namespace rules
