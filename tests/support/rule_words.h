// Words to write rule tests with: a client, what DNS and the stores say of it, and a policy in one line.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/fact.h"
#include "rules/policy.h"
#include "rules/request.h"

namespace support {

using Known = std::pair<rules::Question, rules::Fact>;

inline constexpr std::string_view kClient = "203.0.113.45";
rules::IpAddress Client();
rules::TimePoint Now();

rules::Fact Present(rules::HostNames names);
rules::Fact Present(rules::Addresses addresses);
rules::Fact Present(rules::ListMatches matches);
rules::Fact Present(const rules::Triplet& triplet);
rules::Fact Present(const rules::AutoWhitelistCount& count);
rules::Fact Present(rules::DailyCounts days);
rules::Fact Absent();
rules::Fact Unavailable();
rules::Fact BlamesName();  // unavailable, while the same server answers others

Known Ptr(std::vector<std::string> names);
Known NoPtr();
// `address` "" means that the name has none.
Known Forward(std::string name, std::string_view address);
Known Listed(std::string zone, std::string_view code = "127.0.0.2");
Known NotListed(std::string zone);
Known ListUnavailable(std::string zone);

// Of a client that is turned away, or has sent regularly for six weeks.
rules::DailyCounts PoorDays();
rules::DailyCounts GoodDays();

// An entry as an administrator would type it: Entry(kWhitelist, "@partner.example").
rules::ListEntry Entry(rules::ListKind list, std::string_view target);

// A request at RCPT from the client above.
rules::Request Mail();

// Default bands and points; sites as in the configuration; SPF is off.
rules::Policy WithZones(const std::vector<std::string>& zones);

// The Facts, with empty answers of all stores for Mail() beside them.
rules::Facts FactsOf(const std::vector<Known>& known);

}  // namespace support
