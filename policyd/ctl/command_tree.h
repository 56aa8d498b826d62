// The commands with their options as one JSON document: what completions and the manual page are made of, so that they
// cannot say anything else than the program.
//
//     {"name":"whitelist","description":"...","options":[{"flags":["--by"],"value":"TEXT","description":"..."}],
//      "arguments":[{"name":"TARGET","is_repeated":true,"is_required":true,"description":"..."}],"commands":[...]}
//
// `value` is null for a flag without one.
#pragma once

#include "policyd/ctl/command_line.h"
#include "policyd/runtime/json.h"

namespace policyd::ctl {

// Hidden commands are left out.
Json DescribeCommands(const CLI::App& app);

}  // namespace policyd::ctl
