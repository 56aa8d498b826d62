#include "policyd/runtime/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

#include <gtest/gtest.h>

namespace policyd::runtime::notify_test {

// systemd's end of the socket.  It gets an abstract address of the kernel's choice, which needs no file.
class NotifyTest : public testing::Test {
 protected:
  NotifyTest() : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address.sun_family);
    socklen_t length = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    name_ = "@" + std::string(address.sun_path + 1, length - sizeof address.sun_family - 1);
  }
  ~NotifyTest() override {
    unsetenv("NOTIFY_SOCKET");
    close(fd_);
  }

  std::string Received() const {
    std::array<char, 256> bytes{};
    const ssize_t count = recv(fd_, bytes.data(), bytes.size(), 0);
    return count < 0 ? "nothing" : std::string(bytes.data(), static_cast<std::size_t>(count));
  }

  std::string name_;

 private:
  const int fd_;
};

TEST_F(NotifyTest, SendsOneDatagram) {
  setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  NotifySystemd("RELOADING=1\nMONOTONIC_USEC=5");
  EXPECT_EQ(Received(), "RELOADING=1\nMONOTONIC_USEC=5");
  EXPECT_EQ(Received(), "nothing");
}

TEST_F(NotifyTest, SendsNothingWithoutASocketToSendTo) {
  unsetenv("NOTIFY_SOCKET");
  NotifySystemd("READY=1");
  for (const char* name : {"", "relative", "@nobody.listens.here"}) {
    setenv("NOTIFY_SOCKET", name, 1);
    NotifySystemd("READY=1");
  }
  setenv("NOTIFY_SOCKET", ("/" + std::string(200, 'x')).c_str(), 1);
  NotifySystemd("READY=1");
  EXPECT_EQ(Received(), "nothing");
}

struct Case {
  const char* name;
  const char* limit;  // microseconds; null: not set
  bool is_for_us = true;
  std::optional<std::chrono::milliseconds> want;
};

class WatchdogTest : public testing::TestWithParam<Case> {};

TEST_P(WatchdogTest, IsHalfTheLimit) {
  unsetenv("WATCHDOG_USEC");
  if (GetParam().limit) setenv("WATCHDOG_USEC", GetParam().limit, 1);
  setenv("WATCHDOG_PID", std::to_string(GetParam().is_for_us ? getpid() : getppid()).c_str(), 1);
  EXPECT_EQ(WatchdogInterval(), GetParam().want);
  unsetenv("WATCHDOG_USEC");
  unsetenv("WATCHDOG_PID");
}

INSTANTIATE_TEST_SUITE_P(Notify, WatchdogTest,
                         testing::Values(Case{"ten_seconds", "10000000", true, std::chrono::milliseconds{5000}},
                                         Case{"not_set", nullptr, true, std::nullopt},
                                         Case{"zero", "0", true, std::nullopt},
                                         Case{"no_number", "10s", true, std::nullopt},
                                         Case{"for_another_process", "10000000", false, std::nullopt}),
                         [](const auto& row) { return row.param.name; });

}  // namespace policyd::runtime::notify_test
