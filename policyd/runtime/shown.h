// Makes text from outside safe to look at: for terminals, logs, pages and JSON alike.
//
// A text of a sender, a name server or a file must not move a cursor, switch a terminal's mode, or change the order in
// which a line reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace policyd::runtime {

// One code point at the start of a text that is not empty.
struct CodePoint {
  std::size_t size = 1;   // bytes
  bool is_valid = false;  // else a byte that is no UTF-8
  std::uint32_t value = 0;
};
CodePoint FirstCodePoint(std::string_view text);

// Controls (C0, DEL, C1), marks that set the direction of text, and characters without a width.
bool IsUnsafe(std::uint32_t code_point);

// A blank of whatever width, and what looks like one though it is a letter or a sign.
bool IsBlankLooking(std::uint32_t code_point);

// Is there nothing to be seen in it?
bool LooksEmpty(std::string_view text);

// A mark that stands on the letter before it (Unicode's category M).  Without end they cover the lines around, so a
// letter has at most kMostMarks: more than any language writes.
bool IsMark(std::string_view character);
inline constexpr std::size_t kMostMarks = 4;

// What is wrong with one line that a person hands in, to be kept and shown to others, as "expected ..."; nothing where
// it can be kept: UTF-8 without unsafe characters, and not too many marks on a letter.
std::optional<std::string> FaultOfLine(std::string_view text);

// UTF-8; each unsafe character, and each byte that is no UTF-8, becomes '?'.
std::string Shown(std::string_view text);

}  // namespace policyd::runtime
