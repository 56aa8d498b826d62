#include "rules/values/text_finder.h"

#include <algorithm>
#include <iterator>

namespace rules {
namespace {

constexpr std::size_t kBytePairs = 65'536;

// The number of the pair of bytes that the text begins with.  REQUIRES: it has two.
std::size_t PairOf(std::string_view text) {
  return static_cast<std::size_t>(static_cast<unsigned char>(text[0])) << 8 | static_cast<unsigned char>(text[1]);
}

}  // namespace

TextFinder::TextFinder(const std::vector<std::string>& texts) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    (texts[i].size() < 2 ? short_texts_ : texts_).push_back({texts[i], static_cast<int>(i)});
  }
  // std::string compares bytes as unsigned, so texts of one pair follow one another in the order of the pairs.
  std::sort(texts_.begin(), texts_.end(), [](const Text& a, const Text& b) { return a.text < b.text; });
  begins_.resize(kBytePairs + 1);
  for (const Text& text : texts_) ++begins_[PairOf(text.text) + 1];
  for (std::size_t pair = 0; pair < kBytePairs; ++pair) begins_[pair + 1] += begins_[pair];
}

std::vector<int> TextFinder::Find(std::string_view subject) const {
  std::vector<int> found;
  for (const Text& text : short_texts_) {
    if (subject.find(text.text) != std::string_view::npos) found.push_back(text.place);
  }
  if (texts_.empty()) return found;
  for (; subject.size() >= 2; subject.remove_prefix(1)) {
    // The texts that begin as the subject does: fewer with each byte.
    const std::size_t pair = PairOf(subject);
    auto first = texts_.begin() + begins_[pair];
    auto last = texts_.begin() + begins_[pair + 1];
    for (std::size_t depth = 2; first != last; ++depth) {
      for (; first != last && first->text.size() == depth; ++first) found.push_back(first->place);
      if (first == last || depth == subject.size()) break;
      const auto before = [depth](const Text& text, char c) {
        return static_cast<unsigned char>(text.text[depth]) < static_cast<unsigned char>(c);
      };
      const auto behind = [depth](char c, const Text& text) {
        return static_cast<unsigned char>(c) < static_cast<unsigned char>(text.text[depth]);
      };
      first = std::lower_bound(first, last, subject[depth], before);
      last = std::upper_bound(first, last, subject[depth], behind);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace rules
