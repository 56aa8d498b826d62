#include <algorithm>

#include "policyd/config/config_checks.h"
#include "policyd/config/config_values.h"
#include "policyd/config/warning_rows.h"

namespace policyd::config {

std::vector<rules::Statement> ListenWarnings(const Config& config) {
  std::vector<rules::Statement> warnings;
  const auto check = [&warnings](const char* key, const Endpoint& endpoint, WarningKind kind) {
    if (endpoint.is_loopback()) return;
    warnings.push_back(Warning(kind, {{"key", key}, {"endpoint", endpoint.ToString()}}));
  };
  for (const Endpoint& endpoint : config.service.listen) check("policy_service.listen", endpoint, "listen_verdicts");
  if (config.http) {
    check("http.listen", *config.http,
          config.http_access.token ? WarningKind("listen_token") : WarningKind("listen_health"));
  }
  return warnings;
}

std::vector<rules::Statement> ResolverWarnings(const rules::Policy& policy, const std::vector<Endpoint>& servers) {
  std::vector<rules::Statement> warnings;
  if (policy.zones.empty() && policy.name_zones.empty()) return warnings;
  for (const Endpoint& server : servers) {
    if (server.is_loopback()) continue;
    if (const auto owner = PublicResolver(server)) {
      warnings.push_back(Warning("public_resolver", {{"server", server.host}, {"owner", std::string(*owner)}}));
    } else {
      warnings.push_back(Warning("resolver_elsewhere", {{"server", server.host}}));
    }
  }
  return warnings;
}

std::vector<Endpoint> NameServersOf(std::string_view resolv_conf) {
  constexpr std::string_view kKeyword = "nameserver";
  constexpr std::string_view kBlanks = " \t\r";
  std::vector<Endpoint> servers;
  while (!resolv_conf.empty()) {
    std::string_view line = resolv_conf.substr(0, resolv_conf.find('\n'));
    resolv_conf.remove_prefix(std::min(line.size() + 1, resolv_conf.size()));
    if (!line.starts_with(kKeyword)) continue;
    line.remove_prefix(kKeyword.size());
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    const std::string_view text = line.substr(0, line.find_first_of(kBlanks));
    // A link-local address without its zone cannot be reached.
    if (text.find('%') != std::string_view::npos) continue;
    if (auto server = ParseNameServer(text)) servers.push_back(*server);
  }
  return servers;
}

}  // namespace policyd::config
