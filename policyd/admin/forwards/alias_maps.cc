// Grammar of a logical line, which goes on where the next begins with a blank:
//   aliases = name blanks? ":" targets       name: a word, or quoted
//   virtual = pattern blanks targets         pattern: "user@domain" | "user" | "@domain" | "domain"
//   targets = target ((blanks | ",")+ target)*
//   target  = word | "<" word ">" | quoted; in aliases(5) also "|command", "/file", ":include:/path"
// A "domain" of virtual(5) only says that the map has addresses there; what stands behind it is of no matter.
#include "policyd/admin/forwards/alias_maps.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "rules/tables/table_lines.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "rules/values/mail_address.h"

namespace policyd::admin {
namespace {

constexpr std::string_view kInclude = ":include:";

struct NameAndRest {
  std::string name, rest;
};

// A quoted text at the beginning, without its quotes, and what stands behind it; nothing where it does not end.
std::optional<NameAndRest> TakeQuoted(std::string_view text) {
  NameAndRest taken;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      taken.rest = text.substr(at + 1);
      return taken;
    }
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    taken.name += text[at];
  }
  return std::nullopt;
}

// "name" and what stands behind its colon; nothing where the line has none.
std::optional<NameAndRest> SplitAliases(std::string_view line) {
  NameAndRest taken;
  if (line.starts_with('"')) {
    auto quoted = TakeQuoted(line);
    if (!quoted) return std::nullopt;
    taken = *std::move(quoted);
  } else {
    const std::size_t end = std::min(line.find_first_of(": \t"), line.size());
    taken = {.name = std::string(line.substr(0, end)), .rest = std::string(line.substr(end))};
  }
  const std::string_view rest = rules::WithoutBlanksBefore(taken.rest);
  if (taken.name.empty() || !rest.starts_with(':')) return std::nullopt;
  taken.rest = std::string(rest.substr(1));
  return taken;
}

// "ann@[IPv6:2001:db8::1] bob" has a colon, too, and is a line of virtual(5).
bool IsOfAliases(std::string_view line) {
  const auto split = SplitAliases(line);
  if (!split) return false;
  const bool is_literal = split->name.find("@[") != std::string::npos;
  return !is_literal;
}

AliasTarget TargetOf(std::string text, AliasForm form) {
  using Kind = AliasTarget::Kind;
  if (form == AliasForm::kAliases) {
    if (text.starts_with('|')) return {Kind::kCommand, text.substr(1)};
    if (text.starts_with('/')) return {Kind::kFile, std::move(text)};
    if (rules::LowerAscii(text).starts_with(kInclude)) return {Kind::kInclude, text.substr(kInclude.size())};
    if (text.starts_with('\\')) text.erase(0, 1);  // sendmail's "not once more through the aliases"
  }
  const bool is_domain = form == AliasForm::kVirtual && text.starts_with('@');
  return {is_domain ? Kind::kDomain : Kind::kAddress, rules::ComparableAddress(text)};
}

// The next word: quotes keep what they hold together, "Ann <ann@ours.example>" is its address.
std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (word.size() > 2 && word.starts_with('<') && word.ends_with('>')) word = word.substr(1, word.size() - 2);
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  while (!text.empty()) {
    const bool is_quoted = text.front() == '"';
    const auto quoted = is_quoted ? TakeQuoted(text) : std::nullopt;
    if (quoted) {
      word += quoted->name;
      text = text.substr(text.size() - quoted->rest.size());
      continue;
    }
    if (text.front() == ',' || rules::IsBlank(text.front())) {
      end_word();
    } else {
      word += text.front();
    }
    text.remove_prefix(1);
  }
  end_word();
  return words;
}

std::vector<AliasTarget> Targets(std::string_view text, AliasForm form) {
  std::vector<AliasTarget> targets;
  for (std::string& word : Words(text)) targets.push_back(TargetOf(std::move(word), form));
  return targets;
}

// "ours.example anything" says that the map has addresses there, where it has.
void LeaveOutDomains(AliasMap& map) {
  for (const AliasEntry& entry : map.entries) {
    const std::size_t at = entry.name.rfind('@');
    if (at != std::string::npos) map.domains.push_back(entry.name.substr(at + 1));
  }
  std::ranges::sort(map.domains);
  map.domains.erase(std::unique(map.domains.begin(), map.domains.end()), map.domains.end());
  std::erase_if(map.entries,
                [&map](const AliasEntry& entry) { return std::ranges::binary_search(map.domains, entry.name); });
}

}  // namespace

rules::Result<AliasMap> ParseAliasMap(std::string_view file, std::string_view text) {
  const rules::TableText table = rules::ReadTableLines(text);
  const auto error_at = [file](int line, std::string_view expected) {
    return rules::Error{fmt::format("{}:{}: expected {}", file, line, expected)};
  };
  if (!table.orphans.empty()) return error_at(table.orphans.front(), "a first line that does not begin with a blank");
  AliasMap map;
  if (table.lines.empty()) return map;
  map.form = IsOfAliases(table.lines.front().text) ? AliasForm::kAliases : AliasForm::kVirtual;
  const bool is_virtual = map.form == AliasForm::kVirtual;
  for (const rules::TableLine& line : table.lines) {
    std::optional<NameAndRest> split;
    if (is_virtual) {
      const auto [pattern, action] = rules::SplitTableRow(line.text);
      if (!action.empty()) split = {.name = std::string(pattern), .rest = std::string(action)};
    } else {
      split = SplitAliases(line.text);
    }
    if (!split) return error_at(line.number, is_virtual ? "a pattern and where it leads" : R"("name: target, ...")");
    map.entries.push_back({.name = rules::ComparableAddress(split->name),
                           .place = fmt::format("{}:{}", file, line.number),
                           .targets = Targets(split->rest, map.form)});
  }
  if (is_virtual) LeaveOutDomains(map);
  return map;
}

std::vector<AliasTarget> ParseIncluded(std::string_view text) {
  std::vector<AliasTarget> targets;
  for (const std::string_view line : rules::SplitLines(text)) {
    if (rules::WithoutBlanksBefore(line).starts_with('#')) continue;
    std::ranges::move(Targets(line, AliasForm::kAliases), std::back_inserter(targets));
  }
  return targets;
}

}  // namespace policyd::admin
