#include "rules/values/text_finder.h"

#include <algorithm>
#include <iterator>

namespace rules {

TextFinder::TextFinder(const std::vector<std::string>& texts) {
  for (std::size_t i = 0; i < texts.size(); ++i) texts_.push_back({texts[i], static_cast<int>(i)});
  std::sort(texts_.begin(), texts_.end(), [](const Text& a, const Text& b) { return a.text < b.text; });
}

std::vector<int> TextFinder::Find(std::string_view subject) const {
  std::vector<int> found;
  for (; !subject.empty(); subject.remove_prefix(1)) {
    // The texts that begin as the subject does: fewer with each byte.
    auto first = texts_.begin();
    auto last = texts_.end();
    for (std::size_t depth = 0;; ++depth) {
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
