#include "rules/zones/known_zones.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "rules/values/dns_name.h"

namespace rules {
namespace {

constexpr std::uint32_t kLocalhost = 0x7F000001;     // 127.0.0.1
constexpr std::uint32_t kBlockedDnswl = 0x7F0000FF;  // 127.0.0.255
constexpr std::uint32_t kAddressAsked = 0x7F0001FF;  // 127.0.1.255: a name list was asked for an address

constexpr std::array kZones{
    KnownZone{.zone = "b.barracudacentral.org", .has_ipv6 = false},
    KnownZone{.zone = "bl.spameatingmonkey.net", .has_ipv6 = false},
    KnownZone{.zone = "bogons.cymru.com", .must = "127.0.0.2", .must_not = "198.41.0.4", .has_ipv6 = false},
    KnownZone{.zone = "dbl.dq.spamhaus.net", .error = kAddressAsked, .must = "dbltest.com"},
    KnownZone{.zone = "dbl.spamhaus.org", .error = kAddressAsked, .must = "dbltest.com"},
    KnownZone{.zone = "hostkarma.junkemailfilter.com"},
    KnownZone{.zone = "list.dnswl.org", .error = kBlockedDnswl},
    KnownZone{.zone = "multi.surbl.org", .error = kLocalhost, .must = "test.surbl.org"},
    KnownZone{.zone = "multi.uribl.com", .error = kLocalhost, .must = "test.uribl.com"},
    KnownZone{.zone = "v4.fullbogons.cymru.com", .must = "127.0.0.2", .must_not = "198.41.0.4", .has_ipv6 = false},
    KnownZone{.zone = "zen.dq.spamhaus.net"},
    KnownZone{.zone = "zen.spamhaus.org"},
};

constexpr std::string_view kZen = "zen.spamhaus.org";

// According to their owners, or to the maintainers of other mail filters.
constexpr std::array kGoneZones{
    GoneZone{"sorbs.net", "gone.shut_down_and_empty", "2024-06-05", kZen},
    GoneZone{"ix.dnsbl.manitu.net", "gone.shut_down_and_empty", "2025-01-17"},
    GoneZone{"cbl.abuseat.org", "gone.part_of_xbl", "2021", kZen},
    GoneZone{"sbl-xbl.spamhaus.org", "gone.old_name", "", kZen},
    GoneZone{"spamrbl.imp.ch", "gone.renamed", "", "spamrbl.swinog.ch"},
    GoneZone{"wormrbl.imp.ch", "gone.ended", "", "spamrbl.swinog.ch"},
    GoneZone{"bl.spamcannibal.org", "gone.lapsed", "2018"},
    GoneZone{"njabl.org", "gone.listed_all_later", "2013-03", kZen},
    GoneZone{"ahbl.org", "gone.lists_all", "2015-01-01"},
    GoneZone{"dsbl.org", "gone.shut_down", "2008-05", kZen},
    GoneZone{"bl.emailbasura.org", "gone.lapsed", "2019-10"},
    GoneZone{"virbl.bit.nl", "gone.shut_down", "2017-01"},
    GoneZone{"virbl.dnsbl.bit.nl", "gone.shut_down", "2017-01"},
    GoneZone{"db.wpbl.info", "gone.shut_down_before", "2025-07"},
    GoneZone{"dnsbl.cyberlogic.net", "gone.before", "2025-07"},
    GoneZone{"rbl.msrbl.net", "gone.before", "2025"},
    GoneZone{"dnsbl.madavi.de", "gone.shut_down", "2025-03"},
    GoneZone{"spam.dnsbl.anonmails.de", "gone.false_answers", "2024-11-12"},
    GoneZone{"rbl.megarbl.net", "gone.since", "2019-11"},
    GoneZone{"relays.ordb.org", "gone.listed_all_later", "2006-12", kZen},
    GoneZone{"opm.blitzed.org", "gone.since", "2006-05", kZen},
    GoneZone{"blackholes.mail-abuse.org", "gone.paid", "2001"},
    GoneZone{"bl.open-whois.org", "gone.since", "2009"},
    GoneZone{"rfc-ignorant.org", "gone.shut_down", "2012-11"},
    GoneZone{"zeustracker.abuse.ch", "gone.shut_down", "2019-07"},
};

// By zone, with all zones below it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kPages{{
    {"spamhaus.org", "https://check.spamhaus.org/"},
    {"spamhaus.net", "https://check.spamhaus.org/"},
    {"spamcop.net", "https://www.spamcop.net/bl.shtml"},
    {"psbl.surriel.com", "https://psbl.org/remove"},
    {"mailspike.net", "https://mailspike.org/iplookup.html"},
    {"barracudacentral.org", "https://www.barracudacentral.org/rbl/removal-request"},
    {"dronebl.org", "https://dronebl.org/lookup"},
    {"uceprotect.net", "https://www.uceprotect.net/en/rblcheck.php"},
    {"spameatingmonkey.net", "https://spameatingmonkey.com/lookup"},
    {"spamrats.com", "https://www.spamrats.com/removal.php"},
    {"junkemailfilter.com", "https://ipadmin.junkemailfilter.com/remove.php"},
    {"abusix.zone", "https://lookup.abusix.com/"},
    {"blocklist.de", "https://www.blocklist.de/en/delist.html"},
    {"surbl.org", "https://surbl.org/surbl-analysis"},
    {"uribl.com", "https://admin.uribl.com/"},
    {"backscatterer.org", "https://www.backscatterer.org/"},
    {"dnswl.org", "https://www.dnswl.org/"},
}};

