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

constexpr const char* kFooter =
    "Exit status: 0 done, 1 no such thing, 64 usage, 65 bad input (nothing changed), 69 daemon not reachable,\n"
    "74 store error, 75 already running, 77 not permitted, 78 configuration; status: 0 OK, 1 WARNING, 2 CRITICAL.";

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

std::string MessageOf(const CLI::ParseError& error, const std::vector<std::string>& remaining) {
  const bool lacks_command = error.get_name() == "RequiredError" &&
                             std::string_view(error.what()).find("subcommand") != std::string_view::npos;
  if (lacks_command) return remaining.empty() ? "expected a command" : "unknown command \"" + remaining.front() + "\"";
  std::string message = error.what();
  for (const std::string& word : remaining) {
    if (message.find(word) == std::string::npos) message += ", got \"" + word + "\"";
  }
  return message;
}

// Nothing where there is a command to run.
std::optional<ExitStatus> Parse(Context& context, CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return static_cast<ExitStatus>(app.exit(error));
    // The library's own numbers (109 and so on) mean nothing to a script.
    return Fail(context, kUsage, Shown(MessageOf(error, app.remaining(true))) + "; see --help");
  }
}

std::function<std::optional<rules::TimePoint>()> NextLook(const WallClock& clock) {
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
  Command chosen;
  CLI::App app("Sekimori: see and change what the policy server remembers and decides.", "sekimorictl");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();
  const CLI::Option* config =
      app.add_option("--config", context.config_file, "the configuration")->capture_default_str();
  app.add_flag("--json", context.is_json, "print one JSON document");
  bool is_utc = false;
  app.add_flag("--utc", is_utc, "print times in UTC; default: local time. JSON has UTC always");
  app.set_version_flag("--version", "sekimorictl " SEKIMORI_VERSION, "print the version");
  AddPeopleCommands(app, chosen);
  AddMemoryCommands(app, chosen);
  AddImportCommands(app, chosen);
  AddDecisionCommands(app, chosen);
  // For scripts/manuals; not for people.
  app.add_subcommand("describe-commands")->group("")->callback([&app, &chosen] {
    chosen = [&app](Context& asked) {
      asked.out << DescribeCommands(app).Dump() << '\n';
      return kDone;
    };
  });

  if (const auto ended = Parse(context, app, argc, argv)) return *ended;
  if (TerminalWantsColours()) {
    out.AllowColours();
    EnableColours(std::cout);
  }
  if (is_utc) setenv("TZ", "UTC0", 1);
  tzset();
  context.is_default_config = config->empty();

  const auto clock = WallClock::FromEnvironment();
  if (!clock) return Fail(context, kBadConfiguration, clock.error().message);
  if ((*clock)->is_test_clock()) Fail(context, kDone, "warning: SEKIMORI_TEST_CLOCK moves the clock");
  context.now = (*clock)->Now();
  context.login = Login();
  context.next_look = NextLook(**clock);

  cache::EndAtDamage(EndAtDamage);
  const ExitStatus status = chosen(context);
  std::cout.flush();
  if (!std::cout) return Fail(context, kStoreError, "the answer could not be written");
  return status;
}

}  // namespace
}  // namespace policyd::ctl

int main(int argc, char** argv) {
  return policyd::ctl::Main(argc, argv);
}
