// The commands that show and change what people decided.
#include "policyd/ctl/commands_people.h"
#include "policyd/ctl/command_line.h"

namespace policyd::ctl {
namespace {

void AddEntryOptions(CLI::App& app, admin::EntryOptions& options, rules::ListKind list) {
  app.add_option("--comment", options.comment, "why; shown wherever the entry is");
  app.add_option("--expires", options.expires, "for how long it holds, such as 30d; default: never ends");
  app.add_option("--by", options.by, "name of the person; default: the login");
  app.add_option("--if-confirmed", options.if_confirmed,
                 "sender targets: only from clients whose confirmed name is under this domain");
  if (list == rules::ListKind::kBlocklist) {
    app.add_option("--action", options.action,
                   "defer, reject, hold or discard; else reject. Postfix holds or discards the whole message, for all "
                   "its recipients");
  }
}

constexpr const char* kTargets =
    "IP, CIDR, host.name (that forward-confirmed reverse DNS name only), .domain (it and all below), /regexp/ (matched "
    "against that name), user@domain, @domain or @.domain (sender; @.domain: it and all below), rcpt:user@domain, "
    "rcpt:@domain, rcpt:@.domain";

void AddLists(CLI::App& app, Command& chosen, rules::ListKind list, const char* description) {
  CLI::App& group = Group(app, rules::Name(list), description);
  const auto add = Register(group, "add", "add entries, or replace them", chosen, RunListAdd);
  add.options->list = list;
  add.app->add_option("TARGET", add.options->targets, kTargets)->required();
  AddEntryOptions(*add.app, add.options->entry, list);

  const auto remove = Register(group, "remove", "remove entries", chosen, RunListRemove);
  remove.options->list = list;
  remove.app->add_option("TARGET", remove.options->targets, "as they are listed")->required();
  remove.app->add_option("--comment", remove.options->comment, "why; for the audit");
  remove.app->add_option("--by", remove.options->by, "name of the person; default: the login");

  const auto print = Register(group, "list", "print the entries", chosen, RunListPrint);
  print.options->list = list;
  print.app->add_option("--match", print.options->match, "only those with this text in target, comment or author");

  print.app->add_option("--unused", print.options->unused, "only those without a hit within, such as 90d");

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
  const auto unblock = Register(app, "unblock", "let a sender in that was turned away by mistake", chosen, RunUnblock);
  unblock.app
      ->add_option(
          "SUBJECT", unblock.options->subject,
          "a reference; the client's address or name; the sender's or recipient's address or domain; a file, or - "
          "for standard input, with the bounce or a line of the mail log, or its text in quotes. Where verdicts on "
          "several mails fit, or only a sender that anybody can claim, they are listed and nothing is changed")
      ->required();
  unblock.app->add_option("--comment", unblock.options->comment, "why; else the reference");
  unblock.app->add_option(
      "--expires", unblock.options->expires,
      "how long; default: 90d for an address and for the name of a dynamic line, never for any other name");
  unblock.app->add_option("--by", unblock.options->by, "name of the person; default: the login");
  unblock.app->add_flag("--wide", unblock.options->is_wide, "let in all under .domain, or the client's network");
  unblock.app->add_flag("--yes", unblock.options->is_agreed,
                        "do it though the text tells of another client, sender or recipient than the verdict");
  unblock.app->add_flag("--dry-run", unblock.options->is_dry_run, "only say what would be done");
}

void AddAudit(CLI::App& app, Command& chosen) {
  const auto audit = Register(app, "audit", "print every change of the lists, and who made it", chosen, RunAudit);
  audit.app->add_option("--since", audit.options->since,
                        "only those since: a duration such as 7d, a date, a time, or yesterday");
  const auto lines = Register(*audit.app, "export", "print the changes as JSON lines", chosen, RunAuditExport);
  lines.app->add_option("--since", lines.options->since,
                        "only those since: a duration such as 7d, a date, a time, or yesterday");
  const auto undo = Register(*audit.app, "undo", "put back what a change of the lists changed", chosen, RunAuditUndo);
  undo.app->add_option("NUMBER", undo.options->number, "of the change, as audit prints it")
      ->check(CLI::Range(0, kMostCounted))
      ->required();
  undo.app->add_option("--comment", undo.options->comment, "why; else the command that is undone");
  undo.app->add_option("--by", undo.options->by, "name of the person; default: the login");
}

void AddSuggest(CLI::App& app, Command& chosen) {
  const auto suggest =
      Register(app, "suggest", "name clients turned away that behave like mail servers", chosen, RunSuggest);
  suggest.app->add_option("NAME", suggest.options->names, "let these in, as they are listed");
  suggest.app->add_option("--apply", suggest.options->apply, "let all in that have so many points or more")
      ->check(CLI::Range(0, kMostCounted));
  suggest.app->add_option("--since", suggest.options->since,
                          "look at verdicts since: a duration such as 2d, a date, a time, or yesterday");
  suggest.app->add_option("--limit", suggest.options->limit, "at most so many, the best")
      ->check(CLI::Range(0, kMostCounted))
      ->capture_default_str();
  suggest.app->add_option("--comment", suggest.options->comment, "why; else what was seen of them");
  suggest.app->add_option("--expires", suggest.options->expires, "for how long; default: never ends");
  suggest.app->add_option("--by", suggest.options->by, "name of the person; default: the login");
}

}  // namespace

void AddPeopleCommands(CLI::App& app, Command& chosen) {
  AddLists(app, chosen, rules::ListKind::kWhitelist, "manage the whitelist (always accepted)");
  AddLists(app, chosen, rules::ListKind::kBlocklist, "manage the blocklist (never accepted)");
  AddUnblock(app, chosen);
  AddSuggest(app, chosen);
  AddAudit(app, chosen);
}

}  // namespace policyd::ctl
