#include "rules/tables/pattern_table.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "rules/tables/pattern_cost.h"
#include "rules/tables/posix_pattern.h"
#include "rules/tables/table_action.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "rules/values/text_finder.h"

namespace rules {
namespace {

constexpr int kShortestText = 2;  // that patterns are filtered by

// Options for a pattern that is compiled alone.
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
  std::vector<std::size_t> negated;             // rules that hold where their pattern does not match
  re2::FilteredRE2 expressions{kShortestText};  // the index of an expression is that of its rule
  TextFinder texts;                             // that the expressions are filtered by
  std::size_t count = 0;                        // without ifs

  std::string Action(std::size_t index, std::string_view subject) const {
    const PatternRule& rule = rules[index];
    std::vector<re2::StringPiece> groups;
    if (rule.highest_group() > 0) {
      groups.resize(static_cast<std::size_t>(rule.highest_group()) + 1);
      const re2::StringPiece text(subject.data(), subject.size());
      expressions.GetRE2(static_cast<int>(index))
          .Match(text, 0, text.size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()));
    }
    std::string action;
    for (const ActionPiece& piece : rule.action) {
      action += piece.text;
      if (!piece.group) continue;
      const re2::StringPiece& group = groups[static_cast<std::size_t>(*piece.group)];
      action.append(group.data(), group.size());
    }
    return action;
  }
};

// The search in one subject, which goes only as far as it has to.
class PatternTable::Look {
 public:
  Look(const Rules& rules, std::string_view subject) : rules_(rules), subject_(subject) {
    if (rules_.rules.empty()) return;
    known_.resize(rules_.rules.size(), Known::kNo);
    std::vector<int> possible;
    rules_.expressions.AllPotentials(rules_.texts.Find(LowerAscii(subject)), &possible);
    for (const int index : possible) {
      known_[static_cast<std::size_t>(index)] = Known::kOpen;
      in_question_.push_back(static_cast<std::size_t>(index));
    }
    in_question_.insert(in_question_.end(), rules_.negated.begin(), rules_.negated.end());
    std::sort(in_question_.begin(), in_question_.end());
    in_question_.erase(std::unique(in_question_.begin(), in_question_.end()), in_question_.end());
  }

  // The next rule that holds, in file order.
  std::optional<std::size_t> Next() {
    while (next_ < in_question_.size()) {
      const std::size_t index = in_question_[next_++];
      if (!rules_.rules[index].is_if && IsReached(index) && Holds(index)) return index;
    }
    return std::nullopt;
  }

 private:
  enum class Known : std::uint8_t { kNo, kYes, kOpen };

  bool Holds(std::size_t index) {
    if (known_[index] == Known::kOpen) {
      const re2::StringPiece text(subject_.data(), subject_.size());
      const bool matches = RE2::PartialMatch(text, rules_.expressions.GetRE2(static_cast<int>(index)));
      known_[index] = matches ? Known::kYes : Known::kNo;
    }
    return (known_[index] == Known::kYes) != rules_.rules[index].is_negated;
  }

  bool IsReached(std::size_t index) {
    for (auto outer = rules_.rules[index].enclosing; outer; outer = rules_.rules[*outer].enclosing) {
      if (!Holds(*outer)) return false;
    }
    return true;
  }

  const Rules& rules_;
  const std::string_view subject_;
  std::vector<Known> known_;
  std::vector<std::size_t> in_question_;
  std::size_t next_ = 0;
};

// Takes one rule after the other.
class PatternTable::Building {
 public:
  Building(std::string_view file, PatternSyntax syntax) : file_(file), syntax_(syntax) {}

  Status Add(PatternRule rule) {
    // Alone first: "a)|(b" would be well formed within the group that Expression() puts around it.
    const auto pattern = InRe2Syntax(rule.pattern, syntax_);
    if (!pattern) return ErrorAt(file_, rule.line, pattern.error().message);
    RE2::Options options = Options();
    const RE2 alone(*pattern, options);
    if (!alone.ok()) return ErrorAt(file_, rule.line, Explain(alone, rule.pattern));
    if (rule.highest_group() > alone.NumberOfCapturingGroups()) {
      return ErrorAt(file_, rule.line,
                     "expected groups up to " + std::to_string(alone.NumberOfCapturingGroups()) + ", got $" +
                         std::to_string(rule.highest_group()));
    }
    if (const auto fault = SizeFault(alone.ProgramSize(), rule.pattern)) return ErrorAt(file_, rule.line, *fault);
    options.set_longest_match(syntax_ == PatternSyntax::kPosix);  // only groups tell the difference
    options.set_max_mem(MemoryFor(alone.ProgramSize()));
    int index = 0;
    if (rules_->expressions.Add(Expression(rule, *pattern), options, &index) != RE2::NoError) {
      return ErrorAt(file_, rule.line, "expected a smaller regular expression, got \"" + rule.pattern + "\"");
    }
    if (rule.is_negated && !rule.is_if) rules_->negated.push_back(rules_->rules.size());
    if (!rule.is_if) ++rules_->count;
    rules_->rules.push_back(std::move(rule));
    return Done{};
  }

