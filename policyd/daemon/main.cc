// sekimorid: the policy server.

#include <sysexits.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "policyd/config/warning_rows.h"
#include "policyd/daemon/daemon.h"
#include "policyd/runtime/shown.h"
#include "policyd/runtime/version.h"
#include "policyd/serve/systemd_sockets.h"

namespace {

constexpr std::string_view kUsage =
    "usage: sekimorid [--config FILE] [--syslog]\n"
    "\n"
    "The Sekimori policy server for Postfix, in the foreground.\n"
    "  --config FILE   configuration; default /etc/sekimori/sekimori.toml, which may be absent\n"
    "  --syslog        log to syslog, whatever log.target says\n"
    "  --version       print the version\n"
    "Signals: SIGHUP reads the configuration again, SIGTERM answers what is in flight and ends.\n";

struct Options {
  std::string config_file{policyd::config::kDefaultConfigFile};
  bool is_default_file = true;
  bool to_syslog = false;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--config" && i + 1 < argc) {
      options.config_file = argv[++i];
      options.is_default_file = false;
    } else if (argument == "--syslog") {
      options.to_syslog = true;
    } else if (argument == "--help") {
      std::fputs(kUsage.data(), stdout);
      return EX_OK;
    } else if (argument == "--version") {
      std::printf("sekimorid %s\n", policyd::runtime::Version());
      return EX_OK;
    } else {
      std::fprintf(stderr, "sekimorid: unknown argument \"%s\"\n%s", policyd::runtime::Shown(argument).c_str(),
                   kUsage.data());
      return EX_USAGE;
    }
  }
  if (getpid() == 1) policyd::daemon::HoldSignals();
  // libuv writes without MSG_NOSIGNAL: a peer that is gone must not end the daemon.
  std::signal(SIGPIPE, SIG_IGN);
  auto passed = policyd::serve::TakePassedSockets();

  auto loaded = policyd::config::LoadConfig(options.config_file, options.is_default_file);
  if (const auto* errors = std::get_if<policyd::config::ConfigErrors>(&loaded)) {
    for (const std::string& error : *errors)
      std::fprintf(stderr, "sekimorid: %s\n", policyd::runtime::Shown(error).c_str());
    return EX_CONFIG;
  }
  const auto clock = policyd::runtime::WallClock::FromEnvironment();
  if (!clock) {
    std::fprintf(stderr, "sekimorid: %s\n", clock.error().message.c_str());
    return EX_CONFIG;
  }

  auto& config = std::get<policyd::config::Config>(loaded);
  policyd::runtime::Log log(options.to_syslog ? policyd::runtime::Log::Target::kSyslog : config.log.target,
                            config.log.style);
  if (!passed) {
    log.Write(policyd::runtime::LogLevel::kError, "cannot_start", {{"error", passed.error().message}});
    return EX_CONFIG;
  }
  for (const rules::Statement& warning : config.warnings) {
    log.Write(policyd::runtime::LogLevel::kWarning, "configuration", {{"text", policyd::config::WarningText(warning)}});
  }
  if ((*clock)->is_test_clock())
    log.Write(policyd::runtime::LogLevel::kWarning, "test_clock", {{"hint", "unset SEKIMORI_TEST_CLOCK"}});
  return policyd::daemon::RunDaemon({.config_file = options.config_file,
                                     .is_default_file = options.is_default_file,
                                     .config = std::move(config),
                                     .passed = *std::move(passed),
                                     .clock = **clock,
                                     .log = log});
}
