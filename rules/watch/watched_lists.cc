#include "rules/watch/watched_lists.h"

#include <algorithm>
#include <array>

namespace rules {
namespace {

constexpr std::string_view kSpamhaus = "https://check.spamhaus.org/";
constexpr std::string_view kSpamrats = "https://www.spamrats.com/removal.php";

// Of addresses; lists of addresses and names in one, or with answers in favour among the others, are none.
constexpr WatchedList Of(std::string_view zone, std::string_view removal = {}) {
  return {.zone = zone, .removal = removal};
}
constexpr WatchedList OfBoth(std::string_view zone, std::string_view removal = {}) {
  return {.zone = zone, .removal = removal, .has_ipv6 = true};
}
constexpr WatchedList OfNames(std::string_view zone, std::string_view removal) {
  return {.zone = zone, .removal = removal, .has_ipv4 = false, .has_names = true};
}
constexpr WatchedList IfNamed(std::string_view zone, std::string_view removal = {}) {
  return {.zone = zone, .removal = removal, .is_asked = false};
}

constexpr std::array kLists{
    OfBoth("zen.spamhaus.org", kSpamhaus),
    OfBoth("bl.spamcop.net", "https://www.spamcop.net/bl.shtml"),
    Of("bl.mailspike.net", "https://mailspike.org/iplookup.html"),
    Of("psbl.surriel.com", "https://psbl.org/remove"),
    Of("truncate.gbudb.net", "http://www.gbudb.com/"),
    Of("bl.blocklist.de", "https://www.blocklist.de/en/delist.html"),
    Of("bl.spameatingmonkey.net", "https://spameatingmonkey.com/lookup"),
    Of("backscatter.spameatingmonkey.net", "https://spameatingmonkey.com/lookup"),
    Of("dnsbl.dronebl.org", "https://dronebl.org/lookup"),
    Of("all.spamrats.com", kSpamrats),
    OfBoth("bip.virusfree.cz"),
    Of("bl.suomispam.net"),
    Of("all.s5h.net"),
    Of("rbl.interserver.net"),
    Of("rbl.abuse.ro"),
    Of("bl.nordspam.com"),
    Of("ubl.unsubscore.com"),
    Of("spamrbl.swinog.ch"),
    OfNames("dbl.spamhaus.org", kSpamhaus),
    OfNames("multi.surbl.org", "https://surbl.org/surbl-analysis"),
    OfNames("multi.uribl.com", "https://admin.uribl.com/"),

    IfNamed("b.barracudacentral.org", "https://www.barracudacentral.org/rbl/removal-request"),
    IfNamed("bl.score.senderscore.com"),
    IfNamed("dnsbl-1.uceprotect.net", "https://www.uceprotect.net/en/rblcheck.php"),
    IfNamed("dnsbl-2.uceprotect.net", "https://www.uceprotect.net/en/rblcheck.php"),
    IfNamed("dnsbl-3.uceprotect.net", "https://www.uceprotect.net/en/rblcheck.php"),
    IfNamed("ips.backscatterer.org", "https://www.backscatterer.org/"),
    IfNamed("dnsbl.spfbl.net", "https://matrix.spfbl.net/"),
};

}  // namespace

std::span<const WatchedList> WatchedLists() {
  return kLists;
}

const WatchedList* FindWatchedList(std::string_view zone) {
  const auto found = std::find_if(kLists.begin(), kLists.end(), [zone](const auto& list) { return list.zone == zone; });
  return found == kLists.end() ? nullptr : &*found;
}

}  // namespace rules
