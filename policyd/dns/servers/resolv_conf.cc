#include "policyd/dns/servers/resolv_conf.h"

#include <algorithm>

#include "policyd/config/config_checks.h"

namespace policyd::dns {
namespace {

constexpr std::size_t kMaxServers = 3;  // MAXNS of glibc

}  // namespace

std::vector<Endpoint> ParseResolvConf(std::string_view text) {
  auto servers = NameServersOf(text);
  servers.resize(std::min(servers.size(), kMaxServers));
  if (servers.empty()) servers.push_back({.is_unix = false, .host = "127.0.0.1", .port = 53});
  return servers;
}

}  // namespace policyd::dns
