#include <algorithm>

#include "policyd/admin/report/part_writers.h"
#include "policyd/dns/lookups.h"
#include "rules/zones/known_zones.h"

namespace policyd::admin {
namespace {

using rules::Question;
using rules::Zone;

struct Listing {
  Question question;
  rules::IpAddress client;  // where an address is asked about
  std::string about;        // as it is shown
};

void WriteOne(Draft& draft, const Zone& zone, const Listing& listing) {
  const rules::DnsQuestion asked = rules::ToDns(listing.question, listing.client);
  const Seen seen = draft.Look(asked.name, asked.type);
  if (seen.is_open()) return;
  const auto add = [&](LineState state, const char* kind) -> ReportLine& {
    return draft.Add(state, kind, {{"name", listing.about}, {"list", zone.shown}});
  };
  if (seen.state == Seen::State::kNotAsked) {
    add(LineState::kNotAsked, "report.list.not_asked");
    return;
  }
  const rules::Fact fact = dns::ToFact(listing.question, seen.answer, {}, rules::TimePoint{});
  if (fact.is_unavailable()) {
    add(LineState::kNoAnswer, "report.list.no_answer");
    return;
  }
  const rules::Points points = zone.PointsFor(fact.Get<rules::Addresses>());
  if (!fact.is_present() || points == rules::Points{}) {
    add(LineState::kFine, fact.is_present() ? "report.list.without_points" : "report.list.clean");
    return;
  }
  const bool is_against = points > rules::Points{};
  ReportLine& line = add(is_against ? LineState::kWrong : LineState::kFine,
                         is_against ? "report.list.listed" : "report.list.in_favour");
  if (!is_against) return;
  line.means = "report.list.listed_means";
  line.link = rules::RemovalPage(zone.shown);
}

// A list that is in doubt gives no points, so nobody asks it.
bool IsAsked(Draft& draft, const ListsAsked& lists, const Zone& zone, rules::ZoneFamily family) {
  if (!lists.health.HasFamily(zone.name, family)) return false;
  if (lists.health.Counts(zone.name, family)) return true;
  const auto known = lists.health.zones.find(zone.name);
  const rules::ZoneState state = known == lists.health.zones.end() ? rules::ZoneState::kUnknown : known->second[family];
  draft.Add(LineState::kNotAsked, "report.list.in_doubt",
            {{"list", zone.shown}, {"state", std::string(rules::Name(state))}});
  return false;
}

}  // namespace

void WriteLists(Draft& draft, const ListsAsked& lists, const rules::Addresses& addresses,
                const std::vector<std::string>& names) {
  draft.Begin(ReportSection::kLists);
  if (lists.policy.zones.empty() && lists.policy.name_zones.empty()) {
    draft.Add(LineState::kNotAsked, "report.list.none", {}).means = "report.list.none_means";
    return;
  }
  for (const rules::IpAddress& address : addresses) {
    const auto family = address.is_v4() ? rules::ZoneFamily::kIpv4 : rules::ZoneFamily::kIpv6;
    for (const Zone& zone : lists.policy.zones) {
      if (!IsAsked(draft, lists, zone, family)) continue;
      WriteOne(draft, zone, {Question::List(zone.name), address, address.ToString()});
    }
  }
  for (const std::string& name : names) {
    for (const Zone& zone : lists.policy.name_zones) {
      if (!IsAsked(draft, lists, zone, rules::ZoneFamily::kNames)) continue;
      WriteOne(draft, zone, {Question::NameList(name, zone.name), {}, name});
    }
  }
}

}  // namespace policyd::admin
