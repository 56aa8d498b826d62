// Text for people at a terminal: aligned columns, colours, a line that says how far a command has come, and one buffer
// that makes all output safe, also where a command forgot to.
#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <ostream>
#include <streambuf>
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

// Is standard output a terminal, and do neither NO_COLOR (https://no-color.org) nor TERM forbid colours?
bool TerminalWantsColours();
// Called by main() where a terminal wants them; everywhere else text stays plain.
void EnableColours(std::ostream& out);

std::string Bold(std::ostream& out, std::string_view text);
// "reject" and "wrong" in red, "greylist" and "warning" in yellow, "pass" and "fine" in green; other words stay plain.
std::string ColouredAction(std::ostream& out, std::string_view action);

// "[=====     ]  50 %  1000 of 2000  about 12 s left": always of the same width or longer than the one before it, so
// that a carriage return suffices between them.  REQUIRES: done <= total, total > 0.
std::string ProgressLine(std::size_t done, std::size_t total, std::chrono::nanoseconds elapsed);

// Makes all that goes out safe for a terminal: a buffer between a stream and its own.  Text goes on line by line, each
// as Shown() has it; colours of ours pass where they are switched on.
//
// Stands in a stream's buffer from construction to destruction.
class ShownOutput : public std::streambuf {
 public:
  explicit ShownOutput(std::ostream& out) : out_(out), below_(out.rdbuf(this)) {}
  ~ShownOutput() override;
  ShownOutput(const ShownOutput&) = delete;
  ShownOutput& operator=(const ShownOutput&) = delete;

  void AllowColours() { has_colours_ = true; }

 protected:
  int_type overflow(int_type byte) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  bool Pass();
  std::string Safe(std::string_view text) const;

  std::ostream& out_;
  std::streambuf* const below_;
  std::string line_;  // waits for its end
  bool has_colours_ = false;
};

}  // namespace policyd::ctl
