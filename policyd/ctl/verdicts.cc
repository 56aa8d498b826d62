#include "policyd/ctl/verdicts.h"

#include <ostream>

#include "policyd/ctl/journal_rows.h"
#include "policyd/ctl/option_values.h"

namespace policyd::ctl {

ExitStatus RunVerdicts(Context& context, const VerdictsOptions& options) {
  const auto since = ParseSince(options.since, context.now);
  if (!since) return Fail(context, kUsage, since.error().message);
  RowFilter is_client = [](const cache::JournalRow&) { return true; };
  if (!options.client.empty()) {
    const auto parsed = ParseClientFilter(options.client);
    if (!parsed) return Fail(context, kUsage, "--client: " + parsed.error().message);
    is_client = *parsed;
  }
  RowFilter is_sender = [](const cache::JournalRow&) { return true; };
  if (!options.sender.empty()) is_sender = SenderFilter(options.sender);

  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto rows = NewestRows(*store.stores, *since, options.limit,
                               [&](const cache::JournalRow& row) { return is_client(row) && is_sender(row); });
  if (!context.is_json) {
    PrintRows(context.out, rows);
    return kDone;
  }
  Json array = Json::Array();
  for (const cache::JournalRow& row : rows) array.Append(RowToJson(row));
  context.out << Json::Object().Add("verdicts", std::move(array)).Dump() << '\n';
  return kDone;
}

}  // namespace policyd::ctl
