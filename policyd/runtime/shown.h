// Makes text from outside safe to look at: for terminals, logs, pages and JSON alike.
//
// A text of a sender, a name server or a file must not move a cursor, switch a terminal's mode, or change the order in
// which a line reads.
#pragma once

#include <cstddef>
#include <cstdint>
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

// UTF-8; each unsafe character, and each byte that is no UTF-8, becomes '?'.
std::string Shown(std::string_view text);

}  // namespace policyd::runtime
