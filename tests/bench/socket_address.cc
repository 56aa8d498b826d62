#include "tests/bench/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace bench {

std::optional<SocketAddress> SocketAddress::Parse(const std::string& text) {
  SocketAddress address;
  if (text.starts_with("unix:")) {
    sockaddr_un un{.sun_family = AF_UNIX, .sun_path = {}};
    const std::string path = text.substr(5);
    if (path.size() >= sizeof un.sun_path) return std::nullopt;
    std::memcpy(un.sun_path, path.c_str(), path.size() + 1);
    std::memcpy(&address.storage, &un, sizeof un);
    address.length = sizeof un;
    return address;
  }
  const std::size_t colon = text.rfind(':');
  if (!text.starts_with("inet:") || colon <= 5) return std::nullopt;
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = htons(static_cast<std::uint16_t>(std::atoi(text.c_str() + colon + 1)));
  if (inet_pton(AF_INET, text.substr(5, colon - 5).c_str(), &in.sin_addr) != 1) return std::nullopt;
  std::memcpy(&address.storage, &in, sizeof in);
  address.length = sizeof in;
  return address;
}

int SocketAddress::NewSocket() const {
  return socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

}  // namespace bench
