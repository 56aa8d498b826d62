#include "policyd/http/connections.h"

#include <netinet/in.h>

#include <algorithm>
#include <map>
#include <string_view>

namespace policyd::http {
namespace {

template <class Address>
std::string BytesOf(const Address& address, std::size_t size) {
  return {reinterpret_cast<const char*>(&address), size};
}

}  // namespace

std::string PeerOf(const sockaddr_storage& address) {
  constexpr std::size_t kSizeOfNetwork = 8;
  switch (address.ss_family) {
    case AF_INET:
      return BytesOf(reinterpret_cast<const sockaddr_in*>(&address)->sin_addr, sizeof(in_addr));
    case AF_INET6:
      return BytesOf(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr, kSizeOfNetwork);
    default:
      return {};
  }
}

void Connections::Remove(int fd) {
  all_.remove_if([fd](const Connection& connection) { return connection.fd == fd; });
}

void Connections::GiveUp(Connection& connection) {
  connection.is_given_up = true;
  shutdown(connection.fd, SHUT_RDWR);
}

void Connections::GiveUpOne() {
  std::map<std::string_view, std::size_t> counts;
  for (const Connection& connection : all_) ++counts[connection.peer];
  const auto busiest =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const auto oldest = std::find_if(all_.begin(), all_.end(), [&busiest](const Connection& connection) {
    return connection.peer == busiest->first && !connection.is_given_up;
  });
  if (oldest != all_.end()) GiveUp(*oldest);
}

std::optional<Connections::Time> Connections::GiveUpBefore(Time time) {
  for (Connection& connection : all_) {
    if (connection.is_given_up) continue;
    if (connection.began >= time) return connection.began;
    GiveUp(connection);
  }
  return std::nullopt;
}

}  // namespace policyd::http
