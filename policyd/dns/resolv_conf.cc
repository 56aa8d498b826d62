#include "policyd/dns/resolv_conf.h"

#include <algorithm>
#include <optional>

#include "rules/ip_address.h"

// Grammar, one directive a line: keyword in the first column, blanks or tabs, value.  '#' or ';' in the first column
// starts a comment; what follows the value is ignored.

namespace policyd::dns {
namespace {

constexpr std::size_t kMaxServers = 3;  // MAXNS of glibc
constexpr std::uint16_t kDnsPort = 53;
constexpr std::string_view kKeyword = "nameserver";
constexpr std::string_view kBlanks = " \t\r\v\f";

std::optional<Endpoint> ParseLine(std::string_view line) {
  if (!line.starts_with(kKeyword)) return std::nullopt;
  line.remove_prefix(kKeyword.size());
  const std::size_t start = line.find_first_not_of(kBlanks);
  if (start == 0 || start == std::string_view::npos) return std::nullopt;
  line.remove_prefix(start);
  const auto address = rules::IpAddress::Parse(line.substr(0, line.find_first_of(kBlanks)));
  if (!address) return std::nullopt;
  return Endpoint{.is_unix = false, .host = address->ToString(), .port = kDnsPort};
}

}  // namespace

std::vector<Endpoint> ParseResolvConf(std::string_view text) {
  std::vector<Endpoint> servers;
  while (!text.empty() && servers.size() < kMaxServers) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (auto server = ParseLine(text.substr(0, end))) servers.push_back(*std::move(server));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (servers.empty()) servers.push_back({.is_unix = false, .host = "127.0.0.1", .port = kDnsPort});
  return servers;
}

}  // namespace policyd::dns
