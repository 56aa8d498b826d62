// sekimorictl: the command line.  A command is registered here and lives in a file of its own.
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "policyd/clock.h"
#include "policyd/ctl/ask.h"
#include "policyd/ctl/audit.h"
#include "policyd/ctl/backup.h"
#include "policyd/ctl/cache_commands.h"
#include "policyd/ctl/check_config.h"
#include "policyd/ctl/columns.h"
#include "policyd/ctl/context.h"
#include "policyd/ctl/dnsbl.h"
#include "policyd/ctl/evaluate.h"
#include "policyd/ctl/explain.h"
#include "policyd/ctl/greylist.h"
#include "policyd/ctl/list_files.h"
#include "policyd/ctl/lists.h"
#include "policyd/ctl/names.h"
#include "policyd/ctl/stats.h"
#include "policyd/ctl/unblock.h"
#include "policyd/ctl/verdicts.h"
#include "policyd/ctl/warm.h"

namespace policyd::ctl {
namespace {

constexpr const char* kFooter =
    "Exit status: 0 done, 1 no such thing, 64 usage, 65 bad input (nothing changed), 69 daemon not reachable,\n"
    "74 store error, 75 already running, 77 not permitted, 78 configuration.";

// The command that the arguments name; set by the parser.
using Command = std::function<ExitStatus(Context&)>;

// A subcommand that ends in `run` with the options it gave back.
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
  app->callback(
      [&chosen, options, run] { chosen = [options, run](Context& context) { return run(context, *options); }; });
  return {app, options};
}

CLI::App& Group(CLI::App& parent, const char* name, const char* description) {
  CLI::App* group = parent.add_subcommand(name, description);
  group->require_subcommand(1);
  return *group;
}

void AddEntryOptions(CLI::App& app, EntryOptions& options, rules::ListKind list) {
  app.add_option("--comment", options.comment, "why; shown wherever the entry is");
  app.add_option("--expires", options.expires, "for how long it holds, such as 30d; else for ever");
  app.add_option("--by", options.by, "who does it; else the login");
  app.add_option("--if-confirmed", options.if_confirmed,
                 "sender targets: only from clients whose confirmed name is under this domain");
  if (list == rules::ListKind::kBlocklist) {
    app.add_option("--action", options.action, "defer, reject, discard or hold; else reject");
  }
}

constexpr const char* kTargets =
    "IP, CIDR, host.name (that confirmed name only), .domain (it and all below), user@domain or @domain (sender), "
    "rcpt:user@domain, rcpt:@domain";

void AddLists(CLI::App& app, Command& chosen, rules::ListKind list, const char* description) {
  CLI::App& group = Group(app, rules::Name(list), description);
  const auto add = Register(group, "add", "add entries, or replace them", chosen, RunListAdd);
  add.options->list = list;
  add.app->add_option("TARGET", add.options->targets, kTargets)->required();
  AddEntryOptions(*add.app, add.options->entry, list);

  const auto remove = Register(group, "remove", "remove entries", chosen, RunListRemove);
  remove.options->list = list;
  remove.app->add_option("TARGET", remove.options->targets, "as they are listed")->required();
  remove.app->add_option("--by", remove.options->by, "who does it; else the login");

  const auto print = Register(group, "list", "print the entries", chosen, RunListPrint);
  print.options->list = list;
  print.app->add_option("--match", print.options->match, "only those with this text in target, comment or author");

  const auto show = Register(group, "show", "print one entry with all that is known of it", chosen, RunListShow);
  show.options->list = list;
  show.app->add_option("TARGET", show.options->target, "as it is listed")->required();

  const auto import = Register(group, "import", "add all entries of a file, or none", chosen, RunListImport);
  import.options->list = list;
  import.app->add_option("FILE", import.options->file, "lines TARGET [# comment], or an export; - for standard input")
      ->required();
  AddEntryOptions(*import.app, import.options->entry, list);

  const auto export_entries = Register(group, "export", "print the entries as JSON lines", chosen, RunListExport);
  export_entries.options->list = list;
}

void AddUnblock(CLI::App& app, Command& chosen) {
  const auto unblock = Register(app, "unblock", "let a partner in who was turned away", chosen, RunUnblock);
  unblock.app
      ->add_option("SUBJECT", unblock.options->subject,
                   "a reference, the sender's address, the client's address or name, a file or - with the bounce, or "
                   "its text in quotes")
      ->required();
  unblock.app->add_option("--comment", unblock.options->comment, "why; else the reference");
  unblock.app->add_option("--expires", unblock.options->expires, "else 90d for an address, for ever for a name");
  unblock.app->add_option("--by", unblock.options->by, "who does it; else the login");
  unblock.app->add_flag("--dry-run", unblock.options->is_dry_run, "only say what would be done");
}

void AddVerdicts(CLI::App& app, Command& chosen) {
  const auto verdicts = Register(app, "verdicts", "print what was turned away lately, and why", chosen, RunVerdicts);
  verdicts.app->add_option("--client", verdicts.options->client, "only this address, network or host name");
  verdicts.app->add_option("--sender", verdicts.options->sender, "only this sender, or @domain");
  verdicts.app->add_option("--since", verdicts.options->since, "only those tried again within, such as 2h");
  verdicts.app->add_option("--limit", verdicts.options->limit, "at most so many, the newest")->capture_default_str();
}

void AddGreylist(CLI::App& app, Command& chosen) {
  CLI::App& group = Group(app, "greylist", "who was told to come back");
  const auto list = Register(group, "list", "print the triplets that wait", chosen, RunGreylistList);
  list.app->add_option("--match", list.options->match, "only those with this text in client, sender or recipient");
  list.app->add_option("--limit", list.options->limit, "at most so many")->capture_default_str();
  const auto show = Register(group, "show", "print what waits of one client", chosen, RunGreylistShow);
  show.app->add_option("CLIENT", show.options->client, "an address, a network or a host name")->required();
  const auto remove = Register(group, "remove", "forget what waits of one client", chosen, RunGreylistRemove);
  remove.app->add_option("CLIENT", remove.options->client, "an address, a network or a host name")->required();
  remove.app->add_option("--by", remove.options->by, "who does it; else the login");
  Register(group, "stats", "print how much is remembered", chosen, RunGreylistStats);
}

void AddCache(CLI::App& app, Command& chosen) {
  CLI::App& group = Group(app, "cache", "what DNS said");
  Register(group, "stats", "print how much is remembered", chosen, RunCacheStats);
  const auto show = Register(group, "show", "print what is known, with its age", chosen, RunCacheShow);
  show.app->add_option("CLIENT|NAME", show.options->subject, "a client's address, or a name")->required();
  const auto forget = Register(group, "forget", "forget what is known", chosen, RunCacheForget);
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
}

void AddExplain(CLI::App& app, Command& chosen) {
  const auto explain = Register(app, "explain", "say why a client is let in or turned away", chosen, RunExplain);
  explain.app->add_option("CLIENT|REFERENCE", explain.options->subject, "the client's IP address, or a reference")
      ->required();
  explain.app->add_option("--helo", explain.options->helo, "its HELO name");
  explain.app->add_option("--sender", explain.options->sender, "the sender");
  explain.app->add_option("--recipient", explain.options->recipient, "the recipient");
  explain.app->add_flag("--now-from-cache", explain.options->is_from_cache,
                        "decide on what is remembered; else DNS is asked afresh");
}

void AddAsk(CLI::App& app, Command& chosen) {
  const auto ask = Register(app, "ask", "put one question to the running daemon, as Postfix would", chosen, RunAsk);
  ask.app->add_option("--client", ask.options->client, "the client's IP address")->required();
  ask.app->add_option("--name", ask.options->name, "what Postfix sends as its name, never believed")
      ->capture_default_str();
  ask.app->add_option("--helo", ask.options->helo, "its HELO name")->capture_default_str();
  ask.app->add_option("--sender", ask.options->sender, "the sender, \"\" for a bounce")->capture_default_str();
  ask.app->add_option("--recipient", ask.options->recipient, "the recipient")->capture_default_str();
  ask.app->add_option("--state", ask.options->state, "the protocol state")->capture_default_str();
}

void AddMeasures(CLI::App& app, Command& chosen) {
  const auto names = Register(app, "names", "say which host names look like end users' lines", chosen, RunNames);
  names.app->add_option("FILE", names.options->file, "lines IP<TAB>NAME; - for standard input")->required();
  const auto evaluate = Register(app, "evaluate", "say what labelled mail of the past would get", chosen, RunEvaluate);
  evaluate.app->add_option("FILE", evaluate.options->file, "tab separated with a header; - for standard input")
      ->required();
  evaluate.app->add_flag("--lists", evaluate.options->with_lists, "judge the recorded list hits, too");
}

void AddRest(CLI::App& app, Command& chosen) {
  const auto audit = Register(app, "audit", "print every change that people made", chosen, RunAudit);
  audit.app->add_option("--since", audit.options->since, "only those of this time, such as 7d");
  Register(app, "stats", "print an overview of all that is remembered", chosen, RunStats);
  Register(app, "check-config", "check the configuration", chosen, RunCheckConfig);
  const auto backup = Register(app, "backup", "copy triplets, verdicts and lists", chosen, RunBackup);
  backup.app->add_option("DIRECTORY", backup.options->directory, "a new or an empty folder")->required();
}

std::string Login() {
  for (const char* variable : {"SUDO_USER", "USER"}) {
    const char* value = std::getenv(variable);
    if (value && *value) return value;
  }
  return "uid " + std::to_string(getuid());
}

int Main(int argc, char** argv) {
  Context context{.in = std::cin, .out = std::cout, .error = std::cerr};
  Command chosen;
  CLI::App app("Sekimori: what the keeper of the gate remembers, and who may pass.", "sekimorictl");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();
  const CLI::Option* config =
      app.add_option("--config", context.config_file, "the configuration")->capture_default_str();
  app.add_flag("--json", context.is_json, "print one JSON document");
  AddLists(app, chosen, rules::ListKind::kWhitelist, "who is let in, whatever speaks against them");
  AddLists(app, chosen, rules::ListKind::kBlocklist, "who is turned away, whatever speaks for them");
  AddUnblock(app, chosen);
  AddVerdicts(app, chosen);
  AddGreylist(app, chosen);
  AddCache(app, chosen);
  AddDnsbl(app, chosen);
  AddExplain(app, chosen);
  AddAsk(app, chosen);
  AddMeasures(app, chosen);
  AddRest(app, chosen);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return static_cast<ExitStatus>(app.exit(error));
    // The library's own numbers (109 and so on) mean nothing to a script.
    std::string message = error.what();
    for (const std::string& word : app.remaining(true)) {
      if (message.find(word) == std::string::npos) message += ", got \"" + word + "\"";
    }
    return Fail(context, kUsage, Shown(message) + "; see --help");
  }
  context.is_default_config = config->empty();

  const auto clock = WallClock::FromEnvironment();
  if (!clock) return Fail(context, kBadConfiguration, clock.error().message);
  if ((*clock)->is_test_clock()) Fail(context, kDone, "warning: SEKIMORI_TEST_CLOCK moves the clock");
  context.now = (*clock)->Now();
  context.login = Login();

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
