#include "policyd/ctl/verdicts.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <utility>

#include "policyd/admin/option_values.h"
#include "policyd/ctl/rows.h"
#include "policyd/runtime/shown.h"

namespace policyd::ctl {
namespace {

// A verdict is in the journal this long after its time at the latest; repeated tries are gathered for a second.
constexpr rules::seconds kLatest{10};

rules::Result<admin::RowFilter> All(std::vector<admin::RowFilter> filters) {
  return admin::RowFilter([filters = std::move(filters)](const cache::JournalRow& row) {
    return std::all_of(filters.begin(), filters.end(), [&row](const admin::RowFilter& fits) { return fits(row); });
  });
}

rules::Result<admin::RowFilter> FilterOf(const VerdictsOptions& options, rules::TimePoint now) {
  std::vector<admin::RowFilter> filters;
  if (!options.client.empty()) {
    const auto client = admin::ParseClientFilter(options.client);
    if (!client) return rules::Error{"--client: " + client.error().message};
    filters.push_back(*client);
  }
  if (!options.sender.empty()) filters.push_back(admin::SenderFilter(options.sender));
  if (!options.recipient.empty()) filters.push_back(admin::RecipientFilter(options.recipient));
  if (!options.reference.empty()) {
    const auto reference = admin::ParseReference(options.reference);
    if (!reference)
      return rules::Error{"--reference: expected one such as J4FHQ-X9T82, got \"" + options.reference + "\""};
    filters.emplace_back([wanted = *reference](const cache::JournalRow& row) { return row.reference == wanted; });
  }
  if (!options.reason.empty()) {
    const auto reason = admin::ParseReasonFilter(options.reason);
    if (!reason) return rules::Error{"--reason: " + reason.error().message};
    filters.push_back(*reason);
  }
  const auto until = admin::ParseUntil(options.until, now);
  if (!until) return until.error();
  if (*until) filters.emplace_back([end = **until](const cache::JournalRow& row) { return row.last <= end; });
  return All(std::move(filters));
}

// What was printed of the last moments: a row comes again when it was tried again.
class Follower {
 public:
  Follower(const cache::Stores& stores, admin::RowFilter filter) : stores_(stores), filter_(std::move(filter)) {}

  // The rows that are new since the last call, the oldest first.
  std::vector<cache::JournalRow> Next(rules::TimePoint now) {
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

 private:
  struct Printed {
    std::uint32_t times = 0;
    rules::TimePoint last{};
  };

  const cache::Stores& stores_;
  const admin::RowFilter filter_;
  std::map<std::pair<rules::Reference, rules::TimePoint>, Printed> printed_;
};

ExitStatus Follow(Context& context, const cache::Stores& stores, const admin::RowFilter& filter) {
  Follower follower(stores, filter);
  follower.Next(context.now);  // what is there already is no news
  while (const auto now = context.next_look()) {
    for (const cache::JournalRow& row : follower.Next(*now)) {
      if (context.is_json) {
        context.out << admin::RowToJson(row).Dump() << '\n';
      } else {
        PrintLine(context.out, row);
      }
    }
    context.out.flush();
    if (!context.out) return Fail(context, kStoreError, "the answer could not be written");
  }
  return kDone;
}

void Print(Context& context, const std::vector<cache::JournalRow>& rows, std::size_t limit) {
  if (!context.is_json) {
    PrintRows(context.out, rows);
    if (limit > 0 && rows.size() == limit) context.out << "only the newest " << limit << ": see --limit\n";
    return;
  }
  Json array = Json::Array();
  for (const cache::JournalRow& row : rows) array.Append(admin::RowToJson(row));
  context.out << Json::Object().Add("verdicts", std::move(array)).Dump() << '\n';
}

}  // namespace

ExitStatus RunVerdicts(Context& context, const VerdictsOptions& options) {
  const auto since = admin::ParseSince(options.since, context.now);
  if (!since) return Fail(context, kUsage, since.error().message);
  const auto filter = FilterOf(options, context.now);
  if (!filter) return Fail(context, kUsage, filter.error().message);
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  if (options.follow) return Follow(context, *store.stores, *filter);
  Print(context, admin::NewestRows(*store.stores, *since, options.limit, *filter), options.limit);
  return kDone;
}

}  // namespace policyd::ctl
