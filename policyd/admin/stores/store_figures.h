// Counts what the stores hold, and tells whether a daemon works on them: for the stats commands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cache/stores.h"
#include "policyd/runtime/json.h"
#include "rules/greylist/greylist_retries.h"

namespace policyd::admin {

struct Bytes {
  std::uint64_t used = 0;  // without the pages that deletes gave back
  std::uint64_t at_most = 0;
};

struct StoreFigures {
  std::uint64_t triplets = 0, waiting = 0, passes = 0, verdicts = 0, list_entries = 0;
  std::optional<std::uint64_t> clients, names;  // nothing where facts/ cannot be used
  Bytes facts, records, lists;
  rules::RetryTimes retries;
  std::optional<cache::StoreLock::HeldBy> daemon;
};

StoreFigures ReadFigures(const cache::Stores& stores, const std::string& directory);

struct Figure {
  std::string_view key;    // of the JSON document
  std::string_view title;  // for people
  std::optional<std::uint64_t> value;
};

// Those that stats, cache stats and greylist stats tell of.
std::vector<Figure> AllFigures(const StoreFigures& figures);
std::vector<Figure> CacheFigures(const StoreFigures& figures);
std::vector<Figure> GreylistFigures(const StoreFigures& figures);

// "daemon_pid": null where none runs, and left out where the lock file of one that runs does not tell.
void AddDaemonPid(runtime::Json& json, const std::optional<cache::StoreLock::HeldBy>& daemon);
runtime::Json FiguresToJson(const std::vector<Figure>& figures, const std::optional<cache::StoreLock::HeldBy>& daemon);

}  // namespace policyd::admin
