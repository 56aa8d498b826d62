// TABLE   = *( COMMENT | RULE | "if" SP MATCH | "endif" )        a line that begins with a blank continues the last one
// RULE    = MATCH SP ACTION
// MATCH   = *"!" DELIMITER PATTERN DELIMITER FLAGS               "\" takes the next byte along, also a DELIMITER
// ACTION  = text with $1, ${1}, $(1) for groups and $$ for a dollar sign
#include "rules/tables/pattern_rules.h"

#include <algorithm>
#include <utility>

#include "rules/tables/table_lines.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace rules {
namespace {

// One logical line, read from left to right.
class LineReader {
 public:
  LineReader(const TableLine& line, PatternSyntax syntax) : number_(line.number), syntax_(syntax), rest_(line.text) {}

  // "if", "endif" in any case; takes it.
  bool TakeWord(std::string_view word) {
    if (LowerAscii(rest_.substr(0, word.size())) != word) return false;
    if (rest_.size() > word.size() && IsAlphanumeric(rest_[word.size()])) return false;
    rest_ = WithoutBlanksBefore(rest_.substr(word.size()));
    return true;
  }

  Result<PatternRule> TakeMatch() {
    PatternRule rule{.line = number_, .pattern = {}, .action = {}, .enclosing = {}};
    for (rest_ = WithoutBlanksBefore(rest_); rest_.starts_with('!'); rest_ = WithoutBlanksBefore(rest_)) {
      rule.is_negated = !rule.is_negated;
      rest_.remove_prefix(1);
    }
    if (rest_.empty() || IsAlphanumeric(rest_.front())) return Expected("a pattern like /.../");
    const char delimiter = rest_.front();
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != delimiter) end += rest_[end] == '\\' ? 2 : 1;
    if (end >= rest_.size()) return Expected(std::string("a closing \"") + delimiter + "\"");
    rule.pattern = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return syntax_ == PatternSyntax::kPosix ? TakePosixFlags(std::move(rule)) : TakeFlags(std::move(rule));
  }

  Result<std::vector<ActionPiece>> TakeAction() {
    std::string_view text = WithoutBlanks(rest_);
    if (text.empty()) return Expected("an action behind the pattern");
    std::vector<ActionPiece> pieces;
    std::string plain;
    while (!text.empty()) {
      if (text[0] != '$') {
        plain += text[0];
        text.remove_prefix(1);
      } else if (text.starts_with("$$")) {
        plain += '$';
        text.remove_prefix(2);
      } else {
        rest_ = text;
        const auto group = TakeGroup();
        if (!group) return Expected("a group like $1, ${1} or $(1), or $$ for a dollar sign");
        if (!plain.empty()) pieces.push_back({std::exchange(plain, {}), std::nullopt});
        pieces.push_back({{}, group});
        text = rest_;
      }
    }
    if (!plain.empty()) pieces.push_back({std::move(plain), std::nullopt});
    return pieces;
  }

  bool is_at_end() const { return WithoutBlanksBefore(rest_).empty(); }

  Error Expected(std::string_view what) const {
    return Error{"expected " + std::string(what) + ", got \"" + std::string(rest_) + "\""};
  }

 private:
  Result<PatternRule> TakeFlags(PatternRule rule) {
    for (; !rest_.empty() && !IsBlank(rest_.front()); rest_.remove_prefix(1)) {
      switch (rest_.front()) {
        case 'i':
          rule.ignores_case = !rule.ignores_case;
          break;
        case 'A':
          rule.is_anchored = !rule.is_anchored;
          break;
        case 'U':
          rule.is_ungreedy = !rule.is_ungreedy;
          break;
        case 'm':  // These three are about line breaks, and a host name has none.
        case 's':
        case 'E':
        case 'X':  // refuses unknown escapes: RE2 always does
          break;
        default:
          return Expected("a flag of i, m, s, A, E, U, X");
      }
    }
    return rule;
  }

