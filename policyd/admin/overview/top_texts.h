// The texts that come most of very many, counted in bounded memory: the space-saving algorithm of Metwally, Agrawal and
// El Abbadi.  A text that is kept has a count that is right or too high, never too low.  A value of one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace policyd::admin {

struct CountedText {
  std::string text;
  std::uint64_t count = 0;

  bool operator==(const CountedText&) const = default;
};

class TopTexts {
 public:
  static constexpr std::size_t kKept = 64, kMaxText = 128;

  // Longer texts are cut.
  void Add(std::string_view text, std::uint64_t times);

  const std::unordered_map<std::string, std::uint64_t>& counts() const { return counts_; }

 private:
  std::unordered_map<std::string, std::uint64_t> counts_;
};

// By texts that somebody else keeps.
using TextCounts = std::unordered_map<std::string_view, std::uint64_t>;

// The `most` with the highest counts; of equal ones the first by letter.
std::vector<CountedText> Highest(const TextCounts& counts, std::size_t most);

}  // namespace policyd::admin
