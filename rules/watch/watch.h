// Looks at ourselves as others do: are our outgoing addresses and our domains on a list, do the reverse DNS of the
// addresses and our HELO name hold, are the SPF, DMARC and MX records of the domains right?
//
// Pure, as a decision is: answers of DNS in, findings out, with the questions that are still open.  A list is asked for
// our addresses only once it has shown by its test points that it answers and does not list the world.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rules/fact.h"
#include "rules/question.h"
#include "rules/values/ip_address.h"

namespace rules {

enum class WatchCheck : std::uint8_t {
  kList,     // is the address, or the domain, on a list?
  kPtr,      // has the address a PTR record?
  kForward,  // does a name of the PTR record have the address?
  kHelo,     // does the name that we say in HELO have one of the addresses?
  kSpf,      // may each of the addresses send for the domain?
  kDmarc,    // does a valid record hold for the domain?
  kMx,       // do the names that take the domain's mail have addresses of their own?
};
inline constexpr std::size_t kWatchChecks = 7;

const char* Name(WatchCheck check);  // "list", "ptr", "forward", "helo", "spf", "dmarc", "mx"

inline constexpr std::size_t kMostListSays = 300;

struct WatchFinding {
  // Nothing changes where it cannot be known: an error is not a listing.
  enum class State : std::uint8_t { kWell, kProblem, kUnknown };

  std::string subject;  // "192.0.2.1", "example.com"
  WatchCheck check = WatchCheck::kList;
  std::string list{};  // kList: as it is shown
  State state = State::kUnknown;
  std::string detail{};  // what was seen: "127.0.0.2", "mail.example.com", "192.0.2.1: softfail"
  std::string says{};    // kList: what the list writes of it (TXT), bytes of strangers, at most kMostListSays

  bool operator==(const WatchFinding&) const = default;
};

struct WatchedZone {
  std::string zone;   // what is asked
  std::string shown;  // without the key that is in some zones
  bool has_ipv4 = true, has_ipv6 = false, has_names = false;

  bool operator==(const WatchedZone&) const = default;
};

struct WatchPlan {
  std::vector<IpAddress> addresses;
  std::vector<std::string> domains;
  std::vector<WatchedZone> lists;
  std::string helo;  // empty: not looked at

  bool empty() const { return addresses.empty() && domains.empty(); }
  bool operator==(const WatchPlan&) const = default;
};

struct WatchAnswer {
  Fact::State state = Fact::State::kUnavailable;
  HostNames names{};
  Addresses addresses{};
  Texts texts{};
  MailHosts mail_hosts{};
  bool is_alias = false;  // the name is a CNAME
  bool is_cut = false;    // as a Fact has it
};
using WatchAnswers = std::map<DnsQuestion, WatchAnswer>;

struct WatchView {
  std::vector<WatchFinding> findings;  // of what is known
  std::vector<DnsQuestion> open;       // each once
};

WatchView ViewWatch(const WatchPlan& plan, const WatchAnswers& answers);

}  // namespace rules