  Result<PatternRule> TakePosixFlags(PatternRule rule) {
    for (; !rest_.empty() && !IsBlank(rest_.front()); rest_.remove_prefix(1)) {
      if (rest_.front() == 'x') return Expected("extended expressions, which flag x switches off");
      if (rest_.front() != 'i' && rest_.front() != 'm') return Expected("a flag of i, m");
      if (rest_.front() == 'i') rule.ignores_case = !rule.ignores_case;
    }
    return rule;
  }

  // REQUIRES: rest_ starts with '$'.
  std::optional<int> TakeGroup() {
    std::size_t at = 1;
    char closing = 0;
    if (at < rest_.size() && (rest_[at] == '{' || rest_[at] == '(')) closing = rest_[at++] == '{' ? '}' : ')';
    int group = 0;
    const std::size_t first = at;
    for (; at < rest_.size() && IsDigit(rest_[at]) && group < 1000; ++at) group = group * 10 + (rest_[at] - '0');
    if (at == first || group == 0) return std::nullopt;
    if (closing && (at >= rest_.size() || rest_[at++] != closing)) return std::nullopt;
    rest_.remove_prefix(at);
    return group;
  }

  int number_;
  PatternSyntax syntax_;
  std::string_view rest_;
};

// A rule, an if, or nothing for an endif.  `enclosing` is what it stands in, and what the next line does.
Result<std::optional<PatternRule>> ReadRule(const TableLine& line, PatternSyntax syntax, std::size_t index,
                                            std::vector<std::size_t>& enclosing) {
  LineReader reader(line, syntax);
  if (reader.TakeWord("endif")) {
    if (enclosing.empty()) return Error{"expected an if before this endif"};
    enclosing.pop_back();
    if (!reader.is_at_end()) return reader.Expected("nothing behind endif");
    return std::optional<PatternRule>();
  }
  const bool is_if = reader.TakeWord("if");
  auto rule = reader.TakeMatch();
  if (!rule) return rule.error();
  rule->is_if = is_if;
  if (!enclosing.empty()) rule->enclosing = enclosing.back();
  if (is_if) {
    if (!reader.is_at_end()) return reader.Expected("nothing behind the pattern of an if");
    enclosing.push_back(index);
    return std::optional(*std::move(rule));
  }
  auto action = reader.TakeAction();
  if (!action) return action.error();
  rule->action = std::move(*action);
  if (rule->is_negated && rule->highest_group() > 0) {
    return Error{"expected no group in the action of a pattern that must not match"};
  }
  return std::optional(*std::move(rule));
}

}  // namespace

Error ErrorAt(std::string_view file, int line, std::string_view message) {
  return Error{std::string(file) + ":" + std::to_string(line) + ": " + std::string(message)};
}

int PatternRule::highest_group() const {
  int highest = 0;
  for (const ActionPiece& piece : action) highest = std::max(highest, piece.group.value_or(0));
  return highest;
}

std::vector<PatternLine> ReadPatternLines(std::string_view text, PatternSyntax syntax) {
  const TableText table = ReadTableLines(text);
  std::vector<PatternLine> lines;
  for (const int orphan : table.orphans) {
    lines.push_back({orphan, {}, "expected a first line that does not begin with a blank"});
  }
  std::vector<std::size_t> enclosing;
  for (const TableLine& line : table.lines) {
    auto rule = ReadRule(line, syntax, lines.size(), enclosing);
    lines.push_back({line.number, {}, {}});
    if (rule) {
      lines.back().rule = *std::move(rule);
    } else {
      lines.back().error = rule.error().message;
    }
  }
  for (const std::size_t open : enclosing) lines[open].error = "expected an endif for this if";
  return lines;
}

Result<std::vector<PatternRule>> ParsePatternRules(std::string_view file, std::string_view text, PatternSyntax syntax) {
  std::vector<PatternRule> rules;
  std::vector<std::size_t> place;  // beside the lines: where their rule stands
  for (PatternLine& line : ReadPatternLines(text, syntax)) {
    if (!line.error.empty()) return ErrorAt(file, line.number, line.error);
    place.push_back(rules.size());
    if (!line.rule) continue;
    if (line.rule->enclosing) line.rule->enclosing = place[*line.rule->enclosing];
    rules.push_back(*std::move(line.rule));
  }
  return rules;
}

}  // namespace rules
