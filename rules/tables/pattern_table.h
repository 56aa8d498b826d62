// Matches clients against Postfix regexp: and pcre: tables (regexp_table(5), pcre_table(5)), as check_client_access
// does, on RE2.
//
// Immutable; safe from all threads.  Only patterns whose fixed texts stand in the subject are tried, each in time
// linear in it.  Look-around and back-references are refused with file and line, since RE2 has none; so are patterns
// whose cost explodes (rules/tables/pattern_cost.h).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/tables/pattern_rules.h"
#include "rules/values/result.h"

namespace rules {

class PatternTable {
 public:
  // `file` is only named in errors: "FILE:LINE: what was expected".
  static Result<std::shared_ptr<const PatternTable>> Parse(std::string_view file, std::string_view text,
                                                           PatternSyntax syntax = PatternSyntax::kPcre);

  ~PatternTable();
  PatternTable(const PatternTable&) = delete;
  PatternTable& operator=(const PatternTable&) = delete;

  struct Match {
    int line = 0;        // where the rule stands
    std::string action;  // the right-hand side with $1 filled in
  };

  // The first rule in file order that holds, or nothing; DUNNO is an action like others (rules/tables/table_action.h).
  std::optional<Match> Find(std::string_view subject) const;
  // The lines of all rules that hold, in file order.
  std::vector<int> Lines(std::string_view subject) const;

  // Each rule's line, and its action with "$1" as it stands; in file order.
  std::vector<Match> Actions() const;

  std::size_t size() const;  // rules

  // A rule that changes nothing whatever it matches, and why.
  struct IdleLine {
    int line = 0;
    std::string why;

    bool operator==(const IdleLine&) const = default;
  };
  // In file order.  `decides`: the table's own action is what is done, else a line that turns away counts points.
  std::vector<IdleLine> IdleLines(bool decides) const;

 private:
  struct Rules;
  class Look;
  class Building;
  explicit PatternTable(std::unique_ptr<const Rules> rules);
  std::unique_ptr<const Rules> rules_;
};

}  // namespace rules
