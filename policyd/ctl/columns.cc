#include "policyd/ctl/columns.h"

#include <algorithm>
#include <cassert>
#include <ostream>
#include <utility>

#include "policyd/ctl/colours.h"

namespace policyd::ctl {
namespace {

constexpr std::size_t kGap = 2;

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// UTF-8 in a comment counts a column a code point.
std::size_t WidthOf(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

}  // namespace

Columns::Columns(std::vector<std::string> titles) : widths_(titles.size(), 0) {
  Add(std::move(titles));
}

void Columns::Add(std::vector<std::string> cells) {
  assert(cells.size() == widths_.size() && "a row has as many cells as there are titles");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i] = cells[i].empty() ? "-" : Shown(cells[i]);
    widths_[i] = std::max(widths_[i], WidthOf(cells[i]));
  }
  rows_.push_back(std::move(cells));
}

void Columns::Print(std::ostream& out) const {
  const auto& titles = rows_.front();
  for (const auto& row : rows_) {
    const bool is_title = &row == &titles;
    for (std::size_t i = 0; i < row.size(); ++i) {
      out << (is_title ? Bold(out, row[i]) : titles[i] == "action" ? ColouredAction(out, row[i]) : row[i]);
      if (i + 1 < row.size()) out << std::string(widths_[i] - WidthOf(row[i]) + kGap, ' ');
    }
    out << '\n';
  }
}

}  // namespace policyd::ctl
