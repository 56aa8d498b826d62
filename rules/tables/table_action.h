// Reads the right-hand side of an access(5) table, as far as it says whether a mail may come in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rules {

struct TableAction {
  enum class Kind : std::uint8_t {
    kNextTable,  // DUNNO, and what lets mail in marked, watched or led elsewhere: the next table is asked
    kAccept,     // OK, RELAY or a number alone: no further table is asked
    kDefer,      // DEFER, DEFER_IF_PERMIT, 4xx
    kReject,     // REJECT, 5xx
    kHold,
    kDiscard,
  } kind = Kind::kNextTable;
  // What the sender reads, with an enhanced status first ("5.7.1 Go away"), in printable ASCII; never empty for defer
  // and reject, empty for the others.  At most 140 bytes; braces are made round, since they hold placeholders in
  // replies.
  std::string text;

  bool turns_away() const { return kind == Kind::kDefer || kind == Kind::kReject; }
};

// Every text has a meaning: one that is not known is kNextTable.
TableAction ParseTableAction(std::string_view action);

// Why a line with this action changes nothing here, for people; empty where it counts, as DUNNO does: it makes an
// exception from the lines behind it.  `decides`: the action itself is what is done; else a line that turns away counts
// points, and OK makes an exception.
std::string WhyWithoutEffect(std::string_view action, bool decides);

}  // namespace rules