std::uint32_t NumberOf(const IpAddress& address) {
  std::uint32_t number = 0;
  for (const std::uint8_t byte : address.bytes()) number = number << 8U | byte;
  return number;
}

// KEY.zen.dq.spamhaus.net is zen.dq.spamhaus.net.
bool IsZoneOrKeyed(std::string_view zone, std::string_view known) {
  if (zone == known) return true;
  if (!zone.ends_with(known)) return false;
  zone.remove_suffix(known.size());
  return zone.find('.') == zone.size() - 1;
}

}  // namespace

std::span<const KnownZone> KnownZones() {
  return kZones;
}

const KnownZone* FindKnownZone(std::string_view zone) {
  const auto found = std::find_if(kZones.begin(), kZones.end(),
                                  [zone](const KnownZone& known) { return IsZoneOrKeyed(zone, known.zone); });
  return found == kZones.end() ? nullptr : &*found;
}

const GoneZone* FindGoneZone(std::string_view zone) {
  const auto found = std::find_if(kGoneZones.begin(), kGoneZones.end(),
                                  [zone](const GoneZone& gone) { return IsUnder(zone, gone.zone); });
  return found == kGoneZones.end() ? nullptr : &*found;
}

Statement FateOf(const GoneZone& gone) {
  return {.kind = std::string(gone.fate), .about = {{"when", std::string(gone.when)}}};
}

std::span<const StatementRow> GoneZoneRows() {
  static const std::vector<StatementRow> kRows{
      {"gone.shut_down", "shut down in {when}"},
      {"gone.shut_down_before", "shut down before {when}"},
      {"gone.shut_down_and_empty", "shut down on {when}, its zones are empty"},
      {"gone.listed_all_later", "shut down in {when}, later it listed everything"},
      {"gone.lapsed", "its domain lapsed in {when} and then listed the whole Internet"},
      {"gone.lists_all", "has listed everything since {when}"},
      {"gone.false_answers", "has given false answers since {when}"},
      {"gone.since", "gone since {when}"},
      {"gone.before", "gone before {when}"},
      {"gone.paid", "a paid service since {when}"},
      {"gone.part_of_xbl", "part of the XBL of Spamhaus since {when}"},
      {"gone.old_name", "an old name"},
      {"gone.renamed", "renamed"},
      {"gone.ended", "ended"},
  };
  return kRows;
}

bool IsListError(std::string_view zone, const IpAddress& record) {
  if (!record.is_v4() || record.bytes()[0] != 127) return true;
  if (record.bytes()[1] == 255 && record.bytes()[2] == 255) return true;
  const KnownZone* known = FindKnownZone(zone);
  return known && known->error == NumberOf(record);
}

std::optional<std::string_view> RemovalPage(std::string_view list) {
  const auto* const found =
      std::find_if(kPages.begin(), kPages.end(), [list](const auto& page) { return IsUnder(list, page.first); });
  if (found == kPages.end()) return std::nullopt;
  return found->second;
}

}  // namespace rules
