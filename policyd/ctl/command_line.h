// The command line as CLI11 sees it: a command is registered here with its options and ends in `run`.
//
// Only main.cc and the files commands_*.cc include this: the header behind it is slow to compile.
#pragma once

#include <functional>
#include <memory>

#include <CLI/CLI.hpp>

#include "policyd/ctl/context.h"
#include "policyd/runtime/json.h"

namespace policyd::ctl {

// The command that the arguments name; set by the parser.
using Command = std::function<ExitStatus(Context&)>;

// Of numbers that count something.  Without a check the library takes -1 for the largest number there is.
inline constexpr int kMostCounted = 1'000'000'000;

// A subcommand with the options that `run` is given.
template <class Options>
struct Registered {
  CLI::App* app;
  std::shared_ptr<Options> options;
};

template <class Options>
Registered<Options> Register(CLI::App& parent, const char* name, const char* description, Command& chosen,
                             ExitStatus (*run)(Context&, const Options&)) {
  auto options = std::make_shared<Options>();
  CLI::App* app = parent.add_subcommand(name, description);
  app->callback([&chosen, options, run, app] {
    if (!app->get_subcommands().empty()) return;  // theirs counts
    chosen = [options, run](Context& context) { return run(context, *options); };
  });
  return {app, options};
}

// A command that is a word before other commands.
inline CLI::App& Group(CLI::App& parent, const char* name, const char* description) {
  CLI::App* group = parent.add_subcommand(name, description);
  group->require_subcommand(1);
  return *group;
}

// Each sets `chosen` when the arguments name one of its commands.
void AddPeopleCommands(CLI::App& app, Command& chosen);    // lists, unblock, suggest, audit
void AddMemoryCommands(CLI::App& app, Command& chosen);    // verdicts, greylist, cache, dnsbl, stats, backup, restore
void AddImportCommands(CLI::App& app, Command& chosen);    // import
void AddDecisionCommands(CLI::App& app, Command& chosen);  // explain, ask, names, evaluate, check-config

// The commands with their options as one JSON document: what completions and the manual page are made of, so that they
// cannot say anything else than the program.  Hidden commands are left out.
//
//     {"name":"whitelist","description":"...","options":[{"flags":["--by"],"value":"TEXT","description":"..."}],
//      "arguments":[{"name":"TARGET","is_repeated":true,"is_required":true,"description":"..."}],"commands":[...]}
//
// `value` is null for a flag without one.
Json DescribeCommands(const CLI::App& app);

}  // namespace policyd::ctl
