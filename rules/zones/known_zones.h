// Knows public DNS lists beyond RFC 5782: which of their answers is an error, what they list for tests, whether they
// list IPv6; and which lists are gone.
//
// contrib/dnsbl-zones.tsv is the same table of the living for people, with the sources; a test compares the two.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "rules/values/ip_address.h"
#include "rules/values/statement.h"

namespace rules {

struct KnownZone {
  std::string_view zone;
  std::optional<std::uint32_t> error{};  // an IPv4 address in host order
  std::string_view must{}, must_not{};   // an address or a name of its own instead of those of RFC 5782
  bool has_ipv6 = true;                  // whether it is worth a test
};

std::span<const KnownZone> KnownZones();

// The row of a zone, or of a zone with a key in front of it; null where there is none.
const KnownZone* FindKnownZone(std::string_view zone);

// Asking a list that is gone costs time, and some came to list the whole world when their domain was sold.
struct GoneZone {
  std::string_view zone;                      // with all zones below it
  std::string_view fate;                      // "gone.shut_down": the kind of what became of it
  std::string_view when{};                    // "2017-01"; empty where the fate does not say
  std::optional<std::string_view> instead{};  // the zone that took its place
};

// The row for a zone, or null where it is not known to be gone.  REQUIRES: zone is normalised.
const GoneZone* FindGoneZone(std::string_view zone);

// "shut down in 2017-01"
Statement FateOf(const GoneZone& gone);
// What each fate says in English.
std::span<const StatementRow> GoneZoneRows();

// Is this record of a list's reply no listing but an error: outside 127.0.0.0/8, in 127.255.255.0/24 ("you may not
// ask"), or one that this list uses so?  127.0.0.1 is an error of some lists and means "white" in others.
bool IsListError(std::string_view zone, const IpAddress& record);

// The web page where the list that is shown by this name takes requests for removal, where that is known.
std::optional<std::string_view> RemovalPage(std::string_view list);

}  // namespace rules
