#include "rules/zones/known_sites.h"

#include <algorithm>
#include <array>

namespace rules {
namespace {

constexpr std::uint32_t kLocalhost = 0x7F000001;     // 127.0.0.1
constexpr std::uint32_t kBlockedDnswl = 0x7F0000FF;  // 127.0.0.255
constexpr std::uint32_t kAddressAsked = 0x7F0001FF;  // 127.0.1.255: a name list was asked for an address

constexpr std::array kSites{
    KnownSite{.zone = "b.barracudacentral.org", .has_ipv6 = false},
    KnownSite{.zone = "bl.spameatingmonkey.net", .has_ipv6 = false},
    KnownSite{.zone = "bogons.cymru.com", .must = "127.0.0.2", .must_not = "198.41.0.4", .has_ipv6 = false},
    KnownSite{.zone = "dbl.dq.spamhaus.net", .error = kAddressAsked, .must = "dbltest.com"},
    KnownSite{.zone = "dbl.spamhaus.org", .error = kAddressAsked, .must = "dbltest.com"},
    KnownSite{.zone = "hostkarma.junkemailfilter.com"},
    KnownSite{.zone = "list.dnswl.org", .error = kBlockedDnswl},
    KnownSite{.zone = "multi.surbl.org", .error = kLocalhost, .must = "test.surbl.org"},
    KnownSite{.zone = "multi.uribl.com", .error = kLocalhost, .must = "test.uribl.com"},
    KnownSite{.zone = "v4.fullbogons.cymru.com", .must = "127.0.0.2", .must_not = "198.41.0.4", .has_ipv6 = false},
    KnownSite{.zone = "zen.dq.spamhaus.net"},
    KnownSite{.zone = "zen.spamhaus.org"},
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

std::span<const KnownSite> KnownSites() {
  return kSites;
}

const KnownSite* FindKnownSite(std::string_view zone) {
  const auto found = std::find_if(kSites.begin(), kSites.end(),
                                  [zone](const KnownSite& known) { return IsZoneOrKeyed(zone, known.zone); });
  return found == kSites.end() ? nullptr : &*found;
}

bool IsListError(std::string_view zone, const IpAddress& record) {
  if (!record.is_v4() || record.bytes()[0] != 127) return true;
  if (record.bytes()[1] == 255 && record.bytes()[2] == 255) return true;
  const KnownSite* known = FindKnownSite(zone);
  return known && known->error == NumberOf(record);
}

}  // namespace rules
