// Asks DNS about many clients, at a bounded rate, by the daemon's own code, and keeps the answers in facts/.
//
// Belongs to one thread; Run() turns a loop of its own until all is asked.  Writes in steps of at most 1,000 rows, so
// that a daemon at work beside it never waits long.  Killed at any moment it leaves what was written so far.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cache/stores.h"
#include "policyd/config/config.h"
#include "policyd/dns/lookups.h"
#include "policyd/dns/resolver.h"
#include "policyd/runtime/uv_handle.h"
#include "rules/fact.h"
#include "rules/zones/health.h"

namespace policyd::admin {

class WarmUp {
 public:
  struct Settings {
    unsigned rate = 200;     // questions a second at most
    rules::TimePoint now{};  // when it begins
  };
  struct Counts {
    std::uint64_t known = 0;     // all was remembered and fresh
    std::uint64_t learnt = 0;    // every question was answered
    std::uint64_t failed = 0;    // at least one was not
    bool stopped_early = false;  // no name server answered any more; the rest was not asked about
  };

  // `stores` has facts(); both outlive the WarmUp.
  WarmUp(const config::Config& config, const cache::Stores& stores, const Settings& settings);

  // `progress` is told now and then how many clients are done.  An error where the store cannot be written.
  rules::Result<Counts> Run(std::vector<rules::IpAddress> clients, std::function<void(std::size_t)> progress);

 private:
  struct Client {
    rules::IpAddress address;
    rules::Facts facts;
    std::size_t waits_for = 0;  // answers
    bool has_failed = false;
  };
  using Number = std::uint64_t;  // of a client; the Lookups' inquiry

  void Tick();
  bool HasQuestion();
  void Begin(const rules::IpAddress& address);
  void Enqueue(Number number, Client& client, std::vector<rules::Question> questions);
  void SendFirst();
  void OnAnswer(const dns::LookupAnswer& answer);
  // Writes what was learnt; stops the loop where that fails.
  void Flush();
  rules::Result<rules::Done> Write(std::size_t begin, std::size_t end) const;
  rules::TimePoint Now() const;
  bool is_done() const { return next_ == clients_.size() && under_way_.empty(); }

  const config::Config& config_;
  const cache::Stores& stores_;
  const Settings settings_;
  const rules::Health health_;
  const runtime::Deadline began_ = std::chrono::steady_clock::now();

  runtime::Loop loop_;
  dns::Resolver resolver_;
  dns::Lookups lookups_;
  runtime::Timer tick_;

  std::vector<rules::IpAddress> clients_;
  std::size_t next_ = 0;  // of clients_
  std::unordered_map<Number, Client> under_way_;
  std::deque<std::pair<Number, rules::Question>> questions_;
  std::uint64_t sent_ = 0;
  unsigned ticks_ = 0;
  unsigned unanswered_ = 0;               // in a row
  std::vector<cache::FactWrite> learnt_;  // not yet written
  Counts counts_;
  std::function<void(std::size_t)> progress_;
  std::optional<rules::Error> error_;
};

// Which lists are asked when people want to know: those that the daemon has left out are not, those that no daemon has
// tested yet are.
rules::Health HealthForAsking(const config::Config& config, const cache::Stores& stores);

// Clients that are to be asked about.
struct ClientFile {
  std::vector<rules::IpAddress> clients;  // each once, in their order
  std::uint64_t skipped = 0;
};

// Reads lines of an address, then a blank and anything, or nothing.  Empty lines and lines that begin with # say
// nothing; what else does not begin with an address is skipped and counted.
ClientFile ReadClients(std::string_view text);
// Our own machines are let in without a question to DNS.
void LeaveOutOwn(const rules::Policy& policy, std::vector<rules::IpAddress>& clients);

}  // namespace policyd::admin
