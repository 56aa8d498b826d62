// The commands that show and change what people decided.
#include "policyd/ctl/commands_people.h"
#include "policyd/ctl/command_line.h"

namespace policyd::ctl {
namespace {

void AddEntryOptions(Syntax syntax, admin::EntryOptions& options, rules::ListKind list) {
  syntax.Add("--comment", options.comment, "why; shown wherever the entry is");
  syntax.Add("--expires", options.expires, "for how long it holds, such as 30d; default: never ends");
  syntax.Add("--by", options.by, "name of the person; default: the login");
  syntax.Add("--if-confirmed", options.if_confirmed,
             "sender targets: only from clients whose confirmed name is under this domain");
  syntax.AddFlag("--if-spf", options.if_spf,
                 "sender targets: only where SPF lets the client send for the sender's domain; cannot be forged");
  if (list == rules::ListKind::kBlocklist) {
    syntax.Add("--action", options.action,
               "defer, reject, hold or discard; else reject. Postfix holds or discards the whole message, for all "
               "its recipients");
  }
}

constexpr const char* kTargets =
    "IP, CIDR, host.name (that forward-confirmed reverse DNS name only), .domain (it and all below), /regexp/ (matched "
    "against that name), user@domain, @domain or @.domain (sender; @.domain: it and all below), rcpt:user@domain, "
    "rcpt:@domain, rcpt:@.domain";

void AddLists(Syntax program, rules::ListKind list, const char* description) {
  Syntax group = program.AddGroup(rules::Name(list), description);
  const auto add = Register(group, "add", "add entries, or replace them", RunListAdd);
  add.options->list = list;
  add.syntax.Add("TARGET", add.options->targets, kTargets).Required();
  AddEntryOptions(add.syntax, add.options->entry, list);

  const auto remove = Register(group, "remove", "remove entries", RunListRemove);
  remove.options->list = list;
  remove.syntax.Add("TARGET", remove.options->targets, "as they are listed").Required();
  remove.syntax.Add("--comment", remove.options->comment, "why; for the audit");
  remove.syntax.Add("--by", remove.options->by, "name of the person; default: the login");

  const auto print = Register(group, "list", "print the entries", RunListPrint);
  print.options->list = list;
  print.syntax.Add("--match", print.options->match, "only those with this text in target, comment or author");

  print.syntax.Add("--unused", print.options->unused, "only those without a hit within, such as 90d");

  const auto show = Register(group, "show", "print one entry with all that is known of it", RunListShow);
  show.options->list = list;
  show.syntax.Add("TARGET", show.options->target, "as it is listed").Required();

  const auto import = Register(group, "import", "add all entries of a file, or none", RunListImport);
  import.options->list = list;
  import.syntax.Add("FILE", import.options->file, "lines TARGET [# comment], or an export; - for standard input")
      .Required();
  AddEntryOptions(import.syntax, import.options->entry, list);

  const auto export_entries = Register(group, "export", "print the entries as JSON lines", RunListExport);
  export_entries.options->list = list;
}

void AddUnblock(Syntax program) {
  const auto unblock = Register(program, "unblock", "let a sender in that was turned away by mistake", RunUnblock);
  unblock.syntax
      .Add("SUBJECT", unblock.options->subject,
           "a reference; the client's address or name; the sender's or recipient's address or domain; a file, or - "
           "for standard input, with the bounce or a line of the mail log, or its text in quotes. Where verdicts on "
           "several mails fit, or only a sender that anybody can claim, they are listed and nothing is changed")
      .Required();
  unblock.syntax.Add("--comment", unblock.options->comment, "why; else the reference");
  unblock.syntax.Add(
      "--expires", unblock.options->expires,
      "how long; default: 90d for an address and for the name of a dynamic line, never for any other name");
  unblock.syntax.Add("--by", unblock.options->by, "name of the person; default: the login");
  unblock.syntax.AddFlag("--wide", unblock.options->is_wide, "let in all under .domain, or the client's network");
  unblock.syntax.AddFlag("--yes", unblock.options->is_agreed,
                         "do it though the text tells of another client, sender or recipient than the verdict");
  unblock.syntax.AddFlag("--dry-run", unblock.options->is_dry_run, "only say what would be done");
}

void AddRequests(Syntax program) {
  constexpr const char* kId = "the reference that requests list prints";
  constexpr const char* kBy = "name of the person; default: the login";
  Syntax group = program.AddGroup("requests", "decide about senders who ask to be let in");
  const auto list = Register(group, "list", "print the requests that wait", RunRequestList);
  list.syntax.AddFlag("--all", list.options->is_all, "those that were decided, too");

  const auto allow = Register(group, "allow", "let a sender in that asked for it, as unblock does", RunRequestAllow);
  allow.syntax.Add("ID", allow.options->id, kId).Required();
  allow.syntax.Add("--comment", allow.options->comment, "why; else the request");
  allow.syntax.Add("--expires", allow.options->expires, "how long; default: 90d");
  allow.syntax.Add("--by", allow.options->by, kBy);
  allow.syntax.AddFlag("--dry-run", allow.options->is_dry_run, "only say what would be done");

  const auto refuse = Register(group, "refuse", "refuse a request; the same mail cannot ask again", RunRequestRefuse);
  refuse.syntax.Add("ID", refuse.options->id, kId).Required();
  refuse.syntax.Add("--comment", refuse.options->comment, "why; for the audit");
  refuse.syntax.Add("--by", refuse.options->by, kBy);
}

void AddAudit(Syntax program) {
  const auto audit = Register(program, "audit", "print every change of the lists, and who made it", RunAudit);
  audit.syntax.Add("--since", audit.options->since,
                   "only those since: a duration such as 7d, a date, a time, or yesterday");
  const auto lines = Register(audit.syntax, "export", "print the changes as JSON lines", RunAuditExport);
  lines.syntax.Add("--since", lines.options->since,
                   "only those since: a duration such as 7d, a date, a time, or yesterday");
  const auto undo = Register(audit.syntax, "undo", "put back what a change of the lists changed", RunAuditUndo);
  undo.syntax.Add("NUMBER", undo.options->number, "of the change, as audit prints it")
      .Between(0, kMostCounted)
      .Required();
  undo.syntax.Add("--comment", undo.options->comment, "why; else the command that is undone");
  undo.syntax.Add("--by", undo.options->by, "name of the person; default: the login");
}

void AddSuggest(Syntax program) {
  const auto suggest =
      Register(program, "suggest", "name clients turned away that behave like mail servers", RunSuggest);
  suggest.syntax.Add("NAME", suggest.options->names, "let these in, as they are listed");
  suggest.syntax.Add("--apply", suggest.options->apply, "let all in that have so many points or more")
      .Between(0, kMostCounted);
  suggest.syntax.Add("--since", suggest.options->since,
                     "look at verdicts since: a duration such as 2d, a date, a time, or yesterday");
  suggest.syntax.Add("--limit", suggest.options->limit, "at most so many, the best")
      .Between(0, kMostCounted)
      .ShowsDefault();
  suggest.syntax.Add("--comment", suggest.options->comment, "why; else what was seen of them");
  suggest.syntax.Add("--expires", suggest.options->expires, "for how long; default: never ends");
  suggest.syntax.Add("--by", suggest.options->by, "name of the person; default: the login");
}

}  // namespace

void AddPeopleCommands(Syntax program) {
  AddLists(program, rules::ListKind::kWhitelist, "manage the whitelist (always accepted)");
  AddLists(program, rules::ListKind::kBlocklist, "manage the blocklist (never accepted)");
  AddUnblock(program);
  AddRequests(program);
  AddSuggest(program);
  AddAudit(program);
}

}  // namespace policyd::ctl
