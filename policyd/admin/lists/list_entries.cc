#include "policyd/admin/lists/list_entries.h"

#include <algorithm>

#include "policyd/admin/option_values.h"
#include "policyd/runtime/processor_clock.h"
#include "rules/tables/pattern_cost.h"
#include "rules/tables/pattern_table.h"
#include "rules/tables/table_action.h"
#include "rules/values/as_written.h"

namespace policyd::admin {
namespace {

// What the sender reads is made as the text of a table's line is: with a status, in ASCII, within its length.
rules::Status CheckReply(rules::ListEntry& entry) {
  if (entry.reply.empty()) return rules::Done{};
  if (entry.list != rules::ListKind::kBlocklist) return rules::Error{"reply: expected none in the whitelist"};
  const bool waits = entry.action == rules::BlockAction::kDefer;
  entry.reply = rules::ParseTableAction((waits ? "DEFER " : "REJECT ") + entry.reply).text;
  return rules::Done{};
}

}  // namespace

rules::Result<rules::Target> ParseTarget(std::string_view text) {
  auto target = rules::Target::Parse(text);
  if (!target || target->kind != rules::Target::Kind::kPattern) return target;
  const std::string line = target->text + " REJECT";
  const auto table = rules::PatternTable::Parse("", line);
  const rules::Status pattern =
      table ? rules::CheckTableCost("", line, rules::PatternSyntax::kPcre, ProcessorNanoseconds) : table.error();
  if (pattern) return target;
  constexpr std::string_view kPlace = ":1: ";  // of a table's first line: there is none
  const std::string& message = pattern.error().message;
  return rules::Error{message.starts_with(kPlace) ? message.substr(kPlace.size()) : message};
}

Result<rules::ListEntry> MakeEntry(const Caller& caller, rules::ListKind list, const EntryOptions& options) {
  const auto expires = ParseExpiry(options.expires, caller.now);
  if (!expires) return Error{Error::Kind::kUsage, expires.error().message};
  const auto comment = CheckRemark("--comment", options.comment);
  if (!comment) return Error{Error::Kind::kUsage, comment.error().message};
  auto author = ParseAuthor(options.by, caller.login);
  if (!author) return Error{Error::Kind::kUsage, author.error().message};

  rules::ListEntry entry;
  entry.list = list;
  entry.if_confirmed = options.if_confirmed;
  entry.comment = options.comment;
  entry.author = std::move(*author);
  entry.created = caller.now;
  entry.expires = *expires;
  if (options.action.empty()) return entry;
  const auto action = rules::ParseBlockAction(options.action);
  if (!action)
    return Error{Error::Kind::kUsage,
                 "--action: expected defer, reject, discard or hold, got \"" + options.action + "\""};
  entry.action = *action;
  return entry;
}

Targets ParseTargets(const std::vector<std::string>& texts) {
  Targets result;
  for (const std::string& text : texts) {
    const auto target = ParseTarget(text);
    if (!target) {
      result.errors.push_back(target.error().message);
      continue;
    }
    const bool is_known = std::find(result.targets.begin(), result.targets.end(), *target) != result.targets.end();
    if (!is_known) result.targets.push_back(*target);
  }
  return result;
}

rules::Status CheckEntry(rules::ListEntry& entry) {
  const auto comment = CheckRemark("comment", entry.comment);
  if (!comment) return comment.error();
  const auto author = CheckRemark("author", entry.author);
  if (!author) return author.error();
  if (const auto reply = CheckReply(entry); !reply) return reply.error();
  if (entry.if_confirmed.empty()) return rules::Done{};

  if (!rules::IsSender(entry.target.kind)) {
    return rules::Error{"if-confirmed: expected a sender (user@domain or @domain) as target, got \"" +
                        entry.target.text + "\""};
  }
  const auto domain = rules::ReadHostName(entry.if_confirmed);
  if (!domain || domain->find('.') == std::string::npos) {
    return rules::Error{"if-confirmed: expected a domain such as example.com, got \"" + entry.if_confirmed + "\""};
  }
  entry.if_confirmed = *domain;
  return rules::Done{};
}

std::string Describe(const rules::ListEntry& entry, std::string (*print_time)(rules::TimePoint)) {
  std::string text = rules::Meaning(entry.target);
  if (entry.list == rules::ListKind::kBlocklist) text += std::string(": ") + rules::Name(entry.action);
  if (!entry.reply.empty()) text += " with \"" + entry.reply + "\"";
  if (!entry.if_confirmed.empty()) {
    text += ", if the client's confirmed name is " + entry.if_confirmed + " or below it";
  }
  const bool is_forgeable = entry.list == rules::ListKind::kWhitelist && entry.if_confirmed.empty();
  if (is_forgeable && rules::IsSender(entry.target.kind)) text += ", unless a block list names the client";
  if (entry.expires) text += ", until " + print_time(*entry.expires);
  return text;
}

}  // namespace policyd::admin
