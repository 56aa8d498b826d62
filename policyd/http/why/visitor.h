// Who is at the page: the address that asks, behind a web server that passes the question on, and how often its network
// has tried.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cache/locked.h"
#include "policyd/http/exchange.h"
#include "rules/values/ip_address.h"
#include "rules/values/time.h"

namespace policyd::http::why {

using Visitor = std::optional<rules::IpAddress>;  // nothing: a UNIX socket that does not say for whom

// The peer, or the address that its X-Forwarded-For says, read from the right as far as each hop is this machine or one
// of `proxies`: what stands before that anybody can write.
Visitor VisitorOf(const HttpRequest& request, const std::vector<rules::Network>& proxies);

// What counts as one visitor: an IPv4 address, a /64.
rules::Network NetworkOf(const rules::IpAddress& address);

// How many tries each network had within an hour: a network that has used them up waits.
//
// Bounded.  Where the table is full, the network that holds most of it is joined to one, upwards (a /24, a /16; a /48,
// a /32): then its parts share their tries, and nobody else's are forgotten.  Where none stands out, the one goes that
// tried last the longest ago.  Safe from all threads.
class Tries {
 public:
  struct Limits {
    std::size_t tries = 30;
    rules::seconds within{3600};
    std::size_t networks = 4096;
  };

  explicit Tries(Limits limits) : limits_(limits) {}
  Tries() : Tries(Limits{}) {}

  // Takes one try; false where there is none left.
  bool Take(const Visitor& visitor, rules::TimePoint now);
  // Gives the last one back: it was none.
  void GiveBack(const Visitor& visitor);

  std::size_t size() const;

 private:
  using Times = std::vector<rules::TimePoint>;  // the oldest first
  using Table = std::map<std::optional<rules::Network>, Times>;

  static Table::iterator Find(Table& table, const Visitor& visitor);
  void Forget(Times& times, rules::TimePoint now) const;
  void MakeRoom(Table& table, rules::TimePoint now) const;
  bool JoinLargest(Table& table) const;

  const Limits limits_;
  cache::Locked<Table> table_;
};

}  // namespace policyd::http::why
