#include "policyd/ctl/commands_memory.h"

#include <ostream>

#include "policyd/admin/verdicts/verdicts.h"
#include "policyd/ctl/rows.h"

namespace policyd::ctl {
namespace {

ExitStatus Follow(Context& context, const cache::Stores& stores, const admin::RowFilter& filter) {
  admin::VerdictFollower follower(stores, filter);
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

}  // namespace

ExitStatus RunVerdicts(Context& context, const VerdictsOptions& options) {
  const auto search = admin::ReadSearch(options, context.now);
  if (!search) return Fail(context, search.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  if (options.follow) return Follow(context, *store.stores, search->filter);
  const auto rows = admin::NewestRows(*store.stores, search->since, options.limit, search->filter);
  if (context.is_json) return PrintJson(context, admin::ToJson(rows));
  PrintRows(context.out, rows);
  if (options.limit > 0 && rows.size() == options.limit) {
    context.out << "only the newest " << options.limit << ": see --limit\n";
  }
  return kDone;
}

}  // namespace policyd::ctl
