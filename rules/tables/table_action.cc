// ACTION = VERB [ SP TEXT ]
// VERB   = "DUNNO" | "OK" | "REJECT" | "DEFER" | 4xx | 5xx | ...       in any case, access(5)
// TEXT   = [ DIGIT "." NUMBER "." NUMBER SP ] what the sender reads
#include "rules/tables/table_action.h"

#include <algorithm>
#include <initializer_list>

#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace rules {
namespace {

using Kind = TableAction::Kind;

constexpr std::size_t kMaxText = 140;  // with the reference behind it within the 200 of a reply

Kind KindOf(const std::string& verb, bool has_text) {
  if (verb == "reject") return Kind::kReject;
  if (verb == "defer" || verb == "defer_if_permit") return Kind::kDefer;
  if (verb == "hold") return Kind::kHold;
  if (verb == "discard") return Kind::kDiscard;
  if (verb == "ok" || verb == "relay" || verb == "permit") return Kind::kAccept;
  // Programs for address-based relay authorization write a bare number into the table.
  if (IsNumber(verb) && !has_text) return Kind::kAccept;
  if (IsNumber(verb) && verb.size() == 3 && verb[0] == '4') return Kind::kDefer;
  if (IsNumber(verb) && verb.size() == 3 && verb[0] == '5') return Kind::kReject;
  return Kind::kNextTable;
}

// "5.7.1", "4.2.0" (RFC 3463).
bool IsStatus(std::string_view word) {
  const std::size_t first = word.find('.');
  const std::size_t second = first == std::string_view::npos ? first : word.find('.', first + 1);
  if (second == std::string_view::npos) return false;
  const auto is_part = [](std::string_view part) { return IsNumber(part) && part.size() <= 3; };
  return (word.substr(0, first) == "4" || word.substr(0, first) == "5") &&
         is_part(word.substr(first + 1, second - first - 1)) && is_part(word.substr(second + 1));
}

// One line of printable ASCII with a status whose first digit follows the action.
std::string ReplyText(Kind kind, std::string_view text) {
  const char digit = kind == Kind::kDefer ? '4' : '5';
  std::string status = "5.7.1";
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  if (IsStatus(word)) {
    status = word;
    text = WithoutBlanksBefore(text.substr(word.size()));
  }
  status[0] = digit;
  std::string reply = status + ' ' + std::string(text.empty() ? std::string_view("Access denied") : text);
  reply.resize(std::min(reply.size(), kMaxText));
  for (char& c : reply) {
    if (c < ' ' || c > '~') c = '?';
    if (c == '{') c = '(';
    if (c == '}') c = ')';
  }
  return reply;
}

bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

bool IsRestriction(std::string_view verb) {
  return verb.starts_with("permit_") || verb.starts_with("reject_") || verb.starts_with("defer_unauth") ||
         verb.starts_with("check_") || verb.starts_with("warn_if_");
}

}  // namespace

TableAction ParseTableAction(std::string_view action) {
  const std::string_view verb = action.substr(0, action.find_first_of(" \t"));
  const std::string_view text = WithoutBlanksBefore(action.substr(verb.size()));
  TableAction parsed{.kind = KindOf(LowerAscii(verb), !text.empty()), .text = {}};
  if (parsed.turns_away()) parsed.text = ReplyText(parsed.kind, text);
  return parsed;
}

std::string WhyWithoutEffect(std::string_view action, bool decides) {
  const std::string_view written = action.substr(0, action.find_first_of(" \t"));
  const std::string verb = LowerAscii(written);
  const std::string shown(written.substr(0, 40));
  const Kind kind = ParseTableAction(action).kind;
  if (kind == Kind::kHold || kind == Kind::kDiscard) {
    return decides ? "" : shown + " counts no points: it is carried out where result = \"action\"";
  }
  if (kind != Kind::kNextTable || verb == "dunno") return {};
  if (verb.empty()) return "there is no action";
  if (IsOneOf(verb, {"prepend", "warn", "info", "filter", "redirect", "bcc", "defer_if_reject", "hangup", "sleep"})) {
    return shown + " is carried out by Postfix's own tables only";
  }
  if (IsNumber(verb)) return shown + " with text behind it is no action of access(5)";
  if (IsRestriction(verb)) return shown + " is a restriction of Postfix: only Postfix's own tables carry it out";
  return shown + " is no action of access(5); a restriction class of Postfix is not known here";
}

}  // namespace rules
