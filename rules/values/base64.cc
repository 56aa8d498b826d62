#include "rules/values/base64.h"

#include "rules/values/ascii.h"

namespace rules {

std::string DecodeBase64(std::string_view symbols) {
  std::string decoded;
  unsigned bits = 0;
  int count = 0;
  for (const char symbol : symbols) {
    const std::size_t value = kBase64Symbols.find(symbol);
    if (value == std::string_view::npos) continue;
    bits = bits << 6 | static_cast<unsigned>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    decoded += static_cast<char>(bits >> count & 0xFF);
  }
  return decoded;
}

bool IsBase64(std::string_view text) {
  text = WithoutBlanks(text);
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  for (const char c : text) {
    if (!IsBlank(c) && kBase64Symbols.find(c) == std::string_view::npos) return false;
  }
  return true;
}

}  // namespace rules
