// Which of many texts stand somewhere in another one.
//
// Immutable; safe from all threads.  Takes a few dozen steps a byte of the subject, however many texts there are.
#pragma once

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
  std::vector<Text> texts_;  // sorted
};

}  // namespace rules
