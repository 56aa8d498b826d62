#include "policyd/ctl/commands_shared.h"

#include "policyd/ctl/command_line.h"

namespace policyd::ctl {

void AddSharedCommands(Syntax program) {
  const Syntax shared = program.AddGroup("shared", "what several MX hosts share through Redis or Valkey");
  Register(shared, "status", "say whether the daemon can use the engine, and if not, why", RunSharedStatus);
  const auto new_key =
      Register(shared, "new-key", "make the key that all hosts need, in a file that is not there yet", RunSharedNewKey);
  new_key.syntax.Add("FILE", new_key.options->file, "a new file, for shared.key_file").Required();
}

}  // namespace policyd::ctl
