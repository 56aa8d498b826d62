#include "policyd/ctl/stats.h"

#include "policyd/ctl/rows.h"

namespace policyd::ctl {

ExitStatus RunStats(Context& context, const StatsOptions&) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const admin::StoreFigures figures = admin::ReadFigures(*store.stores, store.config.store.directory);
  PrintFigures(context,
               {{"list_entries", "whitelist and blocklist entries", figures.list_entries},
                {"verdicts", "verdicts kept", figures.verdicts},
                {"triplets", "triplets", figures.triplets},
                {"passes", "auto-whitelist entries", figures.passes},
                {"clients", "clients with facts", figures.clients},
                {"names", "names with facts", figures.names},
                {"lists_bytes", "bytes in lists/", figures.lists.used},
                {"records_bytes", "bytes in records/", figures.records.used},
                {"facts_bytes", "bytes in facts/", figures.facts.used},
                {"max_bytes", "bytes at most, each", figures.records.at_most}},
               figures.daemon);
  return kDone;
}

}  // namespace policyd::ctl
