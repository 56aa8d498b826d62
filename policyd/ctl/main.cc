// sekimorictl: the command line.  Commands are registered in commands_*.cc, each lives in a file of its own.
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <thread>

#include "cache/lmdb/crash_marks.h"
#include "policyd/ctl/command_line.h"
#include "policyd/ctl/terminal.h"
#include "policyd/runtime/clock.h"
#include "policyd/runtime/shown.h"

namespace policyd::ctl {
namespace {

std::string Login() {
  for (const char* variable : {"SUDO_USER", "USER"}) {
    const char* value = std::getenv(variable);
    if (value && *value) return value;
  }
  const passwd* user = getpwuid(getuid());
  return user && user->pw_name ? user->pw_name : "uid " + std::to_string(getuid());
}

// From a signal handler: the store's bytes are not what LMDB wrote.
[[noreturn]] void EndAtDamage(const char* directory) {
  const auto say = [](const char* text) {
    [[maybe_unused]] const auto written = write(STDERR_FILENO, text, strlen(text));
  };
  say("sekimorictl: ");
  say(directory);
  say(" is damaged: ");
  say(cache::kDamageHint);
  say("\n");
  _exit(kStoreError);
}

std::function<std::optional<rules::TimePoint>()> NextLook(const runtime::WallClock& clock) {
  return [&clock, looked = std::chrono::steady_clock::now()]() mutable {
    // A look that takes long is taken less often: it must not keep a core busy.
    const auto took = std::chrono::steady_clock::now() - looked;
    std::this_thread::sleep_for(std::max<std::chrono::steady_clock::duration>(std::chrono::seconds(1), 10 * took));
    looked = std::chrono::steady_clock::now();
    return std::optional(clock.Now());
  };
}

int Main(int argc, char** argv) {
  ShownOutput out(std::cout);
  ShownOutput error(std::cerr);
  Context context{.in = std::cin, .out = std::cout, .error = std::cerr};
  CommandLine line;
  Syntax program = line.program();
  const Parameter config = program.Add("--config", context.config_file, "the configuration").ShowsDefault();
  program.AddFlag("--json", context.is_json, "print one JSON document");
  bool is_utc = false;
  program.AddFlag("--utc", is_utc, "print times in UTC; default: local time. JSON has UTC always");
  AddPeopleCommands(program);
  AddMemoryCommands(program);
  AddOutboundCommands(program);
  AddSharedCommands(program);
  AddImportCommands(program);
  AddDecisionCommands(program);

  const auto parsed = line.Parse(context, argc, argv);
  if (const auto* ended = std::get_if<ExitStatus>(&parsed)) return *ended;
  if (TerminalWantsColours()) {
    out.AllowColours();
    EnableColours(std::cout);
  }
  if (is_utc) setenv("TZ", "UTC0", 1);
  tzset();
  context.is_default_config = !config.is_given();

  const auto clock = runtime::WallClock::FromEnvironment();
  if (!clock) return Fail(context, kBadConfiguration, clock.error().message);
  if ((*clock)->is_test_clock()) Fail(context, kDone, "warning: SEKIMORI_TEST_CLOCK moves the clock");
  context.now = (*clock)->Now();
  context.login = Login();
  context.next_look = NextLook(**clock);

  cache::EndAtDamage(EndAtDamage);
  const ExitStatus status = (*std::get_if<Command>(&parsed))(context);
  std::cout.flush();
  if (!std::cout) return Fail(context, kStoreError, "the answer could not be written");
  return status;
}

}  // namespace
}  // namespace policyd::ctl

int main(int argc, char** argv) {
  return policyd::ctl::Main(argc, argv);
}
