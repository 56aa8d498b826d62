#include "policyd/ctl/colours.h"

#include <unistd.h>

#include <cstdlib>
#include <ostream>
#include <utility>

namespace policyd::ctl {
namespace {

constexpr std::string_view kBold = "1";
constexpr std::string_view kRed = "31";
constexpr std::string_view kGreen = "32";
constexpr std::string_view kYellow = "33";

constexpr std::pair<std::string_view, std::string_view> kActions[] = {
    {"pass", kGreen}, {"tag", kYellow}, {"greylist", kYellow}, {"defer", kRed},
    {"reject", kRed}, {"hold", kRed},   {"discard", kRed},
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

}  // namespace

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

}  // namespace policyd::ctl
