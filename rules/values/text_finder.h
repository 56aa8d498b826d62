// Finds those of many texts that stand somewhere in another one.
//
// Immutable; safe from all threads.  Takes a few steps a byte of the subject, however many texts there are, as most
// pairs of bytes begin none of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

class TextFinder {
 public:
  TextFinder() = default;
  explicit TextFinder(const std::vector<std::string>& texts);

  // Their places in the vector, ascending, each once.
  std::vector<int> Find(std::string_view subject) const;

 private:
  struct Text {
    std::string text;
    int place = 0;
  };
  std::vector<Text> texts_;  // sorted; those of less than two bytes apart from them
  std::vector<Text> short_texts_;
  std::vector<std::uint32_t> begins_;  // by the first two bytes: where texts_ of that pair, or of a later one, begin
};

}  // namespace rules
