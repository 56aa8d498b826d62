#include "policyd/ctl/commands_import.h"
#include "policyd/ctl/command_line.h"

namespace policyd::ctl {
namespace {

using Import = Registered<ImportOptions>;

Import AddFormat(Syntax group, ImportFormat format, const char* name, const char* description) {
  Import import = Register(group, name, description, RunImport);
  import.options->format = format;
  import.syntax.Add("FILE", import.options->files, "files; - for standard input").Required();
  import.syntax.AddFlag("--dry-run", import.options->is_dry_run, "say what would be taken, change nothing");
  import.syntax.Add("--by", import.options->by, "name of the person; default: the login");
  return import;
}

Import AddListFormat(Syntax group, ImportFormat format, const char* name, const char* description) {
  Import import = AddFormat(group, format, name, description);
  import.syntax.Add("--comment", import.options->entry.comment, "why; shown wherever an entry is");
  import.syntax.Add("--expires", import.options->entry.expires,
                    "for how long they hold, such as 30d; default: never end");
  return import;
}

}  // namespace

void AddImportCommands(Syntax program) {
  Syntax group = program.AddGroup("import", "take over what another program remembers or lists");
  const Import postgrey = AddFormat(group, ImportFormat::kPostgrey, "postgrey",
                                    "triplets and clients: postgrey's folder, its Berkeley DB files, "
                                    "or what db5.3_dump prints of them");
  postgrey.syntax.Add("--delay", postgrey.options->delay, "postgrey's own --delay; else its default, 5m");
  AddFormat(group, ImportFormat::kSqlgrey, "sqlgrey", "triplets and clients: an SQLite file or an SQL dump");
  AddFormat(group, ImportFormat::kMilterGreylist, "milter-greylist", "triplets: greylist.db");
  AddListFormat(group, ImportFormat::kPostgreyClients, "postgrey-clients",
                "postgrey's whitelist_clients, into the whitelist");
  AddListFormat(group, ImportFormat::kPostgreyRecipients, "postgrey-recipients",
                "postgrey's whitelist_recipients, into the whitelist");
  const Import access =
      AddListFormat(group, ImportFormat::kAccess, "access", "the text of a Postfix access(5) table, by its actions");
  access.syntax.AddChoice("--for", access.options->subject,
                          {{"client", admin::AccessSubject::kClient},
                           {"sender", admin::AccessSubject::kSender},
                           {"recipient", admin::AccessSubject::kRecipient}},
                          "WHAT", "what the table is asked with: client, sender or recipient");
  const Import cidr = AddListFormat(group, ImportFormat::kCidr, "cidr", "a Postfix cidr_table(5), by its actions");
  const Import patterns = AddListFormat(group, ImportFormat::kPatterns, "regexp",
                                        "a Postfix regexp: or pcre: table of client names, by its actions");
  for (const Import* table : {&access, &cidr, &patterns}) {
    table->syntax.AddFlag("--strict", table->options->is_strict, "take nothing of a file with a line that is none");
  }
  const auto postscreen = Register(
      group, "postscreen", "print the block lists of postscreen's main.cf as [dnsbl] in TOML", RunImportPostscreen);
  postscreen.syntax.Add("FILE", postscreen.options->file, "main.cf, or what postconf prints; - for standard input")
      .Required();
  const Import plain = AddListFormat(group, ImportFormat::kPlain, "list",
                                     "lines TARGET [# comment], or what whitelist export and "
                                     "blocklist export print");
  plain.syntax.AddChoice("--into", plain.options->list,
                         {{"whitelist", rules::ListKind::kWhitelist}, {"blocklist", rules::ListKind::kBlocklist}},
                         "LIST", "whitelist or blocklist, for lines that do not say; else whitelist");
}

}  // namespace policyd::ctl
