// Keeps the last known state of every DNS list over restarts (records/): the daemon begins with it, the tool shows it.
//
// A zone is known by how it is shown, so that no key of a zone is kept here.  Const methods may be called from any
// thread, each with its own snapshot; nothing here reads a clock.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/lmdb/lmdb.h"
#include "rules/values/statement.h"
#include "rules/values/time.h"
#include "rules/zones/health.h"

namespace cache {

struct ZoneStateRow {
  std::string shown;
  rules::ZoneFamily family = rules::ZoneFamily::kIpv4;
  rules::ZoneState state = rules::ZoneState::kUnknown;
  bool has_family = true;                   // IPv6: false without a test point
  std::optional<rules::Statement> reason;   // nothing where it is well
  std::optional<rules::TimePoint> since{};  // nothing before the first test
  std::optional<rules::TimePoint> tested{};
  std::optional<rules::TimePoint> held_until{};  // quarantined by hits: a test that passes frees it from then on

  bool operator==(const ZoneStateRow&) const = default;
};

class ZoneStates {
 public:
  explicit ZoneStates(Environment& environment);

  std::vector<ZoneStateRow> All(ReadTransaction& snapshot) const;
  Status Put(WriteTransaction& transaction, const ZoneStateRow& row) const;

 private:
  Table rows_;
};

// The record without what is in the key.
std::string EncodeZoneState(const ZoneStateRow& row);
std::optional<ZoneStateRow> DecodeZoneState(std::string_view bytes);

}  // namespace cache
