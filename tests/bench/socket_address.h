// Where a server listens, in Postfix's notation: "inet:127.0.0.1:10040" (IPv4 only) or "unix:/path".
#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>

namespace bench {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  static std::optional<SocketAddress> Parse(const std::string& text);
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int NewSocket() const;
};

}  // namespace bench
