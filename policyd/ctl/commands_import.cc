#include <map>
#include <string>

#include "policyd/ctl/command_line.h"
#include "policyd/ctl/commands_import.h"

namespace policyd::ctl {
namespace {

using Import = Registered<ImportOptions>;

Import AddFormat(CLI::App& group, Command& chosen, ImportFormat format, const char* name, const char* description) {
  Import import = Register(group, name, description, chosen, RunImport);
  import.options->format = format;
  import.app->add_option("FILE", import.options->files, "files; - for standard input")->required();
  import.app->add_flag("--dry-run", import.options->is_dry_run, "say what would be taken, change nothing");
  import.app->add_option("--by", import.options->by, "name of the person; default: the login");
  return import;
}

Import AddListFormat(CLI::App& group, Command& chosen, ImportFormat format, const char* name, const char* description) {
  Import import = AddFormat(group, chosen, format, name, description);
  import.app->add_option("--comment", import.options->entry.comment, "why; shown wherever an entry is");
  import.app->add_option("--expires", import.options->entry.expires,
                         "for how long they hold, such as 30d; default: never end");
  return import;
}

}  // namespace

void AddImportCommands(CLI::App& app, Command& chosen) {
  CLI::App& group = Group(app, "import", "take over what another program remembers or lists");
  const Import postgrey = AddFormat(group, chosen, ImportFormat::kPostgrey, "postgrey",
                                    "triplets and clients: postgrey's folder, its Berkeley DB files, "
                                    "or what db5.3_dump prints of them");
  postgrey.app->add_option("--delay", postgrey.options->delay, "postgrey's own --delay; else its default, 5m");
  AddFormat(group, chosen, ImportFormat::kSqlgrey, "sqlgrey", "triplets and clients: an SQLite file or an SQL dump");
  AddFormat(group, chosen, ImportFormat::kMilterGreylist, "milter-greylist", "triplets: greylist.db");
  AddListFormat(group, chosen, ImportFormat::kPostgreyClients, "postgrey-clients",
                "postgrey's whitelist_clients, into the whitelist");
  AddListFormat(group, chosen, ImportFormat::kPostgreyRecipients, "postgrey-recipients",
                "postgrey's whitelist_recipients, into the whitelist");
  const Import access = AddListFormat(group, chosen, ImportFormat::kAccess, "access",
                                      "the text of a Postfix access(5) table, by its actions");
  const std::map<std::string, admin::AccessSubject> subjects = {{"client", admin::AccessSubject::kClient},
                                                                {"sender", admin::AccessSubject::kSender},
                                                                {"recipient", admin::AccessSubject::kRecipient}};
  access.app->add_option("--for", access.options->subject, "what the table is asked with: client, sender or recipient")
      ->transform(CLI::CheckedTransformer(subjects))
      ->type_name("WHAT");
  const Import cidr =
      AddListFormat(group, chosen, ImportFormat::kCidr, "cidr", "a Postfix cidr_table(5), by its actions");
  const Import patterns = AddListFormat(group, chosen, ImportFormat::kPatterns, "regexp",
                                        "a Postfix regexp: or pcre: table of client names, by its actions");
  for (const Import* table : {&access, &cidr, &patterns}) {
    table->app->add_flag("--strict", table->options->is_strict, "take nothing of a file with a line that is none");
  }
  const auto postscreen =
      Register(group, "postscreen", "print the block lists of postscreen's main.cf as [dnsbl] in TOML", chosen,
               RunImportPostscreen);
  postscreen.app->add_option("FILE", postscreen.options->file, "main.cf, or what postconf prints; - for standard input")
      ->required();
  const Import plain = AddListFormat(group, chosen, ImportFormat::kPlain, "list",
                                     "lines TARGET [# comment], or what whitelist export and "
                                     "blocklist export print");
  const std::map<std::string, rules::ListKind> lists = {{"whitelist", rules::ListKind::kWhitelist},
                                                        {"blocklist", rules::ListKind::kBlocklist}};
  plain.app
      ->add_option("--into", plain.options->list, "whitelist or blocklist, for lines that do not say; else whitelist")
      ->transform(CLI::CheckedTransformer(lists))
      ->type_name("LIST");
}

}  // namespace policyd::ctl
