#include "rules/pattern_table.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "rules/posix_pattern.h"
#include "rules/table_action.h"

namespace rules {
namespace {

// For the states that RE2 builds on the way: with the 8 MiB it takes by default, tables of 1,500 patterns throw them
// away and build them again with every name.
constexpr std::int64_t kMaxMemory = 64 << 20;

RE2::Options Options() {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);  // any byte is one character, so no name is malformed
  options.set_dot_nl(true);
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  return options;
}

// What PCRE has and RE2 has under another name.  Published tables hold "\elekta" by mistake for "\.elekta", which
// Postfix takes without a word.
constexpr std::array<std::pair<char, std::string_view>, 3> kPcreEscapes{
    {{'e', "\\x1b"}, {'h', "[ \\t]"}, {'Z', "\\z"}}};

std::string FromPcre(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '\\' || i + 1 == pattern.size()) {
      out += pattern[i];
      continue;
    }
    const char letter = pattern[++i];
    const auto known = std::find_if(kPcreEscapes.begin(), kPcreEscapes.end(),
                                    [letter](const auto& escape) { return escape.first == letter; });
    if (known != kPcreEscapes.end()) {
      out += known->second;
    } else {
      out += {'\\', letter};
    }
  }
  return out;
}

Result<std::string> InRe2Syntax(std::string_view pattern, PatternSyntax syntax) {
  if (syntax == PatternSyntax::kPosix) return FromPosix(pattern);
  return FromPcre(pattern);
}

// REQUIRES: `pattern` is that of the rule, in RE2's syntax.
std::string Expression(const PatternRule& rule, const std::string& pattern) {
  std::string flags;
  if (rule.ignores_case) flags += 'i';
  if (rule.is_ungreedy) flags += 'U';
  return (rule.is_anchored ? "^(?" : "(?") + flags + ":" + pattern + ")";
}

std::string Explain(const RE2& expression, std::string_view pattern) {
  switch (expression.error_code()) {
    case RE2::ErrorBadPerlOp:
    case RE2::ErrorBadNamedCapture:
    case RE2::ErrorBadEscape:
    case RE2::ErrorRepeatOp:
      return "expected a regular expression without look-around, back-references and possessive repetition, got \"" +
             std::string(pattern) + "\": " + expression.error();
    default:
      return "expected a regular expression, got \"" + std::string(pattern) + "\": " + expression.error();
  }
}

}  // namespace

struct PatternTable::Rules {
  std::vector<PatternRule> rules;
  // Beside each rule, its expression where the action names groups, else null.
  std::vector<std::unique_ptr<const RE2>> with_groups;
  std::vector<std::size_t> negated;  // rules that hold where their pattern does not match
  // All expressions at once; the index of an expression is that of its rule.
  std::unique_ptr<const RE2::Set> set;
  std::size_t count = 0;  // without ifs

  bool Holds(std::size_t index, const std::vector<int>& matched) const {
    const bool matches = std::binary_search(matched.begin(), matched.end(), static_cast<int>(index));
    return matches != rules[index].is_negated;
  }

  bool IsReached(std::size_t index, const std::vector<int>& matched) const {
    for (auto outer = rules[index].enclosing; outer; outer = rules[*outer].enclosing) {
      if (!Holds(*outer, matched)) return false;
    }
    return true;
  }

  // The rules that hold, in file order.
  std::vector<std::size_t> Holding(std::string_view subject) const {
    if (rules.empty()) return {};
    std::vector<int> matched;
    RE2::Set::ErrorInfo error{};
    const bool matches = set->Match(re2::StringPiece(subject.data(), subject.size()), &matched, &error);
    // Out of memory: nothing is known, so nothing holds, also not the patterns that must not match.
    if (!matches && error.kind != RE2::Set::kNoError) return {};
    std::sort(matched.begin(), matched.end());
    std::vector<std::size_t> holding;
    const auto look_at = [&](std::size_t index) {
      if (!rules[index].is_if && Holds(index, matched) && IsReached(index, matched)) holding.push_back(index);
    };
    for (const int index : matched) look_at(static_cast<std::size_t>(index));
    for (const std::size_t index : negated) look_at(index);
    std::sort(holding.begin(), holding.end());
    return holding;
  }

