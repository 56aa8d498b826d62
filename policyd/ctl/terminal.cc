#include "policyd/ctl/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include "policyd/runtime/shown.h"

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

constexpr std::string_view kBold = "1";
constexpr std::string_view kRed = "31";
constexpr std::string_view kGreen = "32";
constexpr std::string_view kYellow = "33";

constexpr std::pair<std::string_view, std::string_view> kActions[] = {
    {"pass", kGreen}, {"tag", kYellow},  {"greylist", kYellow}, {"defer", kRed},      {"reject", kRed},
    {"hold", kRed},   {"discard", kRed}, {"fine", kGreen},      {"warning", kYellow}, {"wrong", kRed},
};

// The mark is kept in the stream itself, as its width or its base are.
int MarkOfStream() {
  static const int kIndex = std::ios_base::xalloc();
  return kIndex;
}

std::string Painted(std::ostream& out, std::string_view colour, std::string_view text) {
  std::string painted(text);
  if (out.iword(MarkOfStream()) == 0) return painted;
  return "\x1b[" + std::string(colour) + "m" + painted + "\x1b[0m";
}

constexpr std::size_t kBarWidth = 30;

std::string TimeLeft(std::size_t done, std::size_t total, std::chrono::nanoseconds elapsed) {
  // The first few steps say nothing about the time of the rest.
  if (done == 0 || elapsed < std::chrono::seconds(1)) return "";
  const auto per_one = elapsed / static_cast<std::chrono::nanoseconds::rep>(done);
  const auto left = per_one * static_cast<std::chrono::nanoseconds::rep>(total - done);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
  if (seconds < 120) return fmt::format("about {} s left", seconds);
  if (seconds < 7200) return fmt::format("about {} min left", (seconds + 59) / 60);
  return fmt::format("about {} h left", (seconds + 3599) / 3600);
}

constexpr std::string_view kPassing = "\n\t\r";  // ends of lines, columns for programs, the line of a progress
constexpr std::size_t kLongest = 65536;          // of a line that is held

// The length of ESC [ numbers m at the beginning, or 0.
std::size_t LengthOfColour(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

}  // namespace

Columns::Columns(std::vector<std::string> titles) : widths_(titles.size(), 0) {
  Add(std::move(titles));
}

void Columns::Add(std::vector<std::string> cells) {
  assert(cells.size() == widths_.size() && "a row has as many cells as there are titles");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i] = cells[i].empty() ? "-" : runtime::Shown(cells[i]);
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

bool TerminalWantsColours() {
  const char* refused = std::getenv("NO_COLOR");
  if (refused && *refused) return false;
  const char* terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) == 1 && terminal && *terminal && std::string_view(terminal) != "dumb";
}

void EnableColours(std::ostream& out) {
  out.iword(MarkOfStream()) = 1;
}

std::string Bold(std::ostream& out, std::string_view text) {
  return Painted(out, kBold, text);
}

std::string ColouredAction(std::ostream& out, std::string_view action) {
  for (const auto& [name, colour] : kActions) {
    if (name == action) return Painted(out, colour, action);
  }
  return std::string(action);
}

std::string ProgressLine(std::size_t done, std::size_t total, std::chrono::nanoseconds elapsed) {
  const std::string bar(kBarWidth * done / total, '=');
  return fmt::format("[{:<{}}] {:>3} %  {} of {}  {:<20}", bar, kBarWidth, 100 * done / total, done, total,
                     TimeLeft(done, total, elapsed));
}

ShownOutput::~ShownOutput() {
  Pass();
  out_.rdbuf(below_);
}

ShownOutput::int_type ShownOutput::overflow(int_type byte) {
  if (traits_type::eq_int_type(byte, traits_type::eof())) return traits_type::not_eof(byte);
  const char c = traits_type::to_char_type(byte);
  return xsputn(&c, 1) == 1 ? byte : traits_type::eof();
}

std::streamsize ShownOutput::xsputn(const char* text, std::streamsize size) {
  line_.append(text, static_cast<std::size_t>(size));
  const bool is_due =
      line_.size() > kLongest || line_.find('\n', line_.size() - static_cast<std::size_t>(size)) != std::string::npos;
  return !is_due || Pass() ? size : 0;
}

int ShownOutput::sync() {
  return Pass() && below_->pubsync() == 0 ? 0 : -1;
}

bool ShownOutput::Pass() {
  const std::string safe = Safe(std::exchange(line_, {}));
  return below_->sputn(safe.data(), static_cast<std::streamsize>(safe.size())) ==
         static_cast<std::streamsize>(safe.size());
}

std::string ShownOutput::Safe(std::string_view text) const {
  std::string safe;
  while (!text.empty()) {
    std::size_t size = has_colours_ ? LengthOfColour(text) : 0;
    if (size == 0 && kPassing.find(text.front()) != std::string_view::npos) size = 1;
    if (size > 0) {
      safe += text.substr(0, size);
    } else {
      size = text.front() == '\x1b' ? 1 : std::min(text.find_first_of("\x1b\n\t\r"), text.size());
      safe += runtime::Shown(text.substr(0, size));
    }
    text.remove_prefix(size);
  }
  return safe;
}

}  // namespace policyd::ctl
