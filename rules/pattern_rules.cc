// TABLE   = *( COMMENT | RULE | "if" SP MATCH | "endif" )        a line that begins with a blank continues the last one
// RULE    = MATCH SP ACTION
// MATCH   = *"!" DELIMITER PATTERN DELIMITER FLAGS               "\" takes the next byte along, also a DELIMITER
// ACTION  = text with $1, ${1}, $(1) for groups and $$ for a dollar sign
#include "rules/pattern_rules.h"

#include <algorithm>
#include <utility>

#include "rules/dns_name.h"

namespace rules {
namespace {

struct Line {
  int number = 0;
  std::string text;
};

bool IsBlank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsAlphanumeric(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string_view WithoutBlanksBefore(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view WithoutBlanksAround(std::string_view text) {
  text = WithoutBlanksBefore(text);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

// Joins what is continued; empty lines and comments are left out, also between a line and what continues it.
Result<std::vector<Line>> SplitLines(std::string_view file, std::string_view text) {
  std::vector<Line> lines;
  int number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view content = WithoutBlanksBefore(line);
    if (content.empty() || content.front() == '#') continue;
    if (!IsBlank(line.front())) {
      lines.push_back({number, std::string(line)});
    } else if (!lines.empty()) {
      lines.back().text += line;
    } else {
      return ErrorAt(file, number, "expected a first line that does not begin with a blank");
    }
  }
  return lines;
}

// One logical line, read from left to right.
class LineReader {
 public:
  LineReader(std::string_view file, const Line& line, PatternSyntax syntax)
      : file_(file), number_(line.number), syntax_(syntax), rest_(line.text) {}

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
    std::string_view text = WithoutBlanksAround(rest_);
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
    return ErrorAt(file_, number_, "expected " + std::string(what) + ", got \"" + std::string(rest_) + "\"");
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

  std::string_view file_;
  int number_;
  PatternSyntax syntax_;
  std::string_view rest_;
};

}  // namespace

Error ErrorAt(std::string_view file, int line, std::string_view message) {
  return Error{std::string(file) + ":" + std::to_string(line) + ": " + std::string(message)};
}

int PatternRule::highest_group() const {
  int highest = 0;
  for (const ActionPiece& piece : action) highest = std::max(highest, piece.group.value_or(0));
  return highest;
}

Result<std::vector<PatternRule>> ParsePatternRules(std::string_view file, std::string_view text, PatternSyntax syntax) {
  const auto lines = SplitLines(file, text);
  if (!lines) return lines.error();
  std::vector<PatternRule> rules;
  std::optional<std::size_t> enclosing;
  for (const Line& line : *lines) {
    LineReader reader(file, line, syntax);
    if (reader.TakeWord("endif")) {
      if (!enclosing) return ErrorAt(file, line.number, "expected an if before this endif");
      if (!reader.is_at_end()) return reader.Expected("nothing behind endif");
      enclosing = rules[*enclosing].enclosing;
      continue;
    }
    const bool is_if = reader.TakeWord("if");
    auto rule = reader.TakeMatch();
    if (!rule) return rule.error();
    rule->is_if = is_if;
    rule->enclosing = enclosing;
    if (is_if) {
      if (!reader.is_at_end()) return reader.Expected("nothing behind the pattern of an if");
      enclosing = rules.size();
    } else {
      auto action = reader.TakeAction();
      if (!action) return action.error();
      rule->action = std::move(*action);
      if (rule->is_negated && rule->highest_group() > 0) {
        return ErrorAt(file, line.number, "expected no group in the action of a pattern that must not match");
      }
    }
    rules.push_back(std::move(*rule));
  }
  if (enclosing) return ErrorAt(file, rules[*enclosing].line, "expected an endif for this if");
  return rules;
}

}  // namespace rules
