#include "policyd/serve/clients/clean_clients.h"

#include <chrono>

namespace policyd::serve {

bool CleanClients::IsDue(const rules::IpAddress& client, rules::TimePoint now) {
  const auto hour = std::chrono::floor<std::chrono::hours>(now.time_since_epoch()).count();
  const std::uint64_t hash = HashOf(client);
  const auto mark = static_cast<std::uint32_t>((hash >> 32) + static_cast<std::uint64_t>(hour));
  std::uint32_t& told = marks_[hash % kMarks];
  if (told == mark || news_.size() == kMostNews) return false;
  told = mark;
  return true;
}

}  // namespace policyd::serve
