#include "rules/zones/dead_zones.h"

#include <algorithm>
#include <array>

namespace rules {
namespace {

constexpr std::string_view kZen = "zen.spamhaus.org";

// As far as their owners, or those who maintain other mail filters, said so.
constexpr std::array kDeadZones{
    DeadZone{"sorbs.net", "shut down on 2024-06-05, its zones are empty", kZen},
    DeadZone{"ix.dnsbl.manitu.net", "shut down on 2025-01-17, its zone is empty", ""},
    DeadZone{"cbl.abuseat.org", "part of the XBL of Spamhaus since 2021", kZen},
    DeadZone{"sbl-xbl.spamhaus.org", "an old name", kZen},
    DeadZone{"spamrbl.imp.ch", "renamed", "spamrbl.swinog.ch"},
    DeadZone{"wormrbl.imp.ch", "gone", "spamrbl.swinog.ch"},
    DeadZone{"bl.spamcannibal.org", "its domain lapsed in 2018 and then listed the whole Internet", ""},
    DeadZone{"njabl.org", "shut down in 2013-03, later it listed whatever was asked", kZen},
    DeadZone{"ahbl.org", "lists whatever is asked since 2015-01-01", ""},
    DeadZone{"dsbl.org", "shut down in 2008-05", kZen},
    DeadZone{"bl.emailbasura.org", "its domain expired in 2019-10 and lists whatever is asked", ""},
    DeadZone{"virbl.bit.nl", "shut down in 2017-01", ""},
    DeadZone{"virbl.dnsbl.bit.nl", "shut down in 2017-01", ""},
    DeadZone{"db.wpbl.info", "shut down before 2025-07", ""},
    DeadZone{"dnsbl.cyberlogic.net", "gone before 2025-07", ""},
    DeadZone{"rbl.msrbl.net", "gone before 2025", ""},
    DeadZone{"dnsbl.madavi.de", "shut down in 2025-03", ""},
    DeadZone{"spam.dnsbl.anonmails.de", "gives false answers since 2024-11-12", ""},
    DeadZone{"rbl.megarbl.net", "gone since 2019-11", ""},
    DeadZone{"relays.ordb.org", "shut down in 2006-12, since 2008-03 it listed the whole world", kZen},
    DeadZone{"opm.blitzed.org", "gone since 2006-05", kZen},
    DeadZone{"blackholes.mail-abuse.org", "a paid service since 2001", ""},
    DeadZone{"bl.open-whois.org", "gone since 2009", ""},
    DeadZone{"rfc-ignorant.org", "shut down in 2012-11", ""},
    DeadZone{"zeustracker.abuse.ch", "ended in 2019-07", ""},
};

bool IsAtOrBelow(std::string_view zone, std::string_view domain) {
  if (!zone.ends_with(domain)) return false;
  return zone.size() == domain.size() || zone[zone.size() - domain.size() - 1] == '.';
}

}  // namespace

const DeadZone* FindDeadZone(std::string_view zone) {
  const auto found = std::find_if(kDeadZones.begin(), kDeadZones.end(),
                                  [zone](const DeadZone& dead) { return IsAtOrBelow(zone, dead.zone); });
  return found == kDeadZones.end() ? nullptr : &*found;
}

}  // namespace rules
