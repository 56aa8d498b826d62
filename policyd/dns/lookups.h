// Keeps one query in flight per question in the whole process, however many wait for it.
//
// A question is known by what goes over the wire.  A waiter that goes away detaches; the query runs on and fills the
// cache.  Each answer is kept until the Writer has committed it: a Fact is found from the moment it is known.  Belongs
// to one loop's thread; DnsThread passes questions and answers between threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "cache/writer.h"
#include "policyd/config/config.h"
#include "policyd/dns/dns.h"
#include "policyd/dns/zones/zone_prober.h"
#include "policyd/metrics/metrics.h"
#include "policyd/runtime/clock.h"
#include "policyd/runtime/snapshot.h"
#include "policyd/runtime/uv_handle.h"
#include "rules/fact.h"
#include "rules/question.h"
#include "rules/watch/watch.h"
#include "rules/zones/health.h"

namespace policyd::dns {

// Where an answer goes: a worker's number and its Inquiry's.  It finds the Inquiry by number, so none outlives its
// target.
struct Waiter {
  std::uint32_t worker = 0;
  std::uint64_t inquiry = 0;

  bool operator==(const Waiter&) const = default;
};

struct LookupRequest {
  std::optional<Waiter> waiter{};  // nothing: the answer is for the store alone (a refresh)
  rules::IpAddress client;
  rules::Question question;    // REQUIRES: AsksDns(question.kind)
  runtime::Deadline deadline;  // by when the asker wants it: orders the queue
};

struct LookupAnswer {
  Waiter waiter;
  rules::Question question;
  rules::Fact fact;
};

class Lookups {
 public:
  struct Events {
    std::function<void(LookupAnswer)> answered;   // never from inside Ask()
    std::function<bool(cache::FactWrite)> store;  // false: the queue is full, the fact is dropped and counted
    std::function<rules::TimePoint()> now;
    // What the store holds of the client, or of the name; may be empty.  A worker that looked there before
    // an answer was committed may ask after it was.
    std::function<cache::KnownFacts(const rules::IpAddress&, const rules::Question&)> find = nullptr;
    // What a list was asked and answered, once a question of DNS; may be empty.
    std::function<void(const LookupRequest&, const Answer&, const rules::Fact&, runtime::Deadline::duration took)>
        list_answered{};
  };

  // `metrics` may be null (the tool).
  Lookups(uv_loop_t* loop, Dns& dns, const cache::LifetimeLimits& limits, Events events, metrics::Metrics* metrics);
  ~Lookups();
  Lookups(const Lookups&) = delete;
  Lookups& operator=(const Lookups&) = delete;

  void Ask(LookupRequest request);
  // The store now holds so many more of the facts that it was given, in that order (or dropped them).
  void Committed(std::size_t count);
  void SetLimits(const cache::LifetimeLimits& limits);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// An answer of DNS as a Fact: lifetimes, and for lists that an error is not a listing.  Pure.
rules::Fact ToFact(const rules::Question& question, const Answer& answer, const cache::LifetimeLimits& limits,
                   rules::TimePoint now);

// The resolver's thread: a loop with Resolver and Lookups.  All methods are safe from all threads.
class DnsThread {
 public:
  struct Settings {
    config::DnsSettings dns;
    std::function<void(LookupAnswer)> answered;   // on the resolver's thread
    std::function<bool(cache::FactWrite)> store;  // on the resolver's thread
    std::function<rules::TimePoint()> now;
    std::function<cache::KnownFacts(const rules::IpAddress&, const rules::Question&)> find;  // as in Events
    std::function<void(const std::string&)> warn;  // on the resolver's thread; may be empty
    // A name server does not answer any more, or does again; on the resolver's thread; may be empty.
    std::function<void(const config::Endpoint& server, bool is_down)> server_changed{};
    runtime::Snapshot<rules::Health>* health = nullptr;  // kept up to date; may be null
    metrics::Metrics* metrics = nullptr;
    std::vector<ProbedZone> zones{};                 // to be tested; none: their states are not looked after
    std::vector<cache::ZoneStateRow> zone_states{};  // of before the restart
    // On the resolver's thread, after every test of a zone and when its state changes; `was`: its state before.
    std::function<void(const cache::ZoneStateRow& row, rules::ZoneState was)> zone_reported{};
    // On the resolver's thread, after a look at ourselves.
    std::function<void(std::vector<rules::WatchFinding>)> watched{};
  };

  explicit DnsThread(Settings settings);
  ~DnsThread();
  DnsThread(const DnsThread&) = delete;
  DnsThread& operator=(const DnsThread&) = delete;

  // Ends the thread; open questions are not answered, and what is called afterwards does nothing.
  void End();
  void Ask(LookupRequest request);
  void Committed(std::size_t count);
  // Reload: new servers are asked from the next question on, new zones are tested at once.
  void SetSettings(const config::DnsSettings& dns, std::vector<ProbedZone> zones = {});
  void SawClean(std::vector<CleanClient> clients);
  // Looks at ourselves, unless such a look is under way.  REQUIRES: the plan is not empty.
  void Watch(rules::WatchPlan plan);
  // Has a server shown since then that it resolves?
  bool HasWorkedSince(runtime::Deadline when) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace policyd::dns
