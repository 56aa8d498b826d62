// Parses the text of a Postfix regexp: or pcre: table line by line; the expressions themselves are not looked at.
//
// Source: regexp_table(5), pcre_table(5), and Postfix src/global/dict_pcre.c where they are silent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/values/result.h"

namespace rules {

enum class PatternSyntax : std::uint8_t {
  kPcre,   // pcre_table(5): Perl's, as far as RE2 has it
  kPosix,  // regexp_table(5): POSIX extended
};

// A piece of an action: text as it stands, or the text that a group matched.
struct ActionPiece {
  std::string text;
  std::optional<int> group;
};

// "/pattern/flags action" or "if /pattern/flags".
struct PatternRule {
  int line = 0;
  bool is_if = false;
  bool is_negated = false;
  bool ignores_case = true;
  bool is_anchored = false;
  bool is_ungreedy = false;
  std::string pattern;
  std::vector<ActionPiece> action;       // empty for an if
  std::optional<std::size_t> enclosing;  // the innermost if around it, as an index

  int highest_group() const;  // 0 where the action names none
};

// A line of a table that is a rule, or why it is none.
struct PatternLine {
  int number = 0;
  std::optional<PatternRule> rule;  // nothing for an endif, and where there is an error
  std::string error;
};

// Every line, those within an "if" too; a rule's `enclosing` is an index into these lines.  An error of the table as a
// whole (an if without endif) stands at its line.
std::vector<PatternLine> ReadPatternLines(std::string_view text, PatternSyntax syntax);

// All rules, or the first error; errors start with "FILE:LINE: ".
Result<std::vector<PatternRule>> ParsePatternRules(std::string_view file, std::string_view text, PatternSyntax syntax);

Error ErrorAt(std::string_view file, int line, std::string_view message);

}  // namespace rules