  std::string Action(std::size_t index, std::string_view subject) const {
    std::vector<re2::StringPiece> groups;
    if (const RE2* const expression = with_groups[index].get()) {
      groups.resize(static_cast<std::size_t>(rules[index].highest_group()) + 1);
      const re2::StringPiece text(subject.data(), subject.size());
      expression->Match(text, 0, text.size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()));
    }
    std::string action;
    for (const ActionPiece& piece : rules[index].action) {
      action += piece.text;
      if (!piece.group) continue;
      const re2::StringPiece& group = groups[static_cast<std::size_t>(*piece.group)];
      action.append(group.data(), group.size());
    }
    return action;
  }
};

PatternTable::PatternTable(std::unique_ptr<const Rules> rules) : rules_(std::move(rules)) {}

PatternTable::~PatternTable() = default;

Result<std::shared_ptr<const PatternTable>> PatternTable::Parse(std::string_view file, std::string_view text,
                                                                PatternSyntax syntax) {
  auto parsed = ParsePatternRules(file, text, syntax);
  if (!parsed) return parsed.error();

  auto rules = std::make_unique<Rules>();
  const RE2::Options options = Options();
  RE2::Options group_options = options;
  group_options.set_longest_match(syntax == PatternSyntax::kPosix);  // only groups tell the difference
  auto set = std::make_unique<RE2::Set>(options, RE2::UNANCHORED);
  for (std::size_t index = 0; index < parsed->size(); ++index) {
    const PatternRule& rule = (*parsed)[index];
    // Alone first: "a)|(b" would be well formed within the group that Expression() puts around it.
    const auto pattern = InRe2Syntax(rule.pattern, syntax);
    if (!pattern) return ErrorAt(file, rule.line, pattern.error().message);
    const RE2 alone(*pattern, options);
    if (!alone.ok()) return ErrorAt(file, rule.line, Explain(alone, rule.pattern));
    if (rule.highest_group() > alone.NumberOfCapturingGroups()) {
      return ErrorAt(file, rule.line,
                     "expected groups up to " + std::to_string(alone.NumberOfCapturingGroups()) + ", got $" +
                         std::to_string(rule.highest_group()));
    }
    std::string error;
    const std::string expression = Expression(rule, *pattern);
    if (set->Add(expression, &error) < 0) return ErrorAt(file, rule.line, error);
    const bool needs_groups = rule.highest_group() > 0;
    rules->with_groups.push_back(needs_groups ? std::make_unique<RE2>(expression, group_options) : nullptr);
    if (rule.is_negated && !rule.is_if) rules->negated.push_back(index);
    if (!rule.is_if) ++rules->count;
  }
  if (!parsed->empty() && !set->Compile()) {
    return ErrorAt(file, 1, "expected patterns that fit into 64 MiB together");
  }
  rules->rules = std::move(*parsed);
  rules->set = std::move(set);
  return std::shared_ptr<const PatternTable>(new PatternTable(std::move(rules)));
}

std::optional<PatternTable::Match> PatternTable::Find(std::string_view subject) const {
  const std::vector<std::size_t> holding = rules_->Holding(subject);
  if (holding.empty()) return std::nullopt;
  const std::size_t first = holding.front();
  return Match{.line = rules_->rules[first].line, .action = rules_->Action(first, subject)};
}

std::vector<int> PatternTable::Lines(std::string_view subject) const {
  std::vector<int> lines;
  for (const std::size_t index : rules_->Holding(subject)) lines.push_back(rules_->rules[index].line);
  return lines;
}

std::vector<PatternTable::IdleLine> PatternTable::IdleLines(bool decides) const {
  std::vector<IdleLine> idle;
  for (const PatternRule& rule : rules_->rules) {
    // A group in front may make any action of it.
    if (rule.is_if || rule.action.empty() || rule.action.front().group) continue;
    std::string why = WhyWithoutEffect(rule.action.front().text, decides);
    if (!why.empty()) idle.push_back({rule.line, std::move(why)});
  }
  return idle;
}

std::size_t PatternTable::size() const {
  return rules_->count;
}

}  // namespace rules
