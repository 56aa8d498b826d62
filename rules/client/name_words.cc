#include "rules/client/name_words.h"

#include <algorithm>
#include <array>

namespace rules {
namespace {

constexpr auto kAccess = WordGroup::kAccess;
constexpr auto kGeneric = WordGroup::kGeneric;
constexpr auto kStatic = WordGroup::kStatic;
constexpr auto kMail = WordGroup::kMail;
constexpr auto kCloud = WordGroup::kCloud;

// clang-format off
constexpr std::array kWords{
    NameWord{"abo",         false, kAccess,   3, "abonnes: French subscribers"},
    NameWord{"abon",        false, kAccess,   3, "abonents: Polish, Russian and Czech subscribers"},
    NameWord{"abonent",     false, kAccess,   3, "abonents: Polish, Russian and Czech subscribers"},
    NameWord{"access",      false, kAccess,   2, "access networks, rarely hosts"},
    NameWord{"addr",        false, kGeneric,  2, "made for an address"},
    NameWord{"ap",          false, kGeneric,  1, "access points"},
    NameWord{"arpa",        false, kGeneric,  2, "a reverse zone written into the name"},
    NameWord{"atnat",       false, kAccess,   4, "address translation of Austrian mobile users"},
    NameWord{"bas",         false, kAccess,   2, "broadband access servers"},
    NameWord{"bb",          false, kAccess,   3, "broadband"},
    NameWord{"bc",          false, kCloud,    1, "Google's machines"},
    NameWord{"biz",         false, kStatic,  -1, "business lines"},
    NameWord{"bounce",      true,  kMail,    -5, "senders of bulk mail"},
    NameWord{"box",         false, kGeneric,  1, "providers' home routers"},
    NameWord{"bras",        false, kAccess,   3, "broadband remote access servers"},
    NameWord{"bredband",    false, kAccess,   3, "broadband, Swedish and Danish"},
    NameWord{"business",    false, kStatic,  -1, "business lines"},
    NameWord{"catv",        false, kAccess,   3, "cable television"},
    NameWord{"cgn",         true,  kAccess,   4, "carrier-grade address translation"},
    NameWord{"client",      true,  kAccess,   3, "the provider's clients; also clienti, cliente, clientes"},
    NameWord{"cloud",       true,  kCloud,    2, "rented machines"},
    NameWord{"cm",          false, kAccess,   2, "cable modems"},
    NameWord{"cmts",        true,  kAccess,   3, "cable modem termination systems"},
    NameWord{"colo",        false, kCloud,    2, "colocated machines"},
    NameWord{"compute",     true,  kCloud,    2, "rented machines"},
    NameWord{"consumer",    true,  kAccess,   3, "home customers"},
    NameWord{"corp",        false, kStatic,  -2, "companies"},
    NameWord{"correio",     true,  kMail,    -5, "mail, Portuguese"},
    NameWord{"correo",      true,  kMail,    -5, "mail, Spanish"},
    NameWord{"cpe",         false, kAccess,   3, "customer premises equipment"},
    NameWord{"cust",        false, kAccess,   3, "customers"},
    NameWord{"customer",    true,  kAccess,   3, "customers"},
    NameWord{"ddns",        false, kAccess,   4, "names that follow a changing address"},
    NameWord{"ded",         false, kStatic,  -2, "dedicated lines"},
    NameWord{"dedi",        false, kCloud,    2, "rented machines"},
    NameWord{"dedicated",   true,  kCloud,    2, "rented machines"},
    NameWord{"delivery",    false, kMail,    -5, "senders of bulk mail"},
    NameWord{"dhcpv",       true,  kAccess,   4, "addresses given out anew"},
    NameWord{"dial",        false, kAccess,   4, "dial-up lines"},
    NameWord{"dialin",      false, kAccess,   4, "dial-up lines"},
    NameWord{"dialup",      true,  kAccess,   4, "dial-up lines"},
    NameWord{"dip",         false, kAccess,   3, "dynamic addresses of Deutsche Telekom; also an Italian department"},
    NameWord{"docsis",      false, kAccess,   3, "cable modems"},
    NameWord{"dorm",        true,  kAccess,   3, "student housing"},
    NameWord{"dyn",         false, kAccess,   4, "dynamic addresses"},
    NameWord{"dynamic",     false, kAccess,   4, "dynamic addresses"},
    NameWord{"dynamicip",   false, kAccess,   4, "dynamic addresses"},
    NameWord{"dynip",       true,  kAccess,   4, "dynamic addresses"},
    NameWord{"eduroam",     false, kAccess,   4, "guests of universities"},
    NameWord{"em",          false, kMail,    -3, "e-mail, as bulk senders shorten it"},
    NameWord{"esa",         false, kMail,    -4, "mail gateways of IronPort"},
    NameWord{"exch",        true,  kMail,    -5, "mail servers of Microsoft"},
    NameWord{"exim",        false, kMail,    -5, "a mail server"},
    NameWord{"fallback",    false, kMail,    -5, "mail that waits"},
    NameWord{"fiber",       true,  kAccess,   3, "fibre to homes"},
    NameWord{"fibra",       false, kAccess,   3, "fibre to homes, Spanish and Italian"},
    NameWord{"fibre",       true,  kAccess,   3, "fibre to homes"},
    NameWord{"fios",        false, kAccess,   3, "fibre of Verizon"},
    NameWord{"fix",         false, kStatic,  -2, "fixed addresses"},
    NameWord{"fixed",       false, kStatic,  -2, "fixed addresses"},
    NameWord{"fixip",       false, kStatic,  -2, "fixed addresses"},
    NameWord{"forward",     true,  kMail,    -5, "mail forwarders"},
    NameWord{"freifunk",    false, kAccess,   4, "public wireless networks in Germany"},
    NameWord{"ftt",         true,  kAccess,   3, "ftth, fttb, fttx: fibre to homes"},
    NameWord{"fwdproxy",    false, kAccess,   4, "outgoing web proxies"},
    NameWord{"gpon",        false, kAccess,   3, "fibre to homes"},
    NameWord{"gprs",        false, kAccess,   4, "mobile telephones"},
    NameWord{"guest",       false, kAccess,   3, "guests' networks"},
    NameWord{"gw",          false, kAccess,   3, "gateways: many machines behind one, no server"},
    NameWord{"h",           false, kGeneric,  1, "host, shortened"},
    NameWord{"hfc",         false, kAccess,   3, "hybrid fibre and coaxial cable"},
    NameWord{"home",        false, kAccess,   2, "homes; hobby servers are called so too"},
    NameWord{"host",        false, kGeneric,  2, "the word for a machine without a name"},
    NameWord{"hosting",     true,  kCloud,    2, "rented machines"},
    NameWord{"hotspot",     false, kAccess,   4, "public wireless networks"},
    NameWord{"hsd",         false, kAccess,   3, "high speed data"},
    NameWord{"hsia",        false, kAccess,   3, "high speed internet access"},
    NameWord{"hst",         false, kGeneric,  2, "host, shortened"},
    NameWord{"instance",    true,  kCloud,    2, "rented machines"},
    NameWord{"internet",    false, kAccess,   2, "customers' lines; seldom a host"},
    NameWord{"ip",          false, kGeneric,  2, "made for an address"},
    NameWord{"ipv",         false, kGeneric,  2, "made for an address"},
    NameWord{"isp",         false, kAccess,   1, "a provider's customers"},
    NameWord{"kund",        true,  kAccess,   3, "German and Swedish customers"},
    NameWord{"kvm",         false, kCloud,    2, "rented machines"},
    NameWord{"lan",         false, kAccess,   2, "local networks"},
    NameWord{"list",        false, kMail,    -4, "mailing lists"},
    NameWord{"lists",       false, kMail,    -5, "mailing lists"},
    NameWord{"ll",          false, kStatic,  -2, "leased lines"},
    NameWord{"lns",         true,  kAccess,   3, "L2TP network servers: DSL lines"},
    NameWord{"lte",         false, kAccess,   4, "mobile telephones"},
    NameWord{"masq",        true,  kAccess,   4, "address translation"},
    NameWord{"mbox",        true,  kMail,    -4, "mailboxes"},
    NameWord{"mob",         false, kAccess,   3, "mobile telephones"},
    NameWord{"mobil",       true,  kAccess,   3, "mobile telephones"},
    NameWord{"mout",        true,  kMail,    -5, "outgoing mail"},
    NameWord{"msg",         true,  kMail,    -4, "messages"},
    NameWord{"mta",         false, kMail,    -5, "mail transfer agents"},
    NameWord{"mtaout",      true,  kMail,    -5, "mail transfer agents"},
    NameWord{"mx",          false, kMail,    -5, "mail exchangers"},
    NameWord{"mxa",         false, kMail,    -5, "mail exchangers"},
    NameWord{"mxb",         false, kMail,    -5, "mail exchangers"},
    NameWord{"mxout",       true,  kMail,    -5, "mail exchangers"},
    NameWord{"nat",         false, kAccess,   4, "address translation: many machines behind it, no server"},
    NameWord{"natgw",       false, kAccess,   4, "address translation"},
    NameWord{"natout",      false, kAccess,   4, "address translation"},
    NameWord{"natpool",     false, kAccess,   4, "address translation"},
    NameWord{"nbn",         false, kAccess,   3, "Australian lines"},
    NameWord{"newsletter",  true,  kMail,    -5, "senders of bulk mail"},
    NameWord{"ns",          false, kCloud,    1, "OVH's default names; also name servers"},
    NameWord{"omta",        false, kMail,    -5, "outgoing mail transfer agents"},
    NameWord{"out",         false, kMail,    -5, "outgoing mail"},
    NameWord{"outbound",    true,  kMail,    -5, "outgoing mail"},
    NameWord{"outgoing",    true,  kMail,    -5, "outgoing mail"},
    NameWord{"pat",         false, kAccess,   2, "address translation; also a person"},
    NameWord{"pc",          false, kAccess,   4, "desktop machines"},
    NameWord{"play",        false, kAccess,   1, "mobile telephones, Poland"},
    NameWord{"pmta",        true,  kMail,    -5, "PowerMTA"},
    NameWord{"poczta",      true,  kMail,    -5, "mail, Polish"},
    NameWord{"pon",         false, kAccess,   3, "fibre to homes"},
    NameWord{"pool",        false, kAccess,   4, "pools of addresses"},
    NameWord{"pools",       false, kAccess,   4, "pools of addresses"},
    NameWord{"port",        false, kGeneric,  1, "ports of access equipment"},
    NameWord{"post",        false, kMail,    -5, "mail, German and Scandinavian"},
    NameWord{"posta",       false, kMail,    -5, "mail, Italian and Turkish"},
    NameWord{"postfix",     false, kMail,    -5, "a mail server"},
    NameWord{"ppp",         true,  kAccess,   4, "dial-up and PPPoE"},
    NameWord{"proxy",       false, kAccess,   3, "outgoing web proxies"},
    NameWord{"ptr",         false, kGeneric,  2, "made for an address"},
    NameWord{"rdns",        false, kGeneric,  2, "made for an address"},
    NameWord{"relay",       true,  kMail,    -5, "mail relays"},
    NameWord{"res",         false, kAccess,   3, "residential"},
    NameWord{"residen",     true,  kAccess,   3, "residential"},
    NameWord{"resnet",      false, kAccess,   4, "student housing"},
    NameWord{"resqmta",     false, kMail,    -5, "mail transfer agents of Comcast"},
    NameWord{"retail",      false, kAccess,   3, "home customers"},
    NameWord{"rev",         false, kGeneric,  2, "made for an address"},
    NameWord{"reverse",     false, kGeneric,  4, "a machine with no name of its own"},
    NameWord{"roam",        false, kAccess,   3, "travelling users"},
    NameWord{"roaming",     false, kAccess,   3, "travelling users"},
    NameWord{"router",      false, kAccess,   3, "routers: many machines behind it, no server"},
    NameWord{"send",        false, kMail,    -4, "senders"},
    NameWord{"sender",      true,  kMail,    -5, "senders"},
    NameWord{"server",      true,  kCloud,    2, "machines"},
    NameWord{"snat",        true,  kAccess,   4, "address translation"},
    NameWord{"srv",         false, kCloud,    2, "machines"},
    NameWord{"sta",         false, kStatic,  -2, "business lines of Embarq, Suddenlink and others"},
    NameWord{"stat",        false, kStatic,  -1, "static addresses"},
    NameWord{"static",      true,  kStatic,  -1, "static addresses: those who pay for one may run a server"},
    NameWord{"student",     true,  kAccess,   3, "student housing"},
    NameWord{"subs",        false, kAccess,   3, "subscribers"},
    NameWord{"subscriber",  true,  kAccess,   3, "subscribers"},
    NameWord{"uc",          false, kAccess,   1, "Spanish lines"},
    NameWord{"umts",        false, kAccess,   4, "mobile telephones"},
    NameWord{"unassigned",  false, kGeneric,  4, "a machine with no name of its own"},
    NameWord{"unknown",     false, kGeneric,  4, "a machine with no name of its own"},
    NameWord{"unused",      false, kGeneric,  4, "a machine with no name of its own"},
    NameWord{"user",        false, kAccess,   3, "users' lines"},
    NameWord{"users",       false, kAccess,   3, "users' lines"},
    NameWord{"vds",         false, kCloud,    2, "rented machines"},
    NameWord{"vm",          false, kCloud,    2, "rented machines"},
    NameWord{"vmi",         false, kCloud,    2, "rented machines of Contabo"},
    NameWord{"vpn",         false, kAccess,   3, "users who come in over a VPN"},
    NameWord{"vps",         true,  kCloud,    2, "rented machines"},
    NameWord{"vserver",     true,  kCloud,    2, "rented machines"},
    NameWord{"wan",         false, kAccess,   2, "the outer side of somebody's router"},
    NameWord{"wifi",        true,  kAccess,   4, "wireless networks"},
    NameWord{"wimax",       false, kAccess,   4, "wireless networks"},
    NameWord{"wireless",    true,  kAccess,   3, "wireless networks"},
    NameWord{"wlan",        true,  kAccess,   4, "wireless networks"},
    NameWord{"wsip",        false, kStatic,  -2, "business lines of Cox"},
    NameWord{"zimbra",      true,  kMail,    -5, "a mail server"},
};

constexpr std::array kAnywhere{
    NameWord{"dhcp",        true,  kAccess,   4, "addresses given out anew"},
    NameWord{"dsl",         true,  kAccess,   3, "telephone lines: adsl, vdsl, xdsl"},
    NameWord{"cable",       true,  kAccess,   3, "cable television"},
    NameWord{"broadband",   true,  kAccess,   3, "broadband"},
    NameWord{"mail",        true,  kMail,    -5, "mail"},
    NameWord{"smtp",        true,  kMail,    -5, "mail"},
};
// clang-format on

static_assert(std::is_sorted(kWords.begin(), kWords.end(),
                             [](const NameWord& a, const NameWord& b) { return a.text < b.text; }),
              "NameWordsWith() relies on it");

// Only those whose machines come with a generated name.  Sorted.
constexpr std::array<std::string_view, 62> kCloudDomains{
    "amazonaws.com",
    "as16276.net",
    "bc.googleusercontent.com",
    "choopa.net",
    "cloudapp.net",
    "clouvider.net",
    "cnode.io",
    "colo.transip.net",
    "colocrossing.com",
    "contabo.host",
    "contabo.net",
    "contaboserver.net",
    "crocweb.com",
    "datapacket.com",
    "digitalocean.com",
    "fastvps-server.com",
    "fdcservers.net",
    "gandi.net",
    "googleusercontent.com",
    "hosteurope.de",
    "hostwindsdns.com",
    "hstgr.cloud",
    "hwclouds-dns.com",
    "interserver.net",
    "ip-pool.com",
    "kasserver.com",
    "kimsufi.com",
    "leaseweb.com",
    "linode.com",
    "linodeusercontent.com",
    "m247.com",
    "megasrv.de",
    "netcup.net",
    "online.net",
    "oraclevcn.com",
    "ovh.ca",
    "ovh.net",
    "ovh.us",
    "poneytelecom.eu",
    "psychz.net",
    "quadranet.com",
    "rackspace.com",
    "reverse.ibmcloud.com",
    "sakura.ne.jp",
    "scaleway.com",
    "secureserver.net",
    "server4you.de",
    "serverpod.de",
    "softlayer.com",
    "startdedicated.com",
    "startdedicated.net",
    "stratoserver.net",
    "time4vps.cloud",
    "ubiquityservers.com",
    "vds.host",
    "vpsnow.org",
    "vultr.com",
    "vultrusercontent.com",
    "webpack.hosteurope.de",
    "xneelo.co.za",
    "xserver.jp",
    "your-server.de",
};

static_assert(std::is_sorted(kCloudDomains.begin(), kCloudDomains.end()), "CloudDomainOf() relies on it");

}  // namespace

std::span<const NameWord> NameWordsWith(char letter) {
  const auto before = [](const NameWord& word, char c) { return word.text[0] < c; };
  const auto begin = std::lower_bound(kWords.begin(), kWords.end(), letter, before);
  const auto end = std::lower_bound(begin, kWords.end(), static_cast<char>(letter + 1), before);
  return {begin, end};
}

std::span<const NameWord> NameWordsAnywhere() {
  return kAnywhere;
}

std::string_view CloudDomainOf(std::string_view name) {
  constexpr int kMostLabels = 3;
  std::size_t begin = name.size();
  for (int labels = 1; labels <= kMostLabels && begin != 0; ++labels) {
    const std::size_t dot = begin < 2 ? std::string_view::npos : name.rfind('.', begin - 2);
    begin = dot == std::string_view::npos ? 0 : dot + 1;
    const std::string_view domain = name.substr(begin);
    if (std::binary_search(kCloudDomains.begin(), kCloudDomains.end(), domain)) return domain;
    // OVH names machines below a domain of its own for every network: "201.ip-51-68-45.eu".
    if (labels == 2 && domain.starts_with("ip-")) return domain;
  }
  return {};
}

bool IsNameWord(std::string_view text) {
  const auto is_it = [text](const NameWord& word) { return word.text == text; };
  return std::any_of(kWords.begin(), kWords.end(), is_it) || std::any_of(kAnywhere.begin(), kAnywhere.end(), is_it) ||
         std::binary_search(kCloudDomains.begin(), kCloudDomains.end(), text);
}

}  // namespace rules
