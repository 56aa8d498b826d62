// Postfix's tables as text: access(5), cidr_table(5), regexp_table(5) and
// pcre_table(5).
//
//   LINE   = PATTERN blanks ACTION       a line that begins with a blank
//   continues the one before; # begins a comment ACTION = OK, RELAY, PERMIT or
//   a number -> whitelist
//            REJECT or 5xx TEXT -> blocklist, reject          DEFER... or 4xx
//            TEXT -> blocklist, defer DISCARD, HOLD -> blocklist all others
//            have no counterpart
#include <algorithm>
#include <cctype>
#include <optional>

#include "policyd/ctl/columns.h"
#include "policyd/ctl/import_entries.h"
#include "policyd/ctl/lines.h"
#include "policyd/ctl/list_entries.h"
#include "rules/dns_name.h"

namespace policyd::ctl {
namespace {

constexpr std::string_view kBlanks = " \t\r";

bool IsBlank(char c) {
  return kBlanks.find(c) != std::string_view::npos;
}

bool IsNumber(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

struct Row {
  std::size_t line = 0;
  std::string text;
};

std::vector<Row> Rows(std::string_view text) {
  std::vector<Row> rows;
  std::size_t number = 0;
  for (const std::string_view line : SplitLines(text)) {
    ++number;
    const std::size_t first = line.find_first_not_of(kBlanks);
    if (first == std::string_view::npos || line[first] == '#') continue;
    if (first > 0 && !rows.empty()) {
      rows.back().text.append(" ").append(line.substr(first));
    } else {
      rows.push_back({number, std::string(line.substr(first))});
    }
  }
  return rows;
}

std::pair<std::string_view, std::string_view> SplitAt(std::string_view text, std::size_t end) {
  std::string_view rest = text.substr(std::min(end, text.size()));
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  while (!rest.empty() && IsBlank(rest.back())) rest.remove_suffix(1);
  return {text.substr(0, end), rest};
}

// What the right-hand side makes of the entry; an error where our lists cannot
// say it.
rules::Status SetAction(std::string_view action, rules::ListEntry& entry) {
  const auto [verb, rest] = SplitAt(action, action.find_first_of(kBlanks));
  const std::string name = rules::LowerAscii(verb);
  const bool is_code = name.size() == 3 && IsNumber(name) && !rest.empty();
  const bool lets_in = name == "ok" || name == "relay" || name == "permit" || (IsNumber(name) && !is_code);
  entry.list = lets_in ? rules::ListKind::kWhitelist : rules::ListKind::kBlocklist;
  if (lets_in) return rules::Done{};
  if (name == "reject" || (is_code && name[0] == '5')) {
    entry.action = rules::BlockAction::kReject;
  } else if (name.starts_with("defer") || (is_code && name[0] == '4')) {
    entry.action = rules::BlockAction::kDefer;
  } else if (name == "discard") {
    entry.action = rules::BlockAction::kDiscard;
  } else if (name == "hold") {
    entry.action = rules::BlockAction::kHold;
  } else {
    return rules::Error{"the action " + Shown(verb) + " has no counterpart"};
  }
  return rules::Done{};
}

// "192.168", "192.168.1": the networks that access(5) means by the first
// numbers of an address.
std::optional<std::string> PartialNetwork(std::string_view text) {
  while (text.ends_with('.')) text.remove_suffix(1);
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  const auto numbers = 1 + std::count(text.begin(), text.end(), '.');
  if (text.empty() || numbers > 3) return std::nullopt;
  std::string network(text);
  for (auto i = numbers; i < 4; ++i) network += ".0";
  return network + "/" + std::to_string(8 * numbers);
}

rules::Result<rules::Target> ClientTarget(std::string_view pattern) {
  if (const auto network = PartialNetwork(pattern)) return ParseTarget(*network);
  // "2001:db8" means all below it: 16 bits a group.
  const auto groups = 1 + std::count(pattern.begin(), pattern.end(), ':');
  const bool is_partial_v6 = groups > 1 && groups < 8 && pattern.find("::") == std::string_view::npos;
  if (is_partial_v6) return ParseTarget(std::string(pattern) + "::/" + std::to_string(16 * groups));
  if (pattern.find(':') != std::string_view::npos || rules::IpAddress::Parse(pattern)) return ParseTarget(pattern);
  return ParseTarget(std::string(pattern.starts_with('.') ? "" : ".").append(pattern));
}

rules::Result<rules::Target> MailTarget(std::string_view pattern, std::string_view prefix) {
  const bool has_user = pattern.find('@') != std::string_view::npos;
  return ParseTarget(std::string(prefix) + (has_user ? "" : "@") + std::string(pattern));
}

// Why a pattern that is right cannot be taken; empty where it can.
std::string WhyNot(std::string_view pattern, AccessSubject subject) {
  if (pattern == "<>") return "the null sender has no entry: bounces are judged by their client";
  if (pattern.ends_with('@')) return "expected a domain behind " + Shown(pattern);
  const bool is_mail = pattern.find('@') != std::string_view::npos;
  if (subject == AccessSubject::kClient && is_mail)
    return "it is a mail address: import it with --for sender or recipient";
  if (subject == AccessSubject::kClient && pattern.find('/') != std::string_view::npos) {
    return "Postfix knows no CIDR in such a table: import a table of networks with cidr";
  }
  if (subject == AccessSubject::kClient && rules::LowerAscii(pattern) == "unknown") {
    return "clients without a confirmed name are judged by their points "
           "(points.no_ptr and others)";
  }
  if (subject != AccessSubject::kClient && pattern.starts_with('.')) return "subdomains of a mail domain have no entry";
  return {};
}

rules::Result<rules::Target> TargetOf(std::string_view pattern, AccessSubject subject) {
  switch (subject) {
    case AccessSubject::kClient:
      return ClientTarget(pattern);
    case AccessSubject::kSender:
      return MailTarget(pattern, "");
    case AccessSubject::kRecipient:
      return MailTarget(pattern, "rcpt:");
  }
  return ClientTarget(pattern);
}

void TakeRow(std::size_t line, const rules::Result<rules::Target>& target, std::string_view action,
             ImportedEntries& result) {
  if (!target) return result.Refuse(line, target.error().message);
  if (action.empty()) return result.Refuse(line, "expected an action behind the pattern, got none");
  rules::ListEntry entry = result.defaults();
  entry.target = *target;
  if (const auto set = SetAction(action, entry); !set) return result.Skip(line, set.error().message);
  result.Take(line, std::move(entry));
}

// "if", "endif" and what stands between them, and negated patterns: our lists
// have no conditions.
class Conditions {
 public:
  bool Holds(const Row& row, ImportedEntries& result) {
    const std::string word = rules::LowerAscii(SplitAt(row.text, row.text.find_first_of(kBlanks)).first);
    const bool ends = word == "endif";
    if (word == "if") ++depth_;
    if (ends && depth_ == 0) {
      result.Refuse(row.line, "endif without if");
      return true;
    }
    const bool holds = depth_ > 0 || row.text.starts_with('!');
    if (ends) --depth_;
    if (holds) result.Skip(row.line, "a condition or a negated pattern has no counterpart");
    return holds;
  }

 private:
  int depth_ = 0;
};

// Where the pattern that begins at the first character ends, or nothing.
std::optional<std::size_t> EndOfPattern(std::string_view text) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == text.front()) {
      return at;
    }
  }
  return std::nullopt;
}

}  // namespace

