// Text for people: aligned columns, and what came from outside made safe for a terminal.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "policyd/runtime/shown.h"

namespace policyd::ctl {

class Columns {
 public:
  explicit Columns(std::vector<std::string> titles);

  // An empty cell is printed as "-".  REQUIRES: as many cells as titles.
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.size() == 1; }

  // The titles, then a line a row; in colour where the stream has them: cells under "action", and the titles.
  void Print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> widths_;
};

}  // namespace policyd::ctl
