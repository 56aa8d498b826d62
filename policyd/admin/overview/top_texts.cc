#include "policyd/admin/overview/top_texts.h"

#include <algorithm>

namespace policyd::admin {

void TopTexts::Add(std::string_view text, std::uint64_t times) {
  std::string key(text.substr(0, kMaxText));
  if (const auto known = kept_.find(key); known != kept_.end()) {
    known->second.count += times;
    return;
  }
  const auto most = [](const Kept& kept) { return kept.count + kept.before; };
  std::uint64_t before = 0;
  if (kept_.size() >= kKept) {
    const auto least = std::min_element(
        kept_.begin(), kept_.end(), [&most](const auto& a, const auto& b) { return most(a.second) < most(b.second); });
    before = most(least->second);
    kept_.erase(least);
  }
  kept_.emplace(std::move(key), Kept{.count = times, .before = before});
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
