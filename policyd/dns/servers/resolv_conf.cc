#include "policyd/dns/servers/resolv_conf.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <utility>

#include "policyd/config/config_checks.h"

namespace policyd::dns {
namespace {

constexpr std::size_t kMaxServers = 3;  // MAXNS of glibc
constexpr std::chrono::seconds kLookEvery{3};

// If there is no file, as if it were empty.
std::vector<config::Endpoint> Read(const std::string& path) {
  std::ifstream file(path);
  return ParseResolvConf(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace

std::vector<config::Endpoint> ParseResolvConf(std::string_view text) {
  auto servers = config::NameServersOf(text);
  servers.resize(std::min(servers.size(), kMaxServers));
  if (servers.empty()) servers.push_back({.is_unix = false, .host = "127.0.0.1", .port = 53});
  return servers;
}

ResolvConfWatch::ResolvConfWatch(uv_loop_t* loop, std::string file, Changed changed)
    : file_(std::move(file)), changed_(std::move(changed)), servers_(Read(file_)), timer_(loop, [this] { Look(); }) {
  timer_.Start(kLookEvery, kLookEvery);
}

void ResolvConfWatch::Look() {
  auto servers = Read(file_);
  if (servers == servers_) return;
  servers_ = std::move(servers);
  changed_(servers_);
}

}  // namespace policyd::dns
