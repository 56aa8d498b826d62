#include "policyd/serve/clients/own_network_watch.h"

#include <algorithm>
#include <functional>
#include <string>

#include "rules/client/helo.h"

namespace policyd::serve {
namespace {

constexpr rules::seconds kDay{86400};

// Also if the clock was set back.
bool HasPassed(rules::TimePoint since, rules::seconds span, rules::TimePoint now) {
  return now < since || now - since >= span;
}

}  // namespace

bool OwnNetworkWatch::Note(const rules::Policy& policy, const rules::Request& request, rules::TimePoint now) {
  const auto name = rules::NameOfOthers(policy, request);
  if (!name) return false;
  const auto clients = clients_.Lock();
  if (!clients->contains(*request.client) && clients->size() >= kMaxClients) {
    std::erase_if(*clients, [now](const auto& one) { return HasPassed(one.second.since, 2 * kDay, now); });
    if (clients->size() >= kMaxClients) return false;
  }
  Seen& seen = (*clients)[*request.client];
  if (HasPassed(seen.since, kDay, now)) {
    seen.since = now;
    seen.names.clear();
  }
  const std::uint64_t hash = std::hash<std::string>()(*name);
  if (seen.names.size() == kNames || std::ranges::find(seen.names, hash) != seen.names.end()) return false;
  seen.names.push_back(hash);
  if (seen.names.size() < kNames) return false;
  const bool is_news = !seen.found || HasPassed(*seen.found, 2 * kDay, now);
  seen.found = now;
  return is_news;
}

std::vector<rules::IpAddress> OwnNetworkWatch::Hiding(rules::TimePoint now) const {
  std::vector<rules::IpAddress> hiding;
  for (const auto clients = clients_.Lock(); const auto& [client, seen] : *clients) {
    if (seen.found && !HasPassed(*seen.found, 2 * kDay, now)) hiding.push_back(client);
  }
  return hiding;
}

}  // namespace policyd::serve
