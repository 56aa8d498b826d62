#include "policyd/dns/zones/zone_reasons.h"

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

namespace policyd::dns {

std::span<const rules::StatementRow> ZoneReasonRows() {
  static const std::vector<rules::StatementRow> kRows{
      {"zone_reason.not_yet_tested", "not yet tested"},
      {"zone_reason.no_test_point", "publishes no test point"},
      {"zone_reason.no_ipv6_test_point", "has no test point for IPv6: not asked"},
      {"zone_reason.lists_what_it_must_not", "lists {point}, which it must not"},
      {"zone_reason.error_code", "answers {record} for {point}: this resolver may not ask it"},
      {"zone_reason.foreign_answer",
       "answers {record} for {point}: the zone was given up, or the resolver changes answers"},
      {"zone_reason.misses_its_point",
       "does not list {point}, which it must: it has ended, or the resolver drops 127/8 answers"},
      {"zone_reason.all_silent", "the resolver drops 127/8 answers: no list lists its test point"},
      {"zone_reason.answers_refused", "answers REFUSED"},
      {"zone_reason.answers_servfail", "answers SERVFAIL"},
      {"zone_reason.no_answer", "does not answer"},
      {"zone_reason.some_answers", "answers only some of its test questions"},
      {"zone_reason.late", "does not answer its test in time"},
      {"zone_reason.lists_clean_clients",
       "lists {hits} of {clients} clients that are whitelisted or long known to be clean"}};
  return kRows;
}

rules::Statement ZoneReason(std::string_view kind, rules::StatementPlaces about) {
  rules::Statement reason{.kind = "zone_reason." + std::string(kind), .about = std::move(about)};
  assert(std::ranges::any_of(ZoneReasonRows(), [&](const auto& row) { return row.kind == reason.kind; }) &&
         "there is a row of it");
  return reason;
}

std::string ZoneReasonText(const std::optional<rules::Statement>& reason) {
  return reason ? rules::InEnglish(*reason, ZoneReasonRows()) : std::string();
}

}  // namespace policyd::dns
