#include "policyd/admin/overview/top_texts.h"

#include <algorithm>

namespace policyd::admin {

void TopTexts::Add(std::string_view text, std::uint64_t times) {
  std::string key(text.substr(0, kMaxText));
  if (const auto known = counts_.find(key); known != counts_.end()) {
    known->second += times;
    return;
  }
  std::uint64_t count = times;
  if (counts_.size() >= kKept) {
    // It may have come as often as the one that it replaces.
    const auto least = std::min_element(counts_.begin(), counts_.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; });
    count += least->second;
    counts_.erase(least);
  }
  counts_.emplace(std::move(key), count);
}

std::vector<CountedText> Highest(const TextCounts& counts, std::size_t most) {
  std::vector<std::pair<std::string_view, std::uint64_t>> texts(counts.begin(), counts.end());
  const auto middle = texts.begin() + static_cast<std::ptrdiff_t>(std::min(most, texts.size()));
  std::partial_sort(texts.begin(), middle, texts.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::vector<CountedText> highest;
  for (auto text = texts.begin(); text != middle; ++text) highest.push_back({std::string(text->first), text->second});
  return highest;
}

}  // namespace policyd::admin
