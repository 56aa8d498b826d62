// Recent verdicts that were no plain pass: searched, and followed.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/admin/option_values.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

struct VerdictsOptions {
  OptionalText client{};     // an address, a network or a host name
  OptionalText sender{};     // an address or @domain
  OptionalText recipient{};  // likewise
  OptionalText reference{};
  OptionalText reason{};  // "dnsbl"
  OptionalText action{};  // "reject"
  OptionalText since{};   // "2h", or a time
  OptionalText until{};   // likewise
  std::size_t limit = 50;
  bool follow = false;  // prints new ones as they come, with --json one document a line
};

struct VerdictSearch {
  rules::TimePoint since{};
  RowFilter filter;
};
Result<VerdictSearch> ReadSearch(const VerdictsOptions& options, rules::TimePoint now);

runtime::Json ToJson(const std::vector<cache::JournalRow>& rows);

// New rows of the journal as they come; a row comes again when it was tried again.
class VerdictFollower {
 public:
  VerdictFollower(const cache::Stores& stores, RowFilter filter) : stores_(stores), filter_(std::move(filter)) {}

  // The rows that are new since the last call, the oldest first.
  std::vector<cache::JournalRow> Next(rules::TimePoint now);

 private:
  struct Printed {
    std::uint32_t times = 0;
    rules::TimePoint last{};
  };

  const cache::Stores& stores_;
  const RowFilter filter_;
  std::map<std::pair<rules::Reference, rules::TimePoint>, Printed> printed_;
};

}  // namespace policyd::admin
