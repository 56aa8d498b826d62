#include "policyd/http/wrong_tokens.h"

#include <algorithm>

namespace policyd::http {

std::optional<std::chrono::seconds> WrongTokens::WaitOf(const std::string& peer, Time now) const {
  const auto found = tries_.find(peer);
  if (found == tries_.end() || found->second.count < kMostTries) return std::nullopt;
  const Time end = found->second.began + kWindow;
  if (now >= end) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(end - now);
}

bool WrongTokens::Add(const std::string& peer, Time now) {
  auto found = tries_.find(peer);
  if (found == tries_.end()) {
    MakeRoom(now);
    found = tries_.emplace(peer, Tries{.count = 0, .began = now}).first;
  }
  Tries& tries = found->second;
  if (now - tries.began >= kWindow) tries = {.count = 0, .began = now};
  return ++tries.count == kMostTries;
}

void WrongTokens::MakeRoom(Time now) {
  if (tries_.size() < kMostPeers) return;
  std::erase_if(tries_, [now](const auto& one) { return now - one.second.began >= kWindow; });
  if (tries_.size() < kMostPeers) return;
  tries_.erase(std::min_element(tries_.begin(), tries_.end(),
                                [](const auto& a, const auto& b) { return a.second.began < b.second.began; }));
}

}  // namespace policyd::http
