#include "policyd/serve/clean_clients.h"

#include "policyd/serve/address_hash.h"

namespace policyd::serve {

bool CleanClients::Add(const rules::IpAddress& client, bool is_whitelisted, Deadline now) {
  const auto hour = std::chrono::floor<std::chrono::hours>(now.time_since_epoch()).count();
  const std::uint64_t hash = HashOf(client);
  const std::uint64_t mark = hash + static_cast<std::uint64_t>(hour);
  std::uint64_t& told = marks_[hash % kMarks];
  if (told == mark || news_.size() == kMostNews) return false;
  told = mark;
  news_.push_back({client, is_whitelisted});
  return news_.size() == 1;
}

}  // namespace policyd::serve
