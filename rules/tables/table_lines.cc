#include "rules/tables/table_lines.h"

#include <algorithm>

namespace rules {
namespace {

std::string_view WithoutBlanksBefore(std::string_view text) {
  while (!text.empty() && IsTableBlank(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view WithoutBlanksBehind(std::string_view text) {
  while (!text.empty() && IsTableBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

bool IsTableBlank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view WithoutTableBlanks(std::string_view text) {
  return WithoutBlanksBehind(WithoutBlanksBefore(text));
}

TableText ReadTableLines(std::string_view text) {
  TableText table;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = WithoutBlanksBehind(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view visible = WithoutBlanksBefore(line);
    if (visible.empty() || visible.front() == '#') continue;
    if (!IsTableBlank(line.front())) {
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
  const auto blank = std::find_if(line.begin(), line.end(), IsTableBlank);
  const auto end = static_cast<std::size_t>(blank - line.begin());
  return {line.substr(0, end), WithoutTableBlanks(line.substr(end))};
}

}  // namespace rules
