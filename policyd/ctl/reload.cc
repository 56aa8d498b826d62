#include <signal.h>

#include <cerrno>
#include <cstring>
#include <ostream>
#include <thread>

#include "policyd/admin/status/daemon_process.h"
#include "policyd/admin/status/metrics_text.h"
#include "policyd/admin/status/policy_client.h"
#include "policyd/ctl/status.h"
#include "policyd/runtime/json.h"

namespace policyd::ctl {
namespace {

constexpr std::chrono::milliseconds kStep{20};

struct Outcome {
  double reloads = 0;
  bool is_taken = false;
};

rules::Result<Outcome> LookAt(const Endpoint& http, std::chrono::milliseconds patience) {
  const auto page = admin::GetPage(http, "/metrics", patience);
  if (!page) return page.error();
  const admin::Samples metrics = admin::Samples::Parse(*page);
  const auto reloads = metrics.First("sekimori_config_reloads_total");
  if (!reloads) return rules::Error{http.ToString() + ": the daemon does not count its reloads"};
  return Outcome{.reloads = *reloads, .is_taken = metrics.First("sekimori_config_reload_success") == 1.0};
}

// What came of it, once the daemon has read the file.
rules::Result<Outcome> Await(const Endpoint& http, double before, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto seen = LookAt(http, patience);
    if (!seen || seen->reloads > before) return seen;
    if (std::chrono::steady_clock::now() > end) return rules::Error{"the daemon has not read the file in time"};
    std::this_thread::sleep_for(kStep);
  }
}

ExitStatus SayRefused(Context& context) {
  const auto loaded = LoadConfig(context.config_file, context.is_default_config);
  if (const auto* errors = std::get_if<ConfigErrors>(&loaded)) {
    for (const std::string& error : *errors) context.error << error << '\n';
  }
  return Fail(context, kBadConfiguration,
              "the daemon refused the configuration and runs on with what it read before; its log says why");
}

}  // namespace

ExitStatus RunReload(Context& context, const ReloadOptions& options) {
  const auto config = ReadConfig(context, Needs::kStoreOrSocket);
  if (!config) return kBadConfiguration;
  const auto pid = cache::Stores::RunningDaemon(config->store.directory);
  if (!pid || *pid <= 0 || !admin::IsDaemon(*pid)) {
    return Fail(context, kUnreachable, "no daemon runs on " + config->store.directory);
  }
  if (!config->http) return Fail(context, kUnreachable, "http.listen is off: the outcome of a reload cannot be seen");
  const auto before = LookAt(*config->http, options.patience);
  if (!before) return Fail(context, kUnreachable, before.error().message);
  if (kill(*pid, SIGHUP) != 0) {
    return Fail(context, errno == EPERM ? kNotPermitted : kUnreachable,
                "pid " + std::to_string(*pid) + ": " + std::strerror(errno));
  }
  const auto outcome = Await(*config->http, before->reloads, options.patience);
  if (!outcome) return Fail(context, kUnreachable, outcome.error().message);
  if (!outcome->is_taken) return SayRefused(context);
  if (context.is_json) {
    context.out << Json::Object().Add("reloaded", true).Add("daemon_pid", *pid).Dump() << '\n';
  } else {
    context.out << "reloaded (pid " << *pid << ")\n";
  }
  return kDone;
}

}  // namespace policyd::ctl
