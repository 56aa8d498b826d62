// Words a Verdict as one safe line for Postfix and for the log: text from outside is escaped and bounded.
//
// Never empty, never OK, never digits only.  Source: Postfix access(5), SMTPD_POLICY_README.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rules/policy.h"
#include "rules/reference.h"
#include "rules/request.h"
#include "rules/verdict.h"

namespace rules {

// Of all that stands behind "action="; Postfix cuts at 510 with its own prefix.  Where a text is longer, words are left
// out, values and then the reason first, so that no name or address ever stands there in part.
inline constexpr std::size_t kMaxReply = 200;
inline constexpr std::size_t kMaxValue = 64;  // a replaced placeholder

// What earlier answers to the same message (`instance`) fixed.
struct MessageState {
  bool has_header = false;             // the X-Sekimori header was given
  bool has_spf_header = false;         // Received-SPF was
  std::optional<Action> first_let_in;  // the action of the first recipient that was not turned away
};

// What the sender is answered, and what happens to the recipient: never what would have been done in another mode, for
// another class or in a message of its own.
Action Answered(const Request& request, const Verdict& verdict, const MessageState& message);

// Keeps what the answer gave to the whole message.
void NoteHeaders(std::string_view reply, MessageState& message);

// "DUNNO", "DEFER_IF_PERMIT 4.7.1 ...": what stands behind "action=".  A mail that simply passes has no reference.
std::string FormatReply(const Policy& policy, const Request& request, const Verdict& verdict,
                        const std::optional<Reference>& reference, const MessageState& message);

// Is the answer "send to this recipient separately" (HOLD and DISCARD hold for the whole message)?
bool NeedsOwnMessage(const Verdict& verdict, const MessageState& message);

// "no_ptr:4,dnsbl:8[zen.spamhaus.org]" for header, log and journal: with the list or the line of a table that a signal
// rests on.
std::string PrintSignals(const std::vector<Signal>& signals);

// What stands beside the signals: what SPF said where it was asked, the login that sends, and what decided: the entry
// of people, the recipient's class, the line of a table.
struct Decider {
  const char* key;  // "spf", "login", "entry", "class", "table"
  std::string value;
};
std::vector<Decider> DecidersOf(const Verdict& verdict);

// Printable ASCII without quotes and backslashes, at most `limit` bytes; anything else becomes '?'.
std::string EscapeText(std::string_view text, std::size_t limit);

}  // namespace rules
