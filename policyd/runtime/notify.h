// sd_notify(3) by hand: one datagram to $NOTIFY_SOCKET (libsystemd would drag four compressors into the process).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace policyd::runtime {

// "READY=1", "STOPPING=1", "WATCHDOG=1"; nothing happens without $NOTIFY_SOCKET.
void NotifySystemd(std::string_view state);
// "RELOADING=1" with the time since boot, which systemd wants beside it (sd_notify(3)).
void NotifyReloading();

// Half of $WATCHDOG_USEC, or nothing: how often to send WATCHDOG=1.
std::optional<std::chrono::milliseconds> WatchdogInterval();

}  // namespace policyd::runtime
