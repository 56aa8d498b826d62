#include "policyd/admin/verdicts/verdicts.h"

#include <algorithm>

#include "policyd/admin/option_values.h"

namespace policyd::admin {
namespace {

// A verdict is in the journal this long after its time at the latest; repeated tries are gathered for a second.
constexpr rules::seconds kLatest{10};

RowFilter All(std::vector<RowFilter> filters) {
  return RowFilter([filters = std::move(filters)](const cache::JournalRow& row) {
    return std::all_of(filters.begin(), filters.end(), [&row](const RowFilter& fits) { return fits(row); });
  });
}

Result<RowFilter> FilterOf(const VerdictsOptions& options, rules::TimePoint now) {
  std::vector<RowFilter> filters;
  if (options.client) {
    const auto client = ParseClientFilter(*options.client);
    if (!client) return ErrorIn("client", client.error().message);
    filters.push_back(*client);
  }
  if (options.sender) {
    if (options.sender->empty()) return ErrorIn("sender", "expected an address, @domain or <>, got \"\"");
    filters.push_back(SenderFilter(*options.sender));
  }
  if (options.recipient) {
    if (options.recipient->empty()) return ErrorIn("recipient", "expected an address or @domain, got \"\"");
    filters.push_back(RecipientFilter(*options.recipient));
  }
  if (options.reference) {
    const auto reference = ParseReference(*options.reference);
    if (!reference) return ErrorIn("reference", "expected one such as J4FHQ-X9T82, got \"" + *options.reference + "\"");
    filters.emplace_back([wanted = *reference](const cache::JournalRow& row) { return row.reference == wanted; });
  }
  if (options.reason) {
    const auto reason = ParseReasonFilter(*options.reason);
    if (!reason) return ErrorIn("reason", reason.error().message);
    filters.push_back(*reason);
  }
  if (options.action) {
    const auto action = ParseActionFilter(*options.action);
    if (!action) return ErrorIn("action", action.error().message);
    filters.push_back(*action);
  }
  const auto until = ParseUntil(options.until, now);
  if (!until) return until.error();
  if (*until) filters.emplace_back([end = **until](const cache::JournalRow& row) { return row.last <= end; });
  return All(std::move(filters));
}

}  // namespace

Result<VerdictSearch> ReadSearch(const VerdictsOptions& options, rules::TimePoint now) {
  const auto since = ParseSince(options.since, now);
  if (!since) return since.error();
  auto filter = FilterOf(options, now);
  if (!filter) return filter.error();
  return VerdictSearch{.since = *since, .filter = *std::move(filter)};
}

runtime::Json ToJson(const std::vector<cache::JournalRow>& rows) {
  runtime::Json array = runtime::Json::Array();
  for (const cache::JournalRow& row : rows) array.Append(RowToJson(row));
  return runtime::Json::Object().Add("verdicts", std::move(array));
}

std::vector<cache::JournalRow> VerdictFollower::Next(rules::TimePoint now) {
  const rules::TimePoint since = now - kLatest;
  std::vector<cache::JournalRow> rows;
  cache::ReadTransaction snapshot(stores_.records_environment());
  stores_.journal().Scan(snapshot, since, [&](const cache::JournalRow& row) {
    std::uint32_t& times = printed_[{row.reference, row.first}].times;
    printed_[{row.reference, row.first}].last = row.last;
    if (std::exchange(times, row.times) != row.times && filter_(row)) rows.push_back(row);
    return true;
  });
  std::erase_if(printed_, [since](const auto& one) { return one.second.last < since; });
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.last < b.last; });
  return rows;
}

}  // namespace policyd::admin
