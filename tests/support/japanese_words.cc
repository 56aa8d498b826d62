#include "tests/support/japanese_words.h"

#include <algorithm>
#include <array>

#include "rules/values/ascii.h"

namespace support {
namespace {

bool IsOfAllLanguages(std::string_view word) {
  constexpr std::array<std::string_view, 20> kNames{
      "Sekimori", "Postfix", "Spamhaus", "Exchange", "Linux", "macOS",  "Windows",  "Web",    "localhost",  "auto",
      "KiB",      "MiB",     "GiB",      "TiB",      "IPv",   "libpsl", "sekimori", "Google", "postmaster", "ms"};
  if (std::ranges::find(kNames, word) != kNames.end()) return true;
  return std::ranges::none_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

std::vector<std::string> EnglishWordsIn(std::string_view text) {
  std::vector<std::string> words;
  const auto is_part = [](char c) {
    return rules::IsAlphanumeric(c) || std::string_view("._@/:-<>=\"'*").find(c) != std::string_view::npos;
  };
  for (std::size_t at = 0; at < text.size();) {
    if (!is_part(text[at])) {
      ++at;
      continue;
    }
    const auto end = static_cast<std::size_t>(
        std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_part) - text.begin());
    std::string_view word = text.substr(at, end - at);
    at = end;
    while (!word.empty() && std::string_view(".:\"'").find(word.back()) != std::string_view::npos)
      word.remove_suffix(1);
    const bool is_name = std::ranges::any_of(word, [](char c) { return !rules::IsLetter(c); });
    if (word.size() > 1 && !is_name && !IsOfAllLanguages(word)) words.emplace_back(word);
  }
  return words;
}

}  // namespace support
