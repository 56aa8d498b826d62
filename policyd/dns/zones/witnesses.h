// Keeps clients that are known to be honest: a DNS list that begins to name many of them cannot be believed.
//
// A client becomes a witness against a list by having been clean, and not on that list, at two times a day or more
// apart. Kept in memory, so that after a start it takes as long again.  Bounded, and no network fills it: one witness
// of a /24 or /48, a few of a /16 or /32; those that came first stay while they are seen.  Belongs to one thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rules/values/ip_address.h"
#include "rules/values/time.h"
#include "rules/zones/witness.h"

namespace policyd::dns {

// A client that people vouch for, or that passed as clean while some lists were asked about it.
struct CleanClient {
  rules::IpAddress client;
  rules::TimePoint seen{};
  rules::Testimony testimony{};
};

// Which networks have a place already.
class NetworkShares {
 public:
  // False where the address's network has one, or those around it have enough.
  bool Take(const rules::IpAddress& address);
  void Release(const rules::IpAddress& address);
  bool Has(const rules::IpAddress& address) const { return one_.contains(rules::NetworksOf(address).one); }
  void Clear();

 private:
  std::set<rules::Network> one_;
  std::map<rules::Network, std::size_t> many_;
};

class Witnesses {
 public:
  void SawClean(const CleanClient& clean);
  bool IsWitness(const rules::IpAddress& client, std::string_view zone, rules::TimePoint now) const;

 private:
  struct Absence {
    const std::string* zone = nullptr;  // one of zones_
    rules::TimePoint first{}, last{};   // when the list answered that it does not name the client
  };
  struct Known {
    rules::TimePoint seen{};
    std::vector<Absence> absences;
  };

  bool MakeRoom(rules::TimePoint now);

  std::set<std::string, std::less<>> zones_;  // each once: a witness names many
  std::map<rules::IpAddress, Known> known_;
  NetworkShares shares_;
  rules::TimePoint tidied_{};
};

}  // namespace policyd::dns
