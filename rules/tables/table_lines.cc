#include "rules/tables/table_lines.h"

#include <algorithm>

#include "rules/values/ascii.h"

namespace rules {
TableText ReadTableLines(std::string_view text) {
  TableText table;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = WithoutBlanksBehind(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view visible = WithoutBlanksBefore(line);
    if (visible.empty() || visible.front() == '#') continue;
    if (!IsBlank(line.front())) {
      table.lines.push_back({number, std::string(line)});
    } else if (!table.lines.empty()) {
      table.lines.back().text += line;
    } else {
      table.orphans.push_back(number);
    }
  }
  return table;
}

TableRow SplitTableRow(std::string_view line) {
  const auto blank = std::find_if(line.begin(), line.end(), IsBlank);
  const auto end = static_cast<std::size_t>(blank - line.begin());
  return {line.substr(0, end), WithoutBlanks(line.substr(end))};
}

}  // namespace rules
