// Colours for people: bold titles, and actions in the colour of what becomes of the mail.
//
// Only where main() found a terminal that wants them and said so of the stream; everywhere else text stays plain.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

namespace policyd::ctl {

// Is standard output a terminal, and do neither NO_COLOR (https://no-color.org) nor TERM forbid colours?
bool TerminalWantsColours();

void EnableColours(std::ostream& out);

std::string Bold(std::ostream& out, std::string_view text);
// "reject" in red, "greylist" in yellow, "pass" in green; other words stay plain.
std::string ColouredAction(std::ostream& out, std::string_view action);

}  // namespace policyd::ctl
