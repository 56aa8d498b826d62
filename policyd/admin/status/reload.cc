#include <signal.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "policyd/admin/status/running_daemon.h"
#include "policyd/admin/status/status.h"

namespace policyd::admin {
namespace {

constexpr std::chrono::milliseconds kStep{20};

struct Outcome {
  double reloads = 0;
  bool is_taken = false;
};

rules::Result<Outcome> OutcomeAt(const config::Config& config, std::chrono::milliseconds patience) {
  const auto page = GetPage(config, "/metrics", patience);
  if (!page) return page.error();
  const Samples metrics = Samples::Parse(*page);
  const auto reloads = metrics.First("sekimori_config_reloads_total");
  if (!reloads) return rules::Error{config.http->ToString() + ": the daemon does not count its reloads"};
  return Outcome{.reloads = *reloads, .is_taken = metrics.First("sekimori_config_reload_success") == 1.0};
}

// The outcome, once the daemon has read the file.
rules::Result<Outcome> Await(const config::Config& config, double before, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto seen = OutcomeAt(config, patience);
    if (!seen || seen->reloads > before) return seen;
    if (std::chrono::steady_clock::now() > end) return rules::Error{"the daemon has not read the file in time"};
    std::this_thread::sleep_for(kStep);
  }
}

Error Unreachable(std::string why) {
  return {.kind = Error::Kind::kUnreachable, .message = std::move(why)};
}

}  // namespace

Result<Reloaded> Reload(const config::Config& config, std::chrono::milliseconds patience) {
  const auto daemon = cache::Stores::RunningDaemon(config.store.directory);
  const auto pid = daemon ? daemon->pid : std::nullopt;
  if (!pid || !IsDaemon(*pid)) return Unreachable("no daemon runs on " + config.store.directory);
  if (!config.http) return Unreachable("http.listen is off: the outcome of a reload cannot be seen");
  const auto before = OutcomeAt(config, patience);
  if (!before) return Unreachable(before.error().message);
  if (kill(*pid, SIGHUP) != 0) {
    return Error{.kind = errno == EPERM ? Error::Kind::kNotPermitted : Error::Kind::kUnreachable,
                 .message = "pid " + std::to_string(*pid) + ": " + std::strerror(errno)};
  }
  const auto outcome = Await(config, before->reloads, patience);
  if (!outcome) return Unreachable(outcome.error().message);
  return Reloaded{.pid = *pid, .is_taken = outcome->is_taken};
}

}  // namespace policyd::admin
