// Why a mail was turned away, from its row of the journal: the causes that its sender's administrator can read about.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cache/journal/journal.h"

namespace policyd::http::why {

enum class CauseKind : std::uint8_t {
  kNoPtr,
  kNoForward,
  kMismatch,
  kUnavailableName,
  kDynamicName,
  kCloudName,
  kTable,  // a rule of this server's administrator
  kDnsbl,
  kNameList,
  kHeloLiteral,
  kHeloNotPublic,
  kHeloLocalhost,
  kHeloOwnName,
  kHeloUnrelated,
  kBlocklist,
  kSeparate,  // the recipient needs a mail of its own
  kReputation,
  kSpf,
  kSpfHelo,
  kSpfError,
  kOther,
};
inline constexpr std::size_t kCauseKinds = 21;
const char* Name(CauseKind kind);  // "no_ptr": its texts are why.cause.no_ptr.title, .what and .remedy

struct Cause {
  CauseKind kind = CauseKind::kOther;
  std::string list{};  // kDnsbl, kNameList: as it is shown

  bool operator==(const Cause&) const = default;
};

// What weighed most first, each once; never empty.
std::vector<Cause> CausesOf(const cache::JournalRow& row);

// Was the sender told to come again, or refused?  Of all else it knows nothing, and the page tells nothing.
bool IsTold(const cache::JournalRow& row);

}  // namespace policyd::http::why
