#include "policyd/ctl/command_line.h"

#include <algorithm>
#include <iterator>
#include <ostream>

#include <CLI/CLI.hpp>

#include "policyd/runtime/shown.h"
#include "policyd/runtime/version.h"

namespace policyd::ctl {
namespace {

constexpr const char* kFooter =
    "Exit status: 0 done, 1 no such thing, 64 usage, 65 bad input (nothing changed), 69 daemon not reachable,\n"
    "74 store error, 75 already running, 77 not permitted, 78 configuration; status: 0 OK, 1 WARNING, 2 CRITICAL.";

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

runtime::Json FlagsOf(const CLI::Option& option) {
  runtime::Json flags = runtime::Json::Array();
  for (const std::string& name : option.get_snames()) flags.Append("-" + name);
  for (const std::string& name : option.get_lnames()) flags.Append("--" + name);
  return flags;
}

runtime::Json DescribeOption(const CLI::Option& option) {
  const bool takes_value = option.get_items_expected_max() > 0;
  return runtime::Json::Object()
      .Add("flags", FlagsOf(option))
      .Add("value", takes_value ? runtime::Json(option.get_type_name()) : runtime::Json())
      .Add("default", option.get_default_str())
      .Add("description", option.get_description());
}

runtime::Json DescribeArgument(const CLI::Option& option) {
  return runtime::Json::Object()
      .Add("name", option.get_name(true))
      .Add("is_repeated", option.get_items_expected_max() > 1)
      .Add("is_required", option.get_required())
      .Add("description", option.get_description());
}

// The commands with their options as one JSON document: what completions and the manual page are made of, so that they
// cannot say anything else than the program.  Hidden commands are left out.
//
//     {"name":"whitelist","description":"...","options":[{"flags":["--by"],"value":"TEXT","description":"..."}],
//      "arguments":[{"name":"TARGET","is_repeated":true,"is_required":true,"description":"..."}],"commands":[...]}
//
// `value` is null for a flag without one.
runtime::Json DescribeCommands(const CLI::App& app) {
  runtime::Json options = runtime::Json::Array();
  runtime::Json arguments = runtime::Json::Array();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      arguments.Append(DescribeArgument(*option));
    } else {
      options.Append(DescribeOption(*option));
    }
  }
  runtime::Json commands = runtime::Json::Array();
  const auto is_shown = [](const CLI::App* command) { return !command->get_group().empty(); };
  for (const CLI::App* command : app.get_subcommands(is_shown)) commands.Append(DescribeCommands(*command));
  return runtime::Json::Object()
      .Add("name", app.get_name())
      .Add("description", app.get_description())
      .Add("options", std::move(options))
      .Add("arguments", std::move(arguments))
      .Add("commands", std::move(commands));
}

}  // namespace

Parameter& Parameter::Required() {
  option_->required();
  return *this;
}

Parameter& Parameter::ShowsDefault() {
  option_->capture_default_str();
  return *this;
}

Parameter& Parameter::Between(std::int64_t least, std::int64_t most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

bool Parameter::is_given() const {
  return option_->count() > 0;
}

Parameter Syntax::Add(const char* name, std::string& value, const char* description) const {
  return Parameter(*app_->add_option(name, value, description));
}

Parameter Syntax::Add(const char* name, std::optional<std::string>& value, const char* description) const {
  return Parameter(*app_->add_option(name, value, description));
}

Parameter Syntax::Add(const char* name, std::vector<std::string>& values, const char* description) const {
  return Parameter(*app_->add_option(name, values, description));
}

Parameter Syntax::Add(const char* name, std::uint64_t& value, const char* description) const {
  return Parameter(*app_->add_option(name, value, description));
}

Parameter Syntax::Add(const char* name, unsigned& value, const char* description) const {
  return Parameter(*app_->add_option(name, value, description));
}

Parameter Syntax::Add(const char* name, std::optional<unsigned>& value, const char* description) const {
  return Parameter(*app_->add_option(name, value, description));
}

Parameter Syntax::AddFlag(const char* name, bool& value, const char* description) const {
  return Parameter(*app_->add_flag(name, value, description));
}

void Syntax::AddWord(const char* name, const std::vector<std::string>& words, const char* type, const char* description,
                     std::function<void(std::size_t position)> take) const {
  app_->add_option_function<std::string>(
          name,
          [words, take = std::move(take)](const std::string& word) {
            take(static_cast<std::size_t>(std::distance(words.begin(), std::find(words.begin(), words.end(), word))));
          },
          description)
      ->check(CLI::IsMember(words))
      ->type_name(type);
}

Syntax Syntax::AddGroup(const char* name, const char* description) const {
  CLI::App* group = app_->add_subcommand(name, description);
  group->require_subcommand(1);
  return Syntax(*group, *chosen_);
}

Syntax Syntax::AddCommand(const char* name, const char* description, Command command) const {
  CLI::App* app = app_->add_subcommand(name, description);
  app->callback([app, chosen = chosen_, command = std::move(command)] {
    if (app->get_subcommands().empty()) *chosen = command;  // else theirs counts
  });
  return Syntax(*app, *chosen_);
}

CommandLine::CommandLine()
    : app_(std::make_unique<CLI::App>("Sekimori: see and change what the policy server remembers and decides.",
                                      "sekimorictl")) {
  app_->footer(kFooter);
  app_->require_subcommand(1);
  app_->fallthrough();
  // For scripts/manuals; not for people.
  app_->add_subcommand("describe-commands")->group("")->callback([this] {
    chosen_ = [this](Context& context) {
      context.out << DescribeCommands(*app_).Dump() << '\n';
      return kDone;
    };
  });
}

CommandLine::~CommandLine() = default;

Syntax CommandLine::program() {
  return Syntax(*app_, chosen_);
}

std::variant<Command, ExitStatus> CommandLine::Parse(Context& context, int argc, char** argv) {
  // Added last, so that it is listed after the options of the program.
  app_->set_version_flag("--version", std::string("sekimorictl ") + runtime::Version(), "print the version");
  try {
    app_->parse(argc, argv);
    return chosen_;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return static_cast<ExitStatus>(app_->exit(error));
    // The library's own numbers (109 and so on) mean nothing to a script.
    return Fail(context, kUsage, runtime::Shown(MessageOf(error, app_->remaining(true))) + "; see --help");
  }
}

}  // namespace policyd::ctl
