#include "policyd/admin/lists/list_entries.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>

#include "policyd/admin/option_values.h"
#include "policyd/runtime/clock.h"
#include "rules/tables/pattern_cost.h"
#include "rules/tables/pattern_table.h"
#include "rules/tables/table_action.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"

namespace policyd::admin {
namespace {

Error BadValue(std::string_view input, std::string message) {
  return ErrorIn(input, std::move(message), Error::Kind::kBadInput);
}

// Makes the text for the sender as a line of a table would: with a status, in ASCII, within the allowed length.
Status CheckReply(rules::ListEntry& entry) {
  if (!entry.reply) return rules::Done{};
  if (entry.list != rules::ListKind::kBlocklist) return BadValue("reply", "expected none in the whitelist");
  const bool waits = entry.action == rules::BlockAction::kDefer;
  entry.reply = rules::ParseTableAction((waits ? "DEFER " : "REJECT ") + *entry.reply).text;
  return rules::Done{};
}

std::string ExpectedDomain(const std::string& got) {
  return "expected a domain such as example.com, got \"" + got + "\"";
}

// The text of a member; nothing where it is absent or null.
rules::Result<std::optional<std::string>> TextOf(const runtime::Json& object, std::string_view name) {
  const runtime::Json* member = object.Find(name);
  if (!member || std::holds_alternative<std::nullptr_t>(member->value())) return std::optional<std::string>();
  if (const auto* text = std::get_if<std::string>(&member->value())) return std::optional<std::string>(*text);
  return rules::Error{std::string(name) + ": expected a text, got " + member->Dump()};
}

rules::Result<std::optional<rules::TimePoint>> TimeOf(const runtime::Json& object, std::string_view name) {
  const auto text = TextOf(object, name);
  if (!text) return text.error();
  if (!*text) return std::optional<rules::TimePoint>();
  if (const auto time = ParseTime(**text)) return std::optional<rules::TimePoint>(time);
  return rules::Error{std::string(name) + ": expected a time such as 2026-11-21T08:30:00Z, got \"" + **text + "\""};
}

rules::Status ReadList(const runtime::Json& object, rules::ListEntry& entry) {
  const auto list = TextOf(object, "list");
  if (!list) return list.error();
  if (!*list || **list == rules::Name(entry.list)) return rules::Done{};
  return rules::Error{std::string("list: expected \"") + rules::Name(entry.list) + "\", got \"" + **list + "\""};
}

rules::Status ReadTarget(const runtime::Json& object, rules::ListEntry& entry) {
  const auto text = TextOf(object, "target");
  if (!text) return text.error();
  if (!*text) return rules::Error{"target: expected one, there is none"};
  const auto target = ParseTarget(**text);
  if (!target) return target.error();
  entry.target = *target;
  return rules::Done{};
}

rules::Status ReadAction(const runtime::Json& object, rules::ListEntry& entry) {
  const auto text = TextOf(object, "action");
  if (!text) return text.error();
  if (!*text) return rules::Done{};
  const auto action = rules::ParseBlockAction(**text);
  if (!action) return rules::Error{"action: expected defer, reject, discard or hold, got \"" + **text + "\""};
  entry.action = *action;
  return rules::Done{};
}

rules::Status ReadTexts(const runtime::Json& object, rules::ListEntry& entry) {
  for (const auto& [name, member] : {std::pair{"comment", &entry.comment}, std::pair{"author", &entry.author}}) {
    const auto text = TextOf(object, name);
    if (!text) return text.error();
    if (*text) *member = **text;
  }
  // Exports of old have an empty text where there is none.
  for (const auto& [name, member] :
       {std::pair{"if_confirmed", &entry.if_confirmed}, std::pair{"reply", &entry.reply}}) {
    const auto text = TextOf(object, name);
    if (!text) return text.error();
    if (*text && !(*text)->empty()) *member = **text;
  }
  return rules::Done{};
}

rules::Status ReadFlags(const runtime::Json& object, rules::ListEntry& entry) {
  const runtime::Json* member = object.Find("if_spf");
  if (!member || std::holds_alternative<std::nullptr_t>(member->value())) return rules::Done{};
  const bool* value = std::get_if<bool>(&member->value());
  if (!value) return rules::Error{"if_spf: expected true or false, got " + member->Dump()};
  entry.if_spf = *value;
  return rules::Done{};
}

rules::Status ReadTimes(const runtime::Json& object, rules::ListEntry& entry) {
  const auto created = TimeOf(object, "created");
  if (!created) return created.error();
  const auto expires = TimeOf(object, "expires");
  if (!expires) return expires.error();
  if (*created) entry.created = **created;
  if (object.Find("expires")) entry.expires = *expires;
  return rules::Done{};
}

}  // namespace

rules::Result<rules::Target> ParseTarget(std::string_view text) {
  auto target = rules::Target::Parse(text);
  if (!target || target->kind != rules::Target::Kind::kPattern) return target;
  const std::string line = target->text + " REJECT";
  const auto table = rules::PatternTable::Parse("", line);
  const rules::Status pattern =
      table ? rules::CheckTableCost("", line, rules::PatternSyntax::kPcre, runtime::ProcessorNanoseconds)
            : table.error();
  if (pattern) return target;
  constexpr std::string_view kPlace = ":1: ";  // of a table's first line: there is none
  const std::string& message = pattern.error().message;
  return rules::Error{message.starts_with(kPlace) ? message.substr(kPlace.size()) : message};
}

Result<rules::ListEntry> MakeEntry(const Caller& caller, rules::ListKind list, const EntryOptions& options) {
  const auto expires = ParseExpiry(options.expires, caller.now);
  if (!expires) return expires.error();
  const auto comment = CheckRemark("comment", options.comment);
  if (!comment) return comment.error();
  auto author = ParseAuthor(options.by, caller.login);
  if (!author) return author.error();

  rules::ListEntry entry;
  entry.list = list;
  if (options.if_confirmed && options.if_confirmed->empty()) return ErrorIn("if_confirmed", ExpectedDomain(""));
  entry.if_confirmed = options.if_confirmed;
  entry.if_spf = options.if_spf;
  entry.comment = options.comment;
  entry.author = std::move(*author);
  entry.created = caller.now;
  entry.expires = *expires;
  if (!options.action) return entry;
  const auto action = rules::ParseBlockAction(*options.action);
  if (!action) return ErrorIn("action", "expected defer, reject, discard or hold, got \"" + *options.action + "\"");
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

Status CheckEntry(rules::ListEntry& entry) {
  const auto comment = CheckRemark("comment", entry.comment);
  if (!comment) return comment.error();
  const auto author = CheckRemark("author", entry.author);
  if (!author) return author.error();
  if (const auto reply = CheckReply(entry); !reply) return reply.error();
  const bool has_condition = entry.if_confirmed || entry.if_spf;
  if (has_condition && !rules::IsSender(entry.target.kind)) {
    return BadValue(entry.if_spf ? "if_spf" : "if_confirmed",
                    "expected a sender (user@domain or @domain) as target, got \"" + entry.target.text + "\"");
  }
  if (!entry.if_confirmed) return rules::Done{};
  const auto domain = rules::ReadHostName(*entry.if_confirmed);
  if (!domain || domain->find('.') == std::string::npos) {
    return BadValue("if_confirmed", ExpectedDomain(*entry.if_confirmed));
  }
  entry.if_confirmed = *domain;
  return rules::Done{};
}

std::string Describe(const rules::ListEntry& entry, std::string (*print_time)(rules::TimePoint)) {
  std::string text = rules::Meaning(entry.target);
  if (entry.list == rules::ListKind::kBlocklist) text += std::string(": ") + rules::Name(entry.action);
  if (entry.reply) text += " with \"" + *entry.reply + "\"";
  if (entry.if_confirmed) text += ", if the client's confirmed name is " + *entry.if_confirmed + " or below it";
  if (entry.if_spf) text += ", if SPF lets the client send for the sender's domain";
  if (rules::IsForgeable(entry)) text += ", unless a block list names the client";
  if (entry.expires) text += ", until " + print_time(*entry.expires);
  return text;
}

runtime::Json EntryToJson(const rules::ListEntry& entry) {
  runtime::Json json = runtime::Json::Object();
  json.Add("list", rules::Name(entry.list)).Add("target", entry.target.text);
  if (entry.list == rules::ListKind::kBlocklist) {
    json.Add("action", rules::Name(entry.action));
    if (entry.reply) json.Add("reply", *entry.reply);
  }
  json.Add("if_confirmed", entry.if_confirmed ? runtime::Json(*entry.if_confirmed) : runtime::Json());
  if (entry.if_spf) json.Add("if_spf", true);
  json.Add("comment", entry.comment).Add("author", entry.author);
  json.Add("created", rules::PrintTime(entry.created));
  json.Add("expires", entry.expires ? runtime::Json(rules::PrintTime(*entry.expires)) : runtime::Json());
  return json;
}

rules::Error AsText(const Error& error) {
  return {error.input ? *error.input + ": " + error.message : error.message};
}

rules::Result<rules::ListEntry> KeptEntryFromJson(std::string_view line, const rules::ListEntry& defaults) {
  const auto object = runtime::Json::Parse(line);
  if (!object || !std::holds_alternative<std::vector<runtime::Json::Member>>(object->value())) {
    return rules::Error{"expected a JSON object"};
  }
  rules::ListEntry entry = defaults;
  for (const auto read : {ReadList, ReadTarget, ReadAction, ReadTexts, ReadFlags, ReadTimes}) {
    const auto status = read(*object, entry);
    if (!status) return status.error();
  }
  return entry;
}

rules::Result<rules::ListEntry> EntryFromJson(std::string_view line, const rules::ListEntry& defaults) {
  auto entry = KeptEntryFromJson(line, defaults);
  if (!entry) return entry;
  if (const auto valid = CheckEntry(*entry); !valid) return AsText(valid.error());
  return entry;
}

std::optional<rules::TimePoint> ParseTime(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kForm[i] == '0' ? !rules::IsDigit(text[i]) : text[i] != kForm[i]) return std::nullopt;
  }
  const auto number = [text](std::size_t at, std::size_t digits) {
    unsigned value = 0;
    std::from_chars(text.data() + at, text.data() + at + digits, value);
    return value;
  };
  const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(number(0, 4))),
                                        std::chrono::month(number(5, 2)), std::chrono::day(number(8, 2))};
  if (!day.ok() || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 59) return std::nullopt;
  return std::chrono::sys_days(day) + std::chrono::hours(number(11, 2)) + std::chrono::minutes(number(14, 2)) +
         std::chrono::seconds(number(17, 2));
}

}  // namespace policyd::admin
