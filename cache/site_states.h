// The last known state of every list site, kept over restarts (records/): what the daemon begins with, and what the
// tool shows.
//
// A site is known by how it is shown, so that no key of a zone is kept here.  Const methods may be called from any
// thread, each with its own snapshot; nothing here reads a clock.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/lmdb/lmdb.h"
#include "rules/values/time.h"
#include "rules/zones/health.h"

namespace cache {

struct SiteStateRow {
  std::string shown;
  rules::SiteFamily family = rules::SiteFamily::kIpv4;
  rules::SiteState state = rules::SiteState::kUnknown;
  bool has_family = true;  // IPv6: false without a test point
  std::string reason;
  rules::TimePoint since{};
  std::optional<rules::TimePoint> tested;
  std::optional<rules::TimePoint> held_until{};  // quarantined by hits: a test that passes frees it from then on

  bool operator==(const SiteStateRow&) const = default;
};

class SiteStates {
 public:
  explicit SiteStates(Environment& environment);

  std::vector<SiteStateRow> All(ReadTransaction& snapshot) const;
  Status Put(WriteTransaction& transaction, const SiteStateRow& row) const;

 private:
  Table rows_;
};

// The record without what is in the key.
std::string EncodeSiteState(const SiteStateRow& row);
std::optional<SiteStateRow> DecodeSiteState(std::string_view bytes);

}  // namespace cache
