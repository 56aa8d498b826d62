// An engine that says what the test wants: the Redis protocol on a loopback address, in the loop of the test.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/runtime/uv_handle.h"
#include "policyd/shared/resp.h"

namespace support {

using CommandWords = std::vector<std::string>;

class FakeEngine {
 public:
  // The bytes that answer a command: "" says nothing, no value closes the connection.
  using Script = std::function<std::optional<std::string>(const CommandWords& words)>;

  FakeEngine(uv_loop_t* loop, Script script) : loop_(loop), script_(std::move(script)) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0) return;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    Listen();
  }
  ~FakeEngine() {
    HangUp();
    poll_.reset();
    close(fd_);
  }
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;

  policyd::config::Endpoint endpoint() const { return {.is_unix = false, .host = "127.0.0.1", .port = port_}; }
  void SetScript(Script script) { script_ = std::move(script); }
  // All connections end; new ones are taken.
  void HangUp() { guests_.clear(); }
  std::size_t accepted() const { return accepted_; }
  const std::vector<CommandWords>& commands() const { return commands_; }

 private:
  struct Guest {
    explicit Guest(int descriptor) : fd(descriptor) {}
    ~Guest() {
      poll.reset();
      close(fd);
    }
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

    int fd;
    policyd::shared::ReplyReader reader;
    std::string unsent;
    std::unique_ptr<policyd::runtime::Poll> poll;
  };

  void Listen() {
    listen(fd_, 16);
    poll_ = std::make_unique<policyd::runtime::Poll>(loop_, fd_, [this](int, int) { Accept(); });
    poll_->Start(UV_READABLE);
  }

  void Accept() {
    const int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    ++accepted_;
    Guest& guest = *guests_.emplace_back(std::make_unique<Guest>(fd));
    guest.poll = std::make_unique<policyd::runtime::Poll>(loop_, fd, [this, &guest](int, int events) {
      if ((events & UV_READABLE) == 0 || Read(guest)) Write(guest);
    });
    guest.poll->Start(UV_READABLE);
  }

  // False where the guest is gone.
  bool Read(Guest& guest) {
    std::array<char, 65536> bytes{};
    const ssize_t count = recv(guest.fd, bytes.data(), bytes.size(), 0);
    if (count <= 0) return Close(guest);
    guest.reader.Feed({bytes.data(), static_cast<std::size_t>(count)});
    while (const auto command = guest.reader.Next()) {
      CommandWords words;
      for (const auto& item : command->items) words.push_back(item.text);
      commands_.push_back(words);
      const auto answer = script_(words);
      if (!answer) {
        Write(guest);
        return Close(guest);
      }
      guest.unsent += *answer;
    }
    return true;
  }

  void Write(Guest& guest) {
    const ssize_t count = send(guest.fd, guest.unsent.data(), guest.unsent.size(), MSG_NOSIGNAL);
    if (count > 0) guest.unsent.erase(0, static_cast<std::size_t>(count));
    guest.poll->Start(UV_READABLE | (guest.unsent.empty() ? 0 : UV_WRITABLE));
  }

  bool Close(const Guest& guest) {
    guests_.remove_if([&guest](const std::unique_ptr<Guest>& one) { return one.get() == &guest; });
    return false;
  }

  uv_loop_t* loop_;
  Script script_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::size_t accepted_ = 0;
  std::vector<CommandWords> commands_;
  std::list<std::unique_ptr<Guest>> guests_;
  std::unique_ptr<policyd::runtime::Poll> poll_;
};

// A Redis 7 that is well.
inline std::optional<std::string> SoundAnswer(const CommandWords& words) {
  const std::string& name = words.front();
  if (name == "PING") return "+PONG\r\n";
  if (name == "INFO") return "$22\r\nredis_version:7.0.15\r\n\r\n";
  if (name == "ROLE") return "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n";
  if (name == "AUTH" || name == "SET") return "+OK\r\n";
  return "$-1\r\n";
}

// Turns the loop until `is_so`; false where that takes more than ten seconds.
inline bool TurnUntil(uv_loop_t* loop, const std::function<bool()>& is_so) {
  policyd::runtime::Timer wakes(loop, [] {});
  wakes.Start(std::chrono::milliseconds{1}, std::chrono::milliseconds{1});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) return false;
    uv_run(loop, UV_RUN_ONCE);
  }
  return true;
}

}  // namespace support
