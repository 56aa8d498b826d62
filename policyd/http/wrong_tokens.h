// Addresses, of peers and of visitors behind a web server, that sent wrong tokens lately: ten in a minute, and what
// they send is not looked at for the rest of it.
//
// Bounded: of too many addresses the one that began first is forgotten.  An address stands here only for wrong tokens
// of its own, so nobody else's right one is ever refused.  Belongs to the server's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace policyd::http {

class WrongTokens {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::size_t kMostTries = 10;
  static constexpr std::chrono::seconds kWindow{60};
  static constexpr std::size_t kMostPeers = 4096;

  // How long the peer has to wait; nothing where it has not.
  std::optional<std::chrono::seconds> WaitOf(const std::string& peer, Time now) const;
  // True where this was the one too many.
  bool Add(const std::string& peer, Time now);

  std::size_t size() const { return tries_.size(); }

 private:
  struct Tries {
    std::size_t count = 0;
    Time began;
  };
  void MakeRoom(Time now);

  std::map<std::string, Tries> tries_;
};

}  // namespace policyd::http