  std::unique_ptr<const Rules> Finish() {
    std::vector<std::string> texts;
    if (!rules_->rules.empty()) rules_->expressions.Compile(&texts);
    rules_->texts = TextFinder(texts);
    return std::move(rules_);
  }

 private:
  std::optional<std::string> SizeFault(int steps, const std::string& pattern) {
    steps_ += steps;
    if (steps > kLargestPattern) {
      return "expected a regular expression of at most " + std::to_string(kLargestPattern) + " steps, got " +
             std::to_string(steps) + ": \"" + pattern + "\"";
    }
    if (steps_ <= kLargestTable) return std::nullopt;
    return "expected a table of at most " + std::to_string(kLargestTable) + " steps in all: it is full before \"" +
           pattern + "\"";
  }

  const std::string file_;
  const PatternSyntax syntax_;
  std::unique_ptr<Rules> rules_ = std::make_unique<Rules>();
  std::int64_t steps_ = 0;
};

PatternTable::PatternTable(std::unique_ptr<const Rules> rules) : rules_(std::move(rules)) {}

PatternTable::~PatternTable() = default;

Result<std::shared_ptr<const PatternTable>> PatternTable::Parse(std::string_view file, std::string_view text,
                                                                PatternSyntax syntax) {
  auto parsed = ParsePatternRules(file, text, syntax);
  if (!parsed) return parsed.error();
  Building building(file, syntax);
  for (PatternRule& rule : *parsed) {
    if (const Status added = building.Add(std::move(rule)); !added) return added.error();
  }
  return std::shared_ptr<const PatternTable>(new PatternTable(building.Finish()));
}

Status CheckTableCost(std::string_view file, std::string_view text, PatternSyntax syntax, const ProcessorClock& now) {
  const auto parsed = ParsePatternRules(file, text, syntax);
  if (!parsed) return parsed.error();
  for (const PatternRule& rule : *parsed) {
    const auto pattern = InRe2Syntax(rule.pattern, syntax);
    if (!pattern) return ErrorAt(file, rule.line, pattern.error().message);
    const RE2 expression(Expression(rule, *pattern), Options());
    if (const auto fault = CostFault(expression, rule.pattern, now)) return ErrorAt(file, rule.line, *fault);
  }
  return Done{};
}

std::optional<PatternTable::Match> PatternTable::Find(std::string_view subject) const {
  const auto first = Look(*rules_, subject).Next();
  if (!first) return std::nullopt;
  return Match{.line = rules_->rules[*first].line, .action = rules_->Action(*first, subject)};
}

std::vector<int> PatternTable::Lines(std::string_view subject) const {
  std::vector<int> lines;
  Look look(*rules_, subject);
  while (const auto index = look.Next()) lines.push_back(rules_->rules[*index].line);
  return lines;
}

std::vector<PatternTable::IdleLine> PatternTable::IdleLines(bool decides) const {
  std::vector<IdleLine> idle;
  for (const PatternRule& rule : rules_->rules) {
    // The text of a group at the front could make it any action.
    if (rule.is_if || rule.action.empty() || rule.action.front().group) continue;
    std::string why = WhyWithoutEffect(rule.action.front().text, decides);
    if (!why.empty()) idle.push_back({rule.line, std::move(why)});
  }
  return idle;
}

std::vector<PatternTable::Match> PatternTable::Actions() const {
  std::vector<Match> actions;
  for (const PatternRule& rule : rules_->rules) {
    if (rule.is_if) continue;
    Match& match = actions.emplace_back(Match{.line = rule.line, .action = {}});
    for (const ActionPiece& piece : rule.action) {
      match.action += piece.text;
      if (piece.group) match.action += "$" + std::to_string(*piece.group);
    }
  }
  return actions;
}

std::size_t PatternTable::size() const {
  return rules_->count;
}

}  // namespace rules
