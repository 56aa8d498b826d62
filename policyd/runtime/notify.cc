// sd_notify(3): one datagram of VARIABLE=VALUE lines to the UNIX socket that $NOTIFY_SOCKET names; a leading '@' stands
// for the zero byte of an abstract address.  A lost datagram is systemd's to notice (TimeoutStartSec, WatchdogSec), so
// errors are not reported.
#include "policyd/runtime/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

namespace policyd::runtime {
namespace {

// The number in an environment variable, or nothing.
std::optional<std::uint64_t> NumberFromEnvironment(const char* name) {
  const char* text = std::getenv(name);
  if (!text) return std::nullopt;
  std::uint64_t number = 0;
  const char* end = text + std::strlen(text);
  const auto parsed = std::from_chars(text, end, number);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

void NotifySystemd(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (!path || (path[0] != '/' && path[0] != '@')) return;
  const std::size_t length = std::strlen(path);
  sockaddr_un address{};
  if (length >= sizeof address.sun_path) return;

  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, length);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto address_size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  (void)sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), address_size);
  close(fd);
}

void NotifyReloading() {
  timespec since_boot{};
  clock_gettime(CLOCK_MONOTONIC, &since_boot);
  const std::int64_t usec = std::int64_t{since_boot.tv_sec} * 1'000'000 + since_boot.tv_nsec / 1000;
  NotifySystemd("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(usec));
}

std::optional<std::chrono::milliseconds> WatchdogInterval() {
  const auto limit = NumberFromEnvironment("WATCHDOG_USEC");
  if (!limit || *limit == 0) return std::nullopt;
  // A child of the service inherits the variables; only the process named is watched.
  const auto watched = NumberFromEnvironment("WATCHDOG_PID");
  if (watched && *watched != static_cast<std::uint64_t>(getpid())) return std::nullopt;
  return std::chrono::milliseconds{*limit / 2 / 1000};
}

}  // namespace policyd::runtime
