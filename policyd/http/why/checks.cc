#include "policyd/http/why/checks.h"

#include <algorithm>

#include "policyd/admin/verdicts/row_signals.h"
#include "rules/signal.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "rules/values/ip_address.h"

namespace policyd::http::why {
namespace {

std::vector<std::string> AddressesOf(const std::string& name, bool is_v4) {
  const char* type = is_v4 ? "A" : "AAAA";
  return {"dig +short " + name + " " + type, std::string("nslookup -type=") + type + " " + name};
}

// Those that the reverse DNS gave, the first few of them.
std::vector<std::string> NamesOf(const cache::JournalRow& row) {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> names;
  const auto add = [&names](const std::string& name) {
    const bool is_new = std::find(names.begin(), names.end(), name) == names.end();
    if (IsSafeInCommand(name) && is_new && names.size() < kMost) names.push_back(name);
  };
  add(row.name);
  for (const rules::FactText& fact : row.facts) {
    if (fact.asked == "ptr") std::for_each(fact.records.begin(), fact.records.end(), add);
  }
  return names;
}

bool IsListedAddress(const admin::RowSignal& signal) {
  return signal.kind == rules::Name(rules::SignalKind::kDnsbl) && signal.points > rules::Points{};
}

}  // namespace

bool IsSafeInCommand(std::string_view name) {
  const auto is_safe = [](char c) { return rules::IsAlphanumeric(c) || c == '-' || c == '.' || c == '_'; };
  return !name.empty() && name.size() <= rules::kMaxHostName && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), is_safe);
}

std::vector<Check> ChecksFor(const cache::JournalRow& row) {
  const std::string client = row.client.ToString();
  std::vector<Check> checks{
      {.kind = Check::Kind::kReverse, .commands = {"dig +short -x " + client, "nslookup " + client}}};
  const bool is_v4 = row.client.is_v4();
  for (const std::string& name : NamesOf(row)) {
    checks.push_back({.kind = Check::Kind::kForward, .commands = AddressesOf(name, is_v4)});
  }
  const bool is_address = rules::IpAddress::Parse(row.helo).has_value();
  if (IsSafeInCommand(row.helo) && !is_address && row.helo != row.name && row.helo.find('.') != std::string::npos) {
    checks.push_back({.kind = Check::Kind::kHelo, .commands = AddressesOf(row.helo, is_v4)});
  }
  for (const admin::RowSignal& signal : admin::SignalsOf(row)) {
    if (!IsListedAddress(signal) || !IsSafeInCommand(signal.detail)) continue;
    const std::string asked = row.client.ReversedLabels() + "." + signal.detail;
    checks.push_back({.kind = Check::Kind::kList,
                      .list = signal.detail,
                      .commands = {"dig +short " + asked + " A", "nslookup -type=A " + asked}});
  }
  for (const rules::FactText& fact : row.facts) {
    const bool is_listed = fact.asked == "name_list" && fact.answer == "present";
    if (!is_listed || !IsSafeInCommand(fact.name) || !IsSafeInCommand(fact.list)) continue;
    const std::string asked = fact.name + "." + fact.list;
    checks.push_back({.kind = Check::Kind::kNameList,
                      .list = fact.list,
                      .commands = {"dig +short " + asked + " A", "nslookup -type=A " + asked}});
  }
  return checks;
}

}  // namespace policyd::http::why
