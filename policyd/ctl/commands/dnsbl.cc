#include "policyd/ctl/commands_memory.h"

#include <algorithm>
#include <ostream>

#include "policyd/admin/status/dnsbl.h"
#include "policyd/ctl/terminal.h"
#include "policyd/dns/zones/zone_reasons.h"

namespace policyd::ctl {
namespace {

using rules::ZoneFamily;

std::string Ipv6Text(const admin::ZoneStatus& list) {
  if (list.row.family == ZoneFamily::kNames) return {};
  if (!list.ipv6) return "no";
  if (list.ipv6->state == list.row.state) return "yes";
  return std::string("yes, ") + rules::Name(list.ipv6->state) +
         (list.ipv6->reason ? " (" + dns::ZoneReasonText(list.ipv6->reason) + ")" : "");
}

void PrintText(Context& context, const std::vector<admin::ZoneStatus>& lists) {
  if (lists.empty()) {
    context.out << "no list is configured (dnsbl.sites, dnsbl.name_sites)\n";
    return;
  }
  Columns columns({"list", "asked for", "points", "hits", "state", "last test", "ipv6", "reason"});
  for (const admin::ZoneStatus& list : lists) {
    const bool of_names = list.row.family == ZoneFamily::kNames;
    columns.Add({list.row.shown, of_names ? "names" : "addresses", list.points,
                 list.hits ? std::to_string(*list.hits) : "unknown", rules::Name(list.row.state),
                 list.row.tested ? rules::PrintDuration(context.now - *list.row.tested) + " ago" : "never",
                 Ipv6Text(list), dns::ZoneReasonText(list.row.reason)});
  }
  columns.Print(context.out);
}

}  // namespace

ExitStatus RunDnsblStatus(Context& context, const DnsblStatusOptions&) {
  const OpenedStore store = OpenStore(context, Needs::kWholeConfig);
  if (!store.stores) return store.status;
  const auto lists = admin::ZoneStatuses(store.config, *store.stores, admin::MetricsOf(store.config));
  if (context.is_json) return PrintJson(context, admin::ToJson(lists));
  PrintText(context, lists);
  return kDone;
}

ExitStatus RunDnsblTest(Context& context, const DnsblTestOptions& options) {
  const auto config = ReadConfig(context);
  if (!config) return kBadConfiguration;
  const auto tests = admin::TestZones(*config, options, context.now);
  if (!tests) {
    if (context.is_json) PrintJson(context, admin::ToJson(std::vector<admin::ZoneTest>()));
    return Fail(context, tests.error());
  }
  if (context.is_json) {
    PrintJson(context, admin::ToJson(*tests));
  } else {
    Columns columns({"list", "asked for", "state", "reason"});
    for (const auto& [row, state, is_well] : *tests) {
      columns.Add({row.shown, rules::Name(row.family), state, dns::ZoneReasonText(row.reason)});
    }
    columns.Print(context.out);
  }
  return std::ranges::all_of(*tests, &admin::ZoneTest::is_well) ? kDone : kNoSuchThing;
}

}  // namespace policyd::ctl
