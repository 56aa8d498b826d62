#include "policyd/serve/clean_clients.h"

namespace policyd::serve {

void CleanClients::Add(const dns::CleanClient& clean, Deadline now) {
  const auto hour = std::chrono::floor<std::chrono::hours>(now.time_since_epoch()).count();
  const std::uint64_t hash = HashOf(clean.client);
  const auto mark = static_cast<std::uint32_t>((hash >> 32) + static_cast<std::uint64_t>(hour));
  std::uint32_t& told = marks_[hash % kMarks];
  if (told == mark || news_.size() == kMostNews) return;
  told = mark;
  news_.push_back(clean);
}

}  // namespace policyd::serve
