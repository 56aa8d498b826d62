// Splits the text of a Postfix table into its lines (access(5), cidr_table(5), regexp_table(5), pcre_table(5)): one
// reader for live tables and imports.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rules {

// A logical line: what follows with a blank in front belongs to it.
struct TableLine {
  int number = 0;    // of its first line in the file
  std::string text;  // begins with a visible byte, without blanks at its end

  bool operator==(const TableLine&) const = default;
};

struct TableText {
  std::vector<TableLine> lines;
  std::vector<int> orphans;  // lines that begin with a blank and continue nothing: Postfix leaves them out
};

// Empty lines and lines whose first visible byte is '#' are left out, also between a line and what continues it.
TableText ReadTableLines(std::string_view text);

// What stands before the first blank, and behind it.
struct TableRow {
  std::string_view pattern, action;
};
TableRow SplitTableRow(std::string_view line);

}  // namespace rules
