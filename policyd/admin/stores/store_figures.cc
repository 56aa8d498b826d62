#include "policyd/admin/stores/store_figures.h"

namespace policyd::admin {
namespace {

Bytes BytesOf(const cache::Environment& environment) {
  const auto usage = environment.usage();
  return {.used = usage.used_bytes - usage.free_bytes, .at_most = usage.max_bytes};
}

}  // namespace

std::vector<Figure> AllFigures(const StoreFigures& figures) {
  return {{"list_entries", "whitelist and blocklist entries", figures.list_entries},
          {"verdicts", "verdicts kept", figures.verdicts},
          {"triplets", "triplets", figures.triplets},
          {"passes", "auto-whitelist entries", figures.passes},
          {"clients", "clients with facts", figures.clients},
          {"names", "names with facts", figures.names},
          {"lists_bytes", "bytes in lists/", figures.lists.used},
          {"lists_max_bytes", "bytes in lists/ at most", figures.lists.at_most},
          {"records_bytes", "bytes in records/", figures.records.used},
          {"records_max_bytes", "bytes in records/ at most", figures.records.at_most},
          {"facts_bytes", "bytes in facts/", figures.facts.used},
          {"facts_max_bytes", "bytes in facts/ at most", figures.facts.at_most}};
}

std::vector<Figure> CacheFigures(const StoreFigures& figures) {
  return {{"clients", "clients", figures.clients},
          {"names", "names asked of name lists", figures.names},
          {"facts_bytes", "bytes in facts/", figures.facts.used},
          {"facts_max_bytes", "bytes in facts/ at most", figures.facts.at_most}};
}

std::vector<Figure> GreylistFigures(const StoreFigures& figures) {
  return {{"triplets", "triplets", figures.triplets},
          {"waiting", "... that wait for their client", figures.waiting},
          {"passes", "hosts and networks that came back", figures.passes},
          {"records_bytes", "bytes in records/", figures.records.used},
          {"records_max_bytes", "bytes in records/ at most", figures.records.at_most}};
}

void AddDaemonPid(runtime::Json& json, const std::optional<cache::StoreLock::HeldBy>& daemon) {
  if (daemon && !daemon->pid) return;
  json.Add("daemon_pid", daemon ? runtime::Json(*daemon->pid) : runtime::Json());
}

runtime::Json FiguresToJson(const std::vector<Figure>& figures, const std::optional<cache::StoreLock::HeldBy>& daemon) {
  runtime::Json json = runtime::Json::Object();
  for (const Figure& figure : figures) {
    json.Add(std::string(figure.key), figure.value ? runtime::Json(*figure.value) : runtime::Json());
  }
  AddDaemonPid(json, daemon);
  return json;
}

StoreFigures ReadFigures(const cache::Stores& stores, const std::string& directory) {
  StoreFigures figures;
  {
    cache::ReadTransaction records(stores.records_environment());
    figures.triplets = records.Count(stores.triplets().triplets());
    figures.passes = records.Count(stores.triplets().passes());
    figures.waiting = stores.triplets().figures().Waiting(records);
    figures.retries = stores.triplets().figures().Retries(records);
    figures.verdicts = records.Count(stores.journal().rows());
    cache::ReadTransaction lists(stores.lists_environment());
    figures.list_entries = lists.Count(stores.lists().entries());
  }
  figures.records = BytesOf(stores.records_environment());
  figures.lists = BytesOf(stores.lists_environment());
  if (stores.facts()) {
    cache::ReadTransaction facts(*stores.facts_environment());
    figures.clients = facts.Count(stores.facts()->clients());
    figures.names = facts.Count(stores.facts()->names());
    figures.facts = BytesOf(*stores.facts_environment());
  }
  figures.daemon = cache::Stores::RunningDaemon(directory);
  return figures;
}

}  // namespace policyd::admin
