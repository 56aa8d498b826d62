#include "policyd/store_gauges.h"

namespace policyd {

void AddStoreGauges(const cache::Stores& stores, Gauges& gauges) {
  const auto add_store = [&gauges](const char* name, const cache::Environment& environment) {
    const auto usage = environment.usage();
    gauges.stores.push_back({name, usage.used_bytes, usage.max_bytes});
  };
  add_store("facts", *stores.facts_environment());
  add_store("records", stores.records_environment());
  add_store("lists", stores.lists_environment());

  cache::ReadTransaction facts(*stores.facts_environment());
  cache::ReadTransaction records(stores.records_environment());
  cache::ReadTransaction lists(stores.lists_environment());
  gauges.tables = {{"clients", facts.Count(stores.facts()->clients())},
                   {"names", facts.Count(stores.facts()->names())},
                   {"triplets", records.Count(stores.triplets().triplets())},
                   {"waiting", stores.triplets().figures().Waiting(records)},
                   {"auto_whitelist", records.Count(stores.triplets().passes())},
                   {"journal", records.Count(stores.journal().rows())},
                   {"lists", lists.Count(stores.lists().entries())}};
}

}  // namespace policyd
