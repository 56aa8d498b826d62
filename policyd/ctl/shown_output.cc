#include "policyd/ctl/shown_output.h"

#include <utility>

#include "policyd/runtime/shown.h"

namespace policyd::ctl {
namespace {

constexpr std::string_view kPassing = "\n\t\r";  // ends of lines, columns for programs, the line of a progress
constexpr std::size_t kLongest = 65536;          // of a line that is held

// The length of ESC [ numbers m at the beginning, or 0.
std::size_t LengthOfColour(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

}  // namespace

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
      safe += Shown(text.substr(0, size));
    }
    text.remove_prefix(size);
  }
  return safe;
}

}  // namespace policyd::ctl
