#include "policyd/metrics/store_gauges.h"

#include <chrono>

namespace policyd::metrics {
namespace {

constexpr std::chrono::hours kToldEvery{24};

}  // namespace

void AddStoreGauges(const cache::Stores& stores, const cache::Evictions& evicted, Gauges& gauges) {
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
                   {"reputation", records.Count(stores.reputations().rows())},
                   {"outbound", records.Count(stores.outbound_accounts().rows())},
                   {"correspondents", records.Count(stores.correspondents().rows())},
                   {"lists", lists.Count(stores.lists().entries())}};
  gauges.evicted = {{"facts", evicted.facts},       {"triplets", evicted.triplets},
                    {"journal", evicted.verdicts},  {"reputation", evicted.reputations},
                    {"outbound", evicted.accounts}, {"correspondents", evicted.correspondents}};
}

std::vector<FullTable> EvictionWarnings::Look(const cache::Evictions& evicted, runtime::Deadline now) {
  std::vector<FullTable> full;
  const auto look = [&](Told& told, std::uint64_t count, FullTable table) {
    if (count == told.evicted || (told.when && now - *told.when < kToldEvery)) return;
    table.evicted = count - told.evicted;
    told = {.evicted = count, .when = now};
    full.push_back(std::move(table));
  };
  look(facts_, evicted.facts, {.name = "facts", .hint = "raise store.max_size"});
  look(triplets_, evicted.triplets,
       {.name = "triplets", .hint = "a flood; or raise greylist.max_pending, store.max_size"});
  look(journal_, evicted.verdicts,
       {.name = "journal", .hint = "a flood; or raise journal.max_verdicts, store.max_size"});
  return full;
}

}  // namespace policyd::metrics
