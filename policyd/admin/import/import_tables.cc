// Postfix's tables as text: access(5), cidr_table(5), regexp_table(5) and pcre_table(5).  Actions become entries so:
//
// clang-format off
//   OK, RELAY, PERMIT, a number           whitelist
//   REJECT, 5xx TEXT                      blocklist, reject
//   DEFER, DEFER_IF_PERMIT, 4xx TEXT      blocklist, defer
//   DISCARD, HOLD                         blocklist
//   all others                            have no counterpart
// clang-format on
#include <algorithm>
#include <map>
#include <optional>

#include "policyd/admin/import/import_entries.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/runtime/shown.h"
#include "rules/tables/pattern_rules.h"
#include "rules/tables/table_action.h"
#include "rules/tables/table_lines.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

using rules::TableAction;

// Sets the list and the action of an entry by the right-hand side; an error if our lists have no such entry.
rules::Status SetAction(std::string_view action, rules::ListEntry& entry) {
  const TableAction parsed = rules::ParseTableAction(action);
  entry.list = rules::ListKind::kBlocklist;
  switch (parsed.kind) {
    case TableAction::Kind::kAccept:
      entry.list = rules::ListKind::kWhitelist;
      return rules::Done{};
    case TableAction::Kind::kDefer:
      entry.action = rules::BlockAction::kDefer;
      break;
    case TableAction::Kind::kReject:
      entry.action = rules::BlockAction::kReject;
      break;
    case TableAction::Kind::kHold:
      entry.action = rules::BlockAction::kHold;
      break;
    case TableAction::Kind::kDiscard:
      entry.action = rules::BlockAction::kDiscard;
      break;
    case TableAction::Kind::kNextTable: {
      const std::string why = rules::WhyWithoutEffect(action, true);
      const std::string verb(rules::SplitTableRow(action).pattern);
      return rules::Error{why.empty() ? "the action " + runtime::Shown(verb) + " has no counterpart" : why};
    }
  }
  const bool has_text = !rules::SplitTableRow(action).action.empty();
  if (parsed.turns_away() && has_text) entry.reply = parsed.text;
  return rules::Done{};
}

void SkipOrphans(const rules::TableText& table, ImportedEntries& result) {
  for (const int line : table.orphans) {
    result.Skip(static_cast<std::size_t>(line), "it begins with a blank and continues no line: Postfix leaves it out");
  }
}

// "192.168", "192.168.1": the networks that access(5) means by the first numbers of an address.
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
  if (pattern.find(':') != std::string_view::npos || rules::ReadAddress(pattern)) return ParseTarget(pattern);
  return ParseTarget(std::string(pattern.starts_with('.') ? "" : ".").append(pattern));
}

rules::Result<rules::Target> MailTarget(std::string_view pattern, std::string_view prefix) {
  const bool has_user = pattern.find('@') != std::string_view::npos;
  return ParseTarget(std::string(prefix) + (has_user ? "" : "@") + std::string(pattern));
}

