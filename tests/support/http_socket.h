// An HTTP server on loopback for tests, and its clients, byte by byte.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "policyd/http/server.h"
#include "tests/support/slow.h"

namespace support {

inline constexpr std::chrono::milliseconds kPatience = std::chrono::milliseconds(1000) * kSlow;

inline policyd::config::Endpoint Loopback(std::uint16_t port) {
  return {.is_unix = false, .host = "127.0.0.1", .port = port};
}

inline policyd::serve::ListeningSocket OpenOrDie(const policyd::config::Endpoint& endpoint) {
  return std::get<policyd::serve::ListeningSocket>(policyd::serve::ListeningSocket::Open(endpoint));
}

inline policyd::http::ServerSettings Settings(policyd::config::HttpAccess access = {},
                                              std::chrono::milliseconds patience = kPatience) {
  const auto shared = std::make_shared<const policyd::config::HttpAccess>(std::move(access));
  return {.access = [shared] { return shared; }, .patience = patience};
}

inline std::unique_ptr<policyd::http::HttpServer> StartOrDie(std::vector<policyd::http::Route> routes,
                                                             policyd::http::ServerSettings settings = Settings()) {
  auto server = policyd::http::HttpServer::Start(OpenOrDie(Loopback(0)), std::move(routes), std::move(settings));
  EXPECT_TRUE(server.ok());
  return std::move(*server);
}

inline int ConnectSocket() {
  return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

inline void Connect(int fd, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
}

inline int ConnectTo(std::uint16_t port) {
  const int fd = ConnectSocket();
  Connect(fd, port);
  return fd;
}

inline void Send(int fd, const std::string& bytes) {
  EXPECT_EQ(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
}

// Everything that comes back until the server closes.  Takes the socket over.
inline std::string ReceiveAll(int fd) {
  std::string reply;
  std::array<char, 4096> bytes{};
  ssize_t count = 0;
  while ((count = recv(fd, bytes.data(), bytes.size(), 0)) > 0) {
    reply.append(bytes.data(), static_cast<std::size_t>(count));
  }
  close(fd);
  return reply;
}

inline std::string ExchangeOn(int fd, std::uint16_t port, const std::string& request) {
  Connect(fd, port);
  Send(fd, request);
  return ReceiveAll(fd);
}

inline std::string Exchange(std::uint16_t port, const std::string& request) {
  return ExchangeOn(ConnectSocket(), port, request);
}

inline std::string Get(std::uint16_t port, const std::string& path) {
  return Exchange(port, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

}  // namespace support
