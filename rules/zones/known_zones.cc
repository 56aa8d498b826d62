#include "rules/zones/known_zones.h"

#include <algorithm>
#include <array>

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
    GoneZone{"sorbs.net", "shut down on 2024-06-05, its zones are empty", kZen},
    GoneZone{"ix.dnsbl.manitu.net", "shut down on 2025-01-17, its zone is empty", ""},
    GoneZone{"cbl.abuseat.org", "part of the XBL of Spamhaus since 2021", kZen},
    GoneZone{"sbl-xbl.spamhaus.org", "an old name", kZen},
    GoneZone{"spamrbl.imp.ch", "renamed", "spamrbl.swinog.ch"},
    GoneZone{"wormrbl.imp.ch", "gone", "spamrbl.swinog.ch"},
    GoneZone{"bl.spamcannibal.org", "its domain lapsed in 2018 and then listed the whole Internet", ""},
    GoneZone{"njabl.org", "shut down in 2013-03, later it listed everything", kZen},
    GoneZone{"ahbl.org", "has listed everything since 2015-01-01", ""},
    GoneZone{"dsbl.org", "shut down in 2008-05", kZen},
    GoneZone{"bl.emailbasura.org", "its domain expired in 2019-10 and lists everything", ""},
    GoneZone{"virbl.bit.nl", "shut down in 2017-01", ""},
    GoneZone{"virbl.dnsbl.bit.nl", "shut down in 2017-01", ""},
    GoneZone{"db.wpbl.info", "shut down before 2025-07", ""},
    GoneZone{"dnsbl.cyberlogic.net", "gone before 2025-07", ""},
    GoneZone{"rbl.msrbl.net", "gone before 2025", ""},
    GoneZone{"dnsbl.madavi.de", "shut down in 2025-03", ""},
    GoneZone{"spam.dnsbl.anonmails.de", "has given false answers since 2024-11-12", ""},
    GoneZone{"rbl.megarbl.net", "gone since 2019-11", ""},
    GoneZone{"relays.ordb.org", "shut down in 2006-12, since 2008-03 it listed the whole world", kZen},
    GoneZone{"opm.blitzed.org", "gone since 2006-05", kZen},
    GoneZone{"blackholes.mail-abuse.org", "a paid service since 2001", ""},
    GoneZone{"bl.open-whois.org", "gone since 2009", ""},
    GoneZone{"rfc-ignorant.org", "shut down in 2012-11", ""},
    GoneZone{"zeustracker.abuse.ch", "ended in 2019-07", ""},
};

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

bool IsListError(std::string_view zone, const IpAddress& record) {
  if (!record.is_v4() || record.bytes()[0] != 127) return true;
  if (record.bytes()[1] == 255 && record.bytes()[2] == 255) return true;
  const KnownZone* known = FindKnownZone(zone);
  return known && known->error == NumberOf(record);
}

}  // namespace rules