// Says why a correct pattern cannot be taken; empty if it can.
std::string WhyNot(std::string_view pattern, AccessSubject subject) {
  if (pattern.starts_with('/')) return "it is an expression: import a table of expressions with regexp";
  if (pattern == "<>") return "the null sender has no entry: bounces are judged by their client";
  if (subject != AccessSubject::kClient && pattern.starts_with('@')) {
    return "Postfix does not look for it: its key is the domain without @";
  }
  if (pattern.ends_with('@')) return "expected a domain behind " + runtime::Shown(pattern);
  const bool is_mail = pattern.find('@') != std::string_view::npos;
  if (subject == AccessSubject::kClient && is_mail)
    return "it is a mail address: import it with --for sender or recipient";
  if (subject == AccessSubject::kClient && pattern.find('/') != std::string_view::npos) {
    return "Postfix knows no CIDR in such a table: import a table of networks with cidr";
  }
  if (subject == AccessSubject::kClient && rules::LowerAscii(pattern) == "unknown") {
    return std::string(kUnknownHasNoEntry);
  }
  if (subject != AccessSubject::kClient && pattern.starts_with('.'))
    return "a mail domain's subdomains alone have no entry; @.domain is for it and all below";
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

bool TakeRow(std::size_t line, const rules::Result<rules::Target>& target, std::string_view action,
             ImportedEntries& result) {
  rules::ListEntry entry = result.defaults();
  if (!target) {
    result.Refuse(line, target.error().message);
  } else if (action.empty()) {
    result.Refuse(line, "expected an action behind the pattern, got none");
  } else if (const auto set = SetAction(action, entry); !set) {
    result.Skip(line, set.error().message);
  } else {
    entry.target = *target;
    return result.Take(line, std::move(entry));
  }
  return false;
}

// "if", "endif" and what stands between them, and negated patterns: our lists have no conditions.
class Conditions {
 public:
  bool Holds(const rules::TableLine& line, ImportedEntries& result) {
    const auto number = static_cast<std::size_t>(line.number);
    const std::string word = rules::LowerAscii(rules::SplitTableRow(line.text).pattern);
    const bool ends = word == "endif";
    if (word == "if") ++depth_;
    if (ends && depth_ == 0) {
      result.Refuse(number, "endif without if");
      return true;
    }
    const bool holds = depth_ > 0 || line.text.starts_with('!');
    if (ends) --depth_;
    if (holds) result.Skip(number, "a condition or a negated pattern has no counterpart");
    return holds;
  }

 private:
  int depth_ = 0;
};

// Says how the meanings of a key differ in access(5) and here, if they do.
void RemarkOnKey(std::size_t line, std::string_view pattern, AccessSubject subject, ImportedEntries& result) {
  const bool is_mail_domain = subject != AccessSubject::kClient && pattern.find('@') == std::string_view::npos;
  if (is_mail_domain) {
    result.Remark(
        line,
        "taken for the domain alone: Postfix holds it for its subdomains, too, unless "
        "parent_domain_matches_subdomains is without smtpd_access_maps; for those add @.domain (rcpt:@.domain)");
  }
  if (subject == AccessSubject::kClient && pattern.starts_with('.')) {
    result.Remark(line,
                  "taken for the domain and all below it: Postfix looks for a key with a dot in front only where "
                  "parent_domain_matches_subdomains is without smtpd_access_maps, and then for what is below it");
  }
}

// Expressions are matched with a name in lower case on one line: the flags "m" and "s" make no difference, "A" can be
// written otherwise.
rules::Result<rules::Target> PatternTarget(const rules::PatternRule& rule) {
  const bool wants_capitals =
      !rule.ignores_case && std::ranges::any_of(rule.pattern, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (wants_capitals) {
    return rules::Error{"it distinguishes upper and lower case: here names are compared in lower case"};
  }
  return ParseTarget("/" + (rule.is_anchored ? "^(?:" + rule.pattern + ")" : rule.pattern) + "/");
}

std::string ActionText(const rules::PatternRule& rule) {
  std::string text;
  for (const rules::ActionPiece& piece : rule.action) {
    text += piece.text;
    if (piece.group) text += "$" + std::to_string(*piece.group);
  }
  return text;
}

// The networks of the lines before, found in as many steps as there are lengths of prefixes.
class EarlierNetworks {
 public:
  void Add(const rules::Network& network, std::size_t line) {
    lines_[network.prefix()].try_emplace(network.base(), line);
  }

  // The first line whose network is wider and holds all of this one.
  std::optional<std::size_t> LineAround(const rules::Network& network) const {
    std::optional<std::size_t> first;
    for (auto length = lines_.begin(); length != lines_.lower_bound(network.prefix()); ++length) {
      const auto found = length->second.find(rules::Network(network.base(), length->first).base());
      if (found != length->second.end()) first = std::min(first.value_or(found->second), found->second);
    }
    return first;
  }

 private:
  std::map<int, std::map<rules::IpAddress, std::size_t>> lines_;  // by prefix; IPv4 and IPv6 are never equal
};

}  // namespace

void ReadAccessTable(std::string_view text, AccessSubject subject, ImportedEntries& result) {
  const rules::TableText table = rules::ReadTableLines(text);
  SkipOrphans(table, result);
  for (const rules::TableLine& line : table.lines) {
    const auto number = static_cast<std::size_t>(line.number);
    const auto [pattern, action] = rules::SplitTableRow(line.text);
    if (const std::string reason = WhyNot(pattern, subject); !reason.empty()) {
      result.Skip(number, reason);
    } else if (TakeRow(number, TargetOf(pattern, subject), action, result)) {
      RemarkOnKey(number, pattern, subject, result);
    }
  }
}

void ReadCidrTable(std::string_view text, ImportedEntries& result) {
  Conditions conditions;
  EarlierNetworks before;
  const rules::TableText table = rules::ReadTableLines(text);
  SkipOrphans(table, result);
  for (const rules::TableLine& line : table.lines) {
    if (conditions.Holds(line, result)) continue;
    const auto number = static_cast<std::size_t>(line.number);
    const auto [pattern, action] = rules::SplitTableRow(line.text);
    const auto network = rules::ReadNetwork(pattern);
    if (!network) {
      result.Refuse(number, network.error().message);
      continue;
    }
    // The first line that holds the address decides in Postfix, the narrowest entry here.
    if (const auto wider = before.LineAround(*network)) {
      result.Skip(number, "line " + std::to_string(*wider) + " decides about it");
      continue;
    }
    before.Add(*network, number);
    TakeRow(number, ParseTarget(pattern), action, result);
  }
}

void ReadPatternTable(std::string_view text, ImportedEntries& result) {
  std::optional<std::size_t> turns_away;  // the first line that does
  for (const rules::PatternLine& line : rules::ReadPatternLines(text, rules::PatternSyntax::kPcre)) {
    const auto number = static_cast<std::size_t>(line.number);
    if (!line.error.empty()) {
      result.Refuse(number, line.error);
    } else if (!line.rule || line.rule->is_if || line.rule->enclosing || line.rule->is_negated) {
      result.Skip(number, "a condition or a negated pattern has no counterpart");
    } else if (WantsUnknown(line.rule->pattern)) {
      result.Skip(number, std::string(kUnknownHasNoEntry));
    } else if (const auto target = PatternTarget(*line.rule); !target) {
      result.Skip(number, target.error().message);
    } else if (TakeRow(number, target, ActionText(*line.rule), result)) {
      const bool lets_in = result.entries().back().list == rules::ListKind::kWhitelist;
      if (!lets_in && !turns_away) turns_away = number;
      if (lets_in && turns_away) {
        result.Remark(number,
                      "where a line before it turns the client away, Postfix does so; here the whitelist decides");
      }
    }
  }
}

}  // namespace policyd::admin
