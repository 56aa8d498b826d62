// Domains under which anybody can have a mailbox, for nothing or with a line to the Internet.  What holds for one user
// of such a domain says nothing about the others.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "policyd/admin/unblock/unblock_remedies.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

// With all that is below: some give each user a name of its own there.
constexpr std::array<std::string_view, 58> kProviders{
    "gmail.com",      "googlemail.com", "live.com",      "msn.com",     "passport.com", "ymail.com",
    "rocketmail.com", "aol.com",        "aim.com",       "verizon.net", "icloud.com",   "me.com",
    "mac.com",        "protonmail.com", "proton.me",     "pm.me",       "tutanota.com", "tuta.io",
    "fastmail.com",   "fastmail.fm",    "zohomail.com",  "mail.com",    "hushmail.com", "web.de",
    "t-online.de",    "freenet.de",     "posteo.de",     "mailbox.org", "orange.fr",    "wanadoo.fr",
    "free.fr",        "laposte.net",    "sfr.fr",        "libero.it",   "virgilio.it",  "tiscali.it",
    "btinternet.com", "sky.com",        "comcast.net",   "cox.net",     "att.net",      "sbcglobal.net",
    "mail.ru",        "rambler.ru",     "seznam.cz",     "wp.pl",       "naver.com",    "qq.com",
    "163.com",        "126.com",        "docomo.ne.jp",  "ezweb.ne.jp", "au.com",       "softbank.ne.jp",
    "i.softbank.jp",  "nifty.com",      "biglobe.ne.jp", "ocn.ne.jp"};
// Under the suffix of each country.
constexpr std::array<std::string_view, 6> kFamilies{"yahoo", "hotmail", "outlook", "gmx", "yandex", "windowslive"};

}  // namespace

bool IsMailboxProvider(const rules::Policy& policy, std::string_view domain) {
  const auto is_of = [domain](std::string_view provider) { return rules::IsUnder(domain, provider); };
  if (std::ranges::any_of(kProviders, is_of)) return true;
  const std::string registered = policy.suffixes ? policy.suffixes->RegisteredDomain(domain) : std::string();
  const std::string_view family = std::string_view(registered).substr(0, registered.find('.'));
  return std::ranges::find(kFamilies, family) != kFamilies.end();
}

}  // namespace policyd::admin
