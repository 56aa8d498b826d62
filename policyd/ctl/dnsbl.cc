#include "policyd/ctl/dnsbl.h"

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "policyd/ctl/columns.h"
#include "policyd/dns/site_tests.h"
#include "policyd/json.h"

namespace policyd::ctl {
namespace {

using rules::SiteFamily;

// One list, asked for addresses or for names.
struct ListStatus {
  cache::SiteStateRow row;                  // of IPv4 or of names
  std::optional<cache::SiteStateRow> ipv6;  // where it is asked for IPv6 clients
};

std::vector<ListStatus> StatusOf(const Config& config, const std::vector<cache::SiteStateRow>& rows) {
  std::vector<ListStatus> lists;
  for (const dns::TestedSite& site : dns::TestedSites(config)) {
    cache::SiteStateRow row = dns::KnownState(site, rows);
    if (site.family != SiteFamily::kIpv6) {
      lists.push_back({std::move(row), {}});
    } else if (site.is_asked && row.has_family) {
      lists.back().ipv6 = std::move(row);  // the row of its IPv4 comes before it
    }
  }
  return lists;
}

std::string Ipv6Text(const ListStatus& list) {
  if (list.row.family == SiteFamily::kNames) return {};
  if (!list.ipv6) return "no";
  if (list.ipv6->state == list.row.state) return "yes";
  return std::string("yes, ") + rules::Name(list.ipv6->state) +
         (list.ipv6->reason.empty() ? "" : " (" + list.ipv6->reason + ")");
}

void PrintText(Context& context, const std::vector<ListStatus>& lists) {
  if (lists.empty()) {
    context.out << "no list is configured (dnsbl.sites, dnsbl.name_sites)\n";
    return;
  }
  Columns columns({"list", "asked for", "state", "last test", "ipv6", "reason"});
  for (const ListStatus& list : lists) {
    const bool of_names = list.row.family == SiteFamily::kNames;
    columns.Add({list.row.shown, of_names ? "names" : "addresses", rules::Name(list.row.state),
                 list.row.tested ? rules::PrintDuration(context.now - *list.row.tested) + " ago" : "never",
                 Ipv6Text(list), list.row.reason});
  }
  columns.Print(context.out);
}

Json StateToJson(const cache::SiteStateRow& row) {
  const bool has_begun = row.since != rules::TimePoint{};
  return Json::Object()
      .Add("state", rules::Name(row.state))
      .Add("counts", rules::Counts(row.state))
      .Add("reason", row.reason)
      .Add("since", has_begun ? Json(rules::PrintTime(row.since)) : Json())
      .Add("last_test", row.tested ? Json(rules::PrintTime(*row.tested)) : Json());
}

void PrintJson(Context& context, const std::vector<ListStatus>& lists) {
  Json array = Json::Array();
  for (const ListStatus& list : lists) {
    Json entry = StateToJson(list.row);
    entry.Add("list", list.row.shown)
        .Add("asked_for", list.row.family == SiteFamily::kNames ? "names" : "addresses")
        .Add("ipv6", list.ipv6 ? StateToJson(*list.ipv6) : Json());
    array.Append(std::move(entry));
  }
  context.out << Json::Object().Add("lists", std::move(array)).Dump() << '\n';
}

}  // namespace

ExitStatus RunDnsblStatus(Context& context, const DnsblStatusOptions&) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  std::vector<cache::SiteStateRow> rows;
  {
    cache::ReadTransaction snapshot(store.stores->records_environment());
    rows = store.stores->sites().All(snapshot);
  }
  const auto lists = StatusOf(store.config, rows);
  if (context.is_json) {
    PrintJson(context, lists);
  } else {
    PrintText(context, lists);
  }
  return kDone;
}

}  // namespace policyd::ctl
