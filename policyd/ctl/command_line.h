// The commands of sekimorictl as they are declared: each with its options, and the function that runs it.  A
// CommandLine reads the words that were typed, prints help, and describes all commands for the manual page.
//
// CLI11 does the work, in command_line.cc alone: its header takes longer to compile than all commands together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "policyd/ctl/context.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace policyd::ctl {

using Command = std::function<ExitStatus(Context&)>;

// Of numbers that count something.
inline constexpr std::int64_t kMostCounted = 1'000'000'000;

// An option or an argument that was declared, for what is said of few.
class Parameter {
 public:
  explicit Parameter(CLI::Option& declared) : option_(&declared) {}

  Parameter& Required();
  Parameter& ShowsDefault();
  // Without this check the library takes -1 for the largest number there is.
  Parameter& Between(std::int64_t least, std::int64_t most);

  // Was it on the command line?  Asked after Parse().
  bool is_given() const;

 private:
  CLI::Option* option_;
};

// A command while it is declared; copies declare the same one.  What values are written to outlives Parse().
class Syntax {
 public:
  Syntax(CLI::App& declared, Command& chosen) : app_(&declared), chosen_(&chosen) {}

  // A name with dashes is an option, one without an argument.  The value stays as it is where none was typed.
  Parameter Add(const char* name, std::string& value, const char* description) const;
  Parameter Add(const char* name, std::optional<std::string>& value, const char* description) const;
  Parameter Add(const char* name, std::vector<std::string>& values, const char* description) const;
  Parameter Add(const char* name, std::uint64_t& value, const char* description) const;
  Parameter Add(const char* name, unsigned& value, const char* description) const;
  Parameter Add(const char* name, std::optional<unsigned>& value, const char* description) const;
  Parameter AddFlag(const char* name, bool& value, const char* description) const;

  // One of a few words; `type` stands for it in the manual page.
  template <class Enum>
  void AddChoice(const char* name, Enum& value, const std::vector<std::pair<std::string_view, Enum>>& choices,
                 const char* type, const char* description) const {
    std::vector<std::string> words;
    for (const auto& choice : choices) words.emplace_back(choice.first);
    AddWord(name, words, type, description,
            [&value, choices](std::size_t position) { value = choices[position].second; });
  }

  // A word before other commands.
  Syntax AddGroup(const char* name, const char* description) const;
  // Runs where the words name this command and none below it.
  Syntax AddCommand(const char* name, const char* description, Command command) const;

 private:
  void AddWord(const char* name, const std::vector<std::string>& words, const char* type, const char* description,
               std::function<void(std::size_t position)> take) const;

  CLI::App* app_;
  Command* chosen_;
};

// A command with the options that it runs with.
template <class Options>
struct Registered {
  Syntax syntax;
  std::shared_ptr<Options> options;
};

template <class Options>
Registered<Options> Register(Syntax parent, const char* name, const char* description,
                             ExitStatus (*run)(Context&, const Options&)) {
  auto options = std::make_shared<Options>();
  const Command command = [options, run](Context& context) { return run(context, *options); };
  return {parent.AddCommand(name, description, command), options};
}

void AddPeopleCommands(Syntax program);    // lists, unblock, requests, suggest, audit
void AddMemoryCommands(Syntax program);    // verdicts, greylist, cache, dnsbl, stats, backup, restore
void AddOutboundCommands(Syntax program);  // outbound
void AddSharedCommands(Syntax program);    // shared
void AddImportCommands(Syntax program);    // import
void AddDecisionCommands(Syntax program);  // explain, ask, names, evaluate, check-config

class CommandLine {
 public:
  // A program that knows --help, --version and, hidden, describe-commands.
  CommandLine();
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // The program itself: what is declared here may stand before and behind every command.
  Syntax program();

  // The command that the words name; or how the program ends without one: help was printed, or a mistake was told.
  std::variant<Command, ExitStatus> Parse(Context& context, int argc, char** argv);

 private:
  std::unique_ptr<CLI::App> app_;
  Command chosen_;
};

}  // namespace policyd::ctl
