#include "policyd/admin/overview/top_texts.h"

#include <algorithm>
#include <functional>

namespace policyd::admin {
namespace {

struct Sum {
  std::size_t hash;
  std::uint64_t count;
  std::string_view text;
};

// Sums of equal texts, each once.  Sorted by hash, since a map of tens of thousands costs five times as much.
std::vector<Sum> SumsOf(const std::vector<const TopTexts*>& counted) {
  std::vector<Sum> sums;
  sums.reserve(counted.size() * TopTexts::kKept);
  for (const TopTexts* texts : counted) {
    for (const auto& kept : texts->kept()) sums.push_back({kept.hash, kept.count, kept.text});
  }
  std::sort(sums.begin(), sums.end(),
            [](const Sum& a, const Sum& b) { return a.hash != b.hash ? a.hash < b.hash : a.text < b.text; });
  std::vector<Sum> once;
  for (const Sum& sum : sums) {
    if (!once.empty() && once.back().hash == sum.hash && once.back().text == sum.text) {
      once.back().count += sum.count;
    } else {
      once.push_back(sum);
    }
  }
  return once;
}

}  // namespace

void TopTexts::Add(std::string_view text, std::uint64_t times) {
  text = text.substr(0, kMaxText);
  const std::size_t hash = std::hash<std::string_view>()(text);
  const auto known = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const Kept& kept) { return kept.hash == hash && kept.text == text; });
  if (known != kept_.end()) {
    known->count += times;
  } else if (kept_.size() < kKept) {
    kept_.push_back({.hash = hash, .count = times, .text = std::string(text)});
  } else {
    const auto most = [](const Kept& kept) { return kept.count + kept.before; };
    const auto least = std::min_element(kept_.begin(), kept_.end(),
                                        [&most](const Kept& a, const Kept& b) { return most(a) < most(b); });
    *least = {.hash = hash, .count = times, .before = most(*least), .text = std::string(text)};
  }
}

std::vector<CountedText> Highest(const std::vector<const TopTexts*>& counted, std::size_t most) {
  std::vector<Sum> sums = SumsOf(counted);
  const auto middle = sums.begin() + static_cast<std::ptrdiff_t>(std::min(most, sums.size()));
  std::partial_sort(sums.begin(), middle, sums.end(), [](const Sum& a, const Sum& b) {
    return a.count != b.count ? a.count > b.count : a.text < b.text;
  });
  std::vector<CountedText> highest;
  for (auto sum = sums.begin(); sum != middle; ++sum) highest.push_back({std::string(sum->text), sum->count});
  return highest;
}

}  // namespace policyd::admin
