#include "policyd/ctl/command_line.h"

#include <string>
#include <utility>

namespace policyd::ctl {
namespace {

Json FlagsOf(const CLI::Option& option) {
  Json flags = Json::Array();
  for (const std::string& name : option.get_snames()) flags.Append("-" + name);
  for (const std::string& name : option.get_lnames()) flags.Append("--" + name);
  return flags;
}

Json DescribeOption(const CLI::Option& option) {
  const bool takes_value = option.get_items_expected_max() > 0;
  return Json::Object()
      .Add("flags", FlagsOf(option))
      .Add("value", takes_value ? Json(option.get_type_name()) : Json())
      .Add("default", option.get_default_str())
      .Add("description", option.get_description());
}

Json DescribeArgument(const CLI::Option& option) {
  return Json::Object()
      .Add("name", option.get_name(true))
      .Add("is_repeated", option.get_items_expected_max() > 1)
      .Add("is_required", option.get_required())
      .Add("description", option.get_description());
}

}  // namespace

Json DescribeCommands(const CLI::App& app) {
  Json options = Json::Array();
  Json arguments = Json::Array();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      arguments.Append(DescribeArgument(*option));
    } else {
      options.Append(DescribeOption(*option));
    }
  }
  Json commands = Json::Array();
  const auto is_shown = [](const CLI::App* command) { return !command->get_group().empty(); };
  for (const CLI::App* command : app.get_subcommands(is_shown)) commands.Append(DescribeCommands(*command));
  return Json::Object()
      .Add("name", app.get_name())
      .Add("description", app.get_description())
      .Add("options", std::move(options))
      .Add("arguments", std::move(arguments))
      .Add("commands", std::move(commands));
}

}  // namespace policyd::ctl