void ReadAccessTable(std::string_view text, AccessSubject subject, ImportedEntries& result) {
  for (const Row& row : Rows(text)) {
    const auto [pattern, action] = SplitAt(row.text, row.text.find_first_of(kBlanks));
    if (const std::string reason = WhyNot(pattern, subject); !reason.empty()) {
      result.Skip(row.line, reason);
    } else {
      TakeRow(row.line, TargetOf(pattern, subject), action, result);
    }
  }
}

void ReadCidrTable(std::string_view text, ImportedEntries& result) {
  Conditions conditions;
  std::vector<std::pair<rules::Network, std::size_t>> before;
  for (const Row& row : Rows(text)) {
    if (conditions.Holds(row, result)) continue;
    const auto [pattern, action] = SplitAt(row.text, row.text.find_first_of(kBlanks));
    const auto network = rules::Network::Parse(pattern);
    if (!network) {
      result.Refuse(row.line, network.error().message);
      continue;
    }
    // The first line that holds the address decides in Postfix, the narrowest
    // entry here.
    const auto wider = std::find_if(before.begin(), before.end(), [&network = *network](const auto& earlier) {
      return earlier.first.prefix() < network.prefix() && earlier.first.Contains(network.base());
    });
    if (wider != before.end()) {
      result.Skip(row.line, "line " + std::to_string(wider->second) + " decides about it");
      continue;
    }
    before.emplace_back(*network, row.line);
    TakeRow(row.line, ParseTarget(pattern), action, result);
  }
}

void ReadPatternTable(std::string_view text, ImportedEntries& result) {
  Conditions conditions;
  for (const Row& row : Rows(text)) {
    if (conditions.Holds(row, result)) continue;
    const auto end = EndOfPattern(row.text);
    if (!end || std::isalnum(static_cast<unsigned char>(row.text.front())) != 0) {
      result.Refuse(row.line, "expected /PATTERN/ ACTION, got \"" + Shown(row.text) + "\"");
      continue;
    }
    const std::string pattern = row.text.substr(1, *end - 1);
    const auto [flags, action] = SplitAt(std::string_view(row.text).substr(*end + 1),
                                         std::string_view(row.text).substr(*end + 1).find_first_of(kBlanks));
    // A confirmed name is lower case and one line: these two flags say nothing
    // about it.
    if (flags.find_first_not_of("im") != std::string_view::npos) {
      result.Skip(row.line, "the flags " + Shown(flags) + " have no counterpart");
    } else if (pattern == "^unknown$" || pattern == "unknown") {
      result.Skip(row.line, WhyNot("unknown", AccessSubject::kClient));
    } else if (const auto target = ParseTarget("/" + pattern + "/"); !target) {
      result.Skip(row.line, target.error().message);
    } else {
      TakeRow(row.line, target, action, result);
    }
  }
}

}  // namespace policyd::ctl
