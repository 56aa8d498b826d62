// Our own addresses and domains as others see them: what is wrong, since when, what was, and what to watch.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/admin/setup/postconf.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"
#include "rules/watch/spf_senders.h"
#include "rules/watch/watch.h"

namespace policyd::admin {

struct WatchStatus {
  std::vector<std::string> addresses{}, domains{};   // that are watched
  std::optional<rules::TimePoint> last{};            // when all was looked at last
  std::vector<cache::WatchEpisode> now{}, before{};  // what is wrong; what was, the latest first
};
WatchStatus ReadWatch(const config::Config& config, const cache::Stores& stores);
runtime::Json ToJson(const WatchStatus& status);

// Asks DNS now, on a loop of its own, and keeps nothing.  REQUIRES: something is watched.
std::vector<rules::WatchFinding> LookNow(const config::Config& config);
runtime::Json ToJson(const std::vector<rules::WatchFinding>& findings);

// A list's page for requests for removal; empty where it is not known.
std::string WatchRemoval(const std::string& list);
// What is wrong in words, and what to do; for a list its page for removals where it is known.
std::string WatchText(rules::WatchCheck check, const std::string& list, const std::string& detail);
std::string WatchHint(rules::WatchCheck check, const std::string& subject, const std::string& list);

// Addresses that the world sees, each with where it was found: single ones of Postfix's mynetworks and of the
// interfaces, those that Postfix sends from, and those that the domain's SPF record names.
struct WatchSuggestion {
  // "interface", "mynetworks", "SPF of example.com: mx": the last with bytes of strangers.
  std::map<rules::IpAddress, std::vector<std::string>> addresses{};
  std::vector<std::string> domains{};

  bool operator==(const WatchSuggestion&) const = default;
};
// Of what this machine knows by itself.  Pure; `interfaces` are its addresses.
WatchSuggestion SuggestWatch(const Postconf& postconf, std::span<const rules::IpAddress> interfaces);
void AddSpfSenders(const std::vector<rules::SpfSender>& senders, WatchSuggestion& suggestion);
// Asks DNS now, on a loop of its own; without an answer there are none.
std::vector<rules::SpfSender> LookForSpfSenders(const config::Config& config, const std::string& domain);
std::vector<rules::IpAddress> InterfaceAddresses();
// The lines for sekimori.toml, an address a line with where it was found.
std::string ConfigLines(const WatchSuggestion& suggestion);
runtime::Json ToJson(const WatchSuggestion& suggestion);

}  // namespace policyd::admin
