#include "cache/store_layout.h"

namespace cache {
namespace {

// Entries of people never come near this size, and it must not depend on a setting.
constexpr std::uint64_t kMaxListsSize = std::uint64_t{1} << 30;

}  // namespace

// The number after the dot is the version of the form of keys; records carry their own version.
Environment::Options FactOptions(const StoreSettings& settings, Durability durability) {
  return {.directory = settings.directory + "/facts",
          .max_size = settings.max_size,
          .durability = durability,
          .tables = {"clients.1", "names.1"}};
}

Environment::Options RecordOptions(const StoreSettings& settings) {
  return {.directory = settings.directory + "/records",
          .max_size = settings.max_size,
          .durability = Durability::kSynced,
          .tables = {"triplets.1", "passes.1", "journal.1", "meta.1", "sites.1", "greylist.1", "list_hits.1",
                     "history.1", std::string(kAppealsTable), std::string(kReputationTable), std::string(kWatchTable),
                     std::string(kAccountsTable), std::string(kCorrespondentsTable)}};
}

Environment::Options ListOptions(const StoreSettings& settings) {
  return {.directory = settings.directory + "/lists",
          .max_size = kMaxListsSize,
          .durability = Durability::kSynced,
          .tables = {"entries.1", "shape.1", "audit.1", std::string(kOutboundEntriesTable)}};
}

}  // namespace cache
