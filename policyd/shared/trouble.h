// Why the engine is not used: each state of Redis that we know has a word, for log, metric and `shared status`, and
// something to do about it.  Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "policyd/shared/resp.h"

namespace policyd::shared {

enum class Trouble : std::uint8_t {
  kNone,
  kUnreachable,
  kSilent,
  kProtocol,
  kKey,
  kPassword,
  kPermission,
  kVersion,
  kCluster,
  kEviction,
  kReplica,
  kLoading,
  kMemory,
  kSnapshot,
  kReplicas,
  kOther,
};

struct TroubleRow {
  Trouble trouble;
  std::string_view name;  // "loading"
  std::string_view text;  // what is so
  std::string_view hint;  // what to do
  // It does not answer, which is no refusal.
  bool is_absence = false;
  // Nothing ends it but a person: it is not tried again each second.
  bool needs_person = false;
};
// One row each, in the order of the enum; the first is kNone.
std::span<const TroubleRow> TroubleRows();
const TroubleRow& RowOf(Trouble trouble);
// The row of a name; that of kNone where there is none.
const TroubleRow& TroubleNamed(std::string_view name);

// What an error of the engine means: "OOM command not allowed ...".
Trouble TroubleOf(std::string_view error);
// Of the answers to ROLE and INFO; kNone where all is well.
Trouble TroubleOfRole(const Reply& role);
Trouble TroubleOfInfo(std::string_view info);

}  // namespace policyd::shared
