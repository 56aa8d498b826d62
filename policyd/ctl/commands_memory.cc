// The commands that show and tend what the daemon remembers.
#include <unistd.h>

#include "policyd/ctl/command_line.h"
#include "policyd/ctl/commands_memory.h"

namespace policyd::ctl {
namespace {

void AddVerdicts(Syntax program) {
  const auto verdicts =
      Register(program, "verdicts", "print recent verdicts that were no plain pass, and why", RunVerdicts);
  verdicts.syntax.Add("--client", verdicts.options->client, "only this address, network or host name");
  verdicts.syntax.Add("--sender", verdicts.options->sender, "only this sender, or @domain");
  verdicts.syntax.Add("--recipient", verdicts.options->recipient, "only this recipient, or @domain");
  verdicts.syntax.Add("--reference", verdicts.options->reference, "only this reference");
  verdicts.syntax.Add("--reason", verdicts.options->reason, "only this reason, such as dnsbl");
  verdicts.syntax.Add("--action", verdicts.options->action,
                      "only this action, such as reject, also where the mode kept it from being taken");
  verdicts.syntax.Add("--since", verdicts.options->since,
                      "only those last tried since: a duration such as 2h, a date, a time, or yesterday");
  verdicts.syntax.Add("--until", verdicts.options->until,
                      "only those last tried until then, in the same forms; a date means its end");
  verdicts.syntax.Add("--limit", verdicts.options->limit, "at most so many, the newest")
      .Between(0, kMostCounted)
      .ShowsDefault();
  verdicts.syntax.AddFlag("--follow", verdicts.options->follow, "print new ones as they come, until ^C");
}

void AddGreylist(Syntax program) {
  Syntax group = program.AddGroup("greylist", "inspect and edit greylist triplets");
  const auto list = Register(group, "list", "print the triplets awaiting retry", RunGreylistList);
  list.syntax.Add("--match", list.options->match, "only those with this text in client, sender or recipient");
  list.syntax.Add("--limit", list.options->limit, "at most so many").Between(0, kMostCounted).ShowsDefault();
  list.syntax.AddFlag("--auto", list.options->shows_auto, "instead: auto-whitelist entries");
  const auto show = Register(group, "show", "print the triplets of one client that await retry", RunGreylistShow);
  show.syntax.Add("CLIENT", show.options->client, "an address, a network or a host name").Required();
  const auto remove =
      Register(group, "remove", "forget the triplets of one client that await retry", RunGreylistRemove);
  remove.syntax.Add("CLIENT", remove.options->client, "an address, a network or a host name").Required();
  remove.syntax.Add("--by", remove.options->by, "name of the person; default: the login");
  Register(group, "stats", "print how many triplets await retry, and how soon clients come back", RunGreylistStats);
}

void AddCache(Syntax program) {
  Syntax group = program.AddGroup("cache", "inspect and edit the DNS cache");
  Register(group, "stats", "print how much is remembered", RunCacheStats);
  const auto show = Register(group, "show", "print what is known, with its age", RunCacheShow);
  show.syntax.Add("CLIENT|NAME", show.options->subject, "a client's address, or a name").Required();
  const auto forget =
      Register(group, "forget", "forget what is known of a client, or all that rests on a name", RunCacheForget);
  forget.syntax.Add("CLIENT|NAME", forget.options->subject, "a client's address, or a name").Required();
  Register(group, "flush", "forget all that DNS said", RunCacheFlush);
  const auto warm = Register(group, "warm", "ask DNS about many clients before they come", RunCacheWarm);
  warm.syntax.Add("FILE", warm.options->file, "lines that begin with a client's address; - for standard input")
      .Required();
  warm.syntax.Add("--rate", warm.options->rate, "questions a second at most").Between(1, 1'000'000).ShowsDefault();
  warm.options->shows_progress = isatty(STDERR_FILENO) == 1;
}

void AddDnsbl(Syntax program) {
  Syntax group = program.AddGroup("dnsbl", "the DNS block and allow lists");
  Register(group, "status", "print which lists count, and why not the others", RunDnsblStatus);
  const auto test = Register(group, "test", "ask the lists their test points now", RunDnsblTest);
  test.syntax.Add("ZONE", test.options->zone, "only this list, as it is shown; else all");
}

void AddWatch(Syntax program) {
  const auto watch =
      Register(program, "watch", "say what is wrong with our own addresses and domains, and since when", RunWatch);
  watch.syntax.AddFlag("--now", watch.options->asks_now, "ask DNS now; keeps nothing");
  watch.syntax.AddFlag(
      "--suggest", watch.options->suggests,
      "instead: propose what to watch, from mynetworks, the interfaces and the SPF record of the domain");
  watch.syntax.Add("--postconf", watch.options->postconf,
                   "with --suggest: what `postconf` printed on the mail server; - for standard input");
}

void AddBackup(Syntax program) {
  const auto backup = Register(program, "backup", "copy triplets, verdicts and lists", RunBackup);
  backup.syntax.Add("DIRECTORY", backup.options->directory, "a new or an empty folder").Required();
  const auto restore = Register(program, "restore", "put a backup where the store is to be", RunRestore);
  restore.syntax.Add("--from", restore.options->from, "the folder that backup filled").Required();
}

}  // namespace

void AddMemoryCommands(Syntax program) {
  AddVerdicts(program);
  AddGreylist(program);
  AddCache(program);
  AddDnsbl(program);
  AddWatch(program);
  Register(program, "status", "print how the daemon is; exits with 0 OK, 1 WARNING, 2 CRITICAL as Nagios plug-ins do",
           RunStatus);
  Register(program, "reload", "make the daemon read its configuration again, and say whether it did", RunReload);
  Register(program, "stats", "print an overview of all that is remembered", RunStats);
  AddBackup(program);
}

}  // namespace policyd::ctl
