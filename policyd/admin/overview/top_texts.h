// The texts that come most of very many, counted in bounded memory: the space-saving algorithm of Metwally, Agrawal and
// El Abbadi.  Of a text that took the place of another its own tries are counted apart: what is told is never too high,
// so that strangers who come once each look like that.  A value of one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace policyd::admin {

struct CountedText {
  std::string text;
  std::uint64_t count = 0;

  bool operator==(const CountedText&) const = default;
};

class TopTexts {
 public:
  static constexpr std::size_t kKept = 256, kMaxText = 128;

  // Longer texts are cut.
  void Add(std::string_view text, std::uint64_t times);

  struct Kept {
    std::size_t hash = 0;      // of the text
    std::uint64_t count = 0;   // since it was kept: it came at least as often
    std::uint64_t before = 0;  // it may have come so often besides, while others were kept
    std::string text{};
  };
  const std::vector<Kept>& kept() const { return kept_; }

 private:
  std::vector<Kept> kept_;  // side by side: looking through all of them is what a text costs that was not there
};

// Of all that these have counted the `most` texts with the highest sums; of equal ones the first by letter.
std::vector<CountedText> Highest(const std::vector<const TopTexts*>& counted, std::size_t most);

}  // namespace policyd::admin
