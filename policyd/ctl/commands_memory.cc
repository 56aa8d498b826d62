// The commands that show and tend what the daemon remembers.
#include <unistd.h>

#include "policyd/ctl/command_line.h"
#include "policyd/ctl/commands_memory.h"

namespace policyd::ctl {
namespace {

void AddVerdicts(CLI::App& app, Command& chosen) {
  const auto verdicts =
      Register(app, "verdicts", "print recent verdicts that were no plain pass, and why", chosen, RunVerdicts);
  verdicts.app->add_option("--client", verdicts.options->client, "only this address, network or host name");
  verdicts.app->add_option("--sender", verdicts.options->sender, "only this sender, or @domain");
  verdicts.app->add_option("--recipient", verdicts.options->recipient, "only this recipient, or @domain");
  verdicts.app->add_option("--reference", verdicts.options->reference, "only this reference");
  verdicts.app->add_option("--reason", verdicts.options->reason, "only this reason, such as dnsbl");
  verdicts.app->add_option("--action", verdicts.options->action,
                           "only this action, such as reject, also where the mode kept it from being taken");
  verdicts.app->add_option("--since", verdicts.options->since,
                           "only those last tried since: a duration such as 2h, a date, a time, or yesterday");
  verdicts.app->add_option("--until", verdicts.options->until,
                           "only those last tried until then, in the same forms; a date means its end");
  verdicts.app->add_option("--limit", verdicts.options->limit, "at most so many, the newest")
      ->check(CLI::Range(0, kMostCounted))
      ->capture_default_str();
  verdicts.app->add_flag("--follow", verdicts.options->follow, "print new ones as they come, until ^C");
}

void AddGreylist(CLI::App& app, Command& chosen) {
  CLI::App& group = Group(app, "greylist", "inspect and edit greylist triplets");
  const auto list = Register(group, "list", "print the triplets awaiting retry", chosen, RunGreylistList);
  list.app->add_option("--match", list.options->match, "only those with this text in client, sender or recipient");
  list.app->add_option("--limit", list.options->limit, "at most so many")
      ->check(CLI::Range(0, kMostCounted))
      ->capture_default_str();
  list.app->add_flag("--auto", list.options->shows_auto, "instead: auto-whitelist entries");
  const auto show =
      Register(group, "show", "print the triplets of one client that await retry", chosen, RunGreylistShow);
  show.app->add_option("CLIENT", show.options->client, "an address, a network or a host name")->required();
  const auto remove =
      Register(group, "remove", "forget the triplets of one client that await retry", chosen, RunGreylistRemove);
  remove.app->add_option("CLIENT", remove.options->client, "an address, a network or a host name")->required();
  remove.app->add_option("--by", remove.options->by, "name of the person; default: the login");
  Register(group, "stats", "print how many triplets await retry, and how soon clients come back", chosen,
           RunGreylistStats);
}

void AddCache(CLI::App& app, Command& chosen) {
  CLI::App& group = Group(app, "cache", "inspect and edit the DNS cache");
  Register(group, "stats", "print how much is remembered", chosen, RunCacheStats);
  const auto show = Register(group, "show", "print what is known, with its age", chosen, RunCacheShow);
  show.app->add_option("CLIENT|NAME", show.options->subject, "a client's address, or a name")->required();
  const auto forget = Register(group, "forget", "forget what is known of a client, or all that rests on a name", chosen,
                               RunCacheForget);
  forget.app->add_option("CLIENT|NAME", forget.options->subject, "a client's address, or a name")->required();
  Register(group, "flush", "forget all that DNS said", chosen, RunCacheFlush);
  const auto warm = Register(group, "warm", "ask DNS about many clients before they come", chosen, RunCacheWarm);
  warm.app->add_option("FILE", warm.options->file, "lines that begin with a client's address; - for standard input")
      ->required();
  warm.app->add_option("--rate", warm.options->rate, "questions a second at most")
      ->check(CLI::Range(1U, 1'000'000U))
      ->capture_default_str();
  warm.options->shows_progress = isatty(STDERR_FILENO) == 1;
}

void AddDnsbl(CLI::App& app, Command& chosen) {
  CLI::App& group = Group(app, "dnsbl", "the DNS block and allow lists");
  Register(group, "status", "print which lists count, and why not the others", chosen, RunDnsblStatus);
  const auto test = Register(group, "test", "ask the lists their test points now", chosen, RunDnsblTest);
  test.app->add_option("ZONE", test.options->zone, "only this list, as it is shown; else all");
}

void AddBackup(CLI::App& app, Command& chosen) {
  const auto backup = Register(app, "backup", "copy triplets, verdicts and lists", chosen, RunBackup);
  backup.app->add_option("DIRECTORY", backup.options->directory, "a new or an empty folder")->required();
  const auto restore = Register(app, "restore", "put a backup where the store is to be", chosen, RunRestore);
  restore.app->add_option("--from", restore.options->from, "the folder that backup filled")->required();
}

}  // namespace

void AddMemoryCommands(CLI::App& app, Command& chosen) {
  AddVerdicts(app, chosen);
  AddGreylist(app, chosen);
  AddCache(app, chosen);
  AddDnsbl(app, chosen);
  Register(app, "status", "print how the daemon is; exits with 0 OK, 1 WARNING, 2 CRITICAL as Nagios plug-ins do",
           chosen, RunStatus);
  Register(app, "reload", "make the daemon read its configuration again, and say whether it did", chosen, RunReload);
  Register(app, "stats", "print an overview of all that is remembered", chosen, RunStats);
  AddBackup(app, chosen);
}

}  // namespace policyd::ctl
