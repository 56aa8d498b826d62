// Asks name servers: decides which server is asked, how many questions at a time, when a try is over, and what an
// answer is worth.  Belongs to one loop's thread.
//
// The servers are those of the settings, or those of resolv.conf (ResolvConfWatch tells of a change).  New settings
// hold from the next try on: a server that stays, by its address, keeps its health and the questions it was sent; one
// that is no longer named is asked nothing more, and goes once its last answer has come or is given up.
//
// A question is first queued, by the client's network and by deadline (fair_queue.h); Pump() sends what servers have
// room for.  Each sending is an Attempt.  The first usable answer to any attempt ends the question; a time-out or an
// error leads to the next try.  A truncated answer is asked for again over a TCP connection of its own; where that
// fails it is this question that fails.  Attempts outlive their time-out and their question, so that a late answer
// still counts.
//
// The order of servers is that of the settings; a server that is down is passed over, and they take turns where all
// are.  Whether one is down its own probe tells (server_probe.h): strangers choose what is asked here.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/dns/dns.h"
#include "policyd/dns/fair_queue.h"
#include "policyd/dns/servers/name_server.h"
#include "policyd/dns/servers/resolv_conf.h"
#include "policyd/dns/servers/server_load.h"
#include "policyd/dns/servers/server_probe.h"
#include "policyd/dns/wire/randomness.h"

namespace policyd::dns {

class Resolver final : public Dns {
 public:
  struct Events {
    std::function<void(const std::string&)> warn{};  // what the operator should mend; rare
    std::function<void(const config::Endpoint& server, bool is_down)> server_changed{};
    std::function<void()> health_changed{};                // servers() is another
    std::function<void(runtime::Deadline when)> proven{};  // an answer showed that a server resolves
  };
  // What it stands on: the network and the system's file; tests give their own.
  struct Ground {
    std::function<std::unique_ptr<NameServer>(uv_loop_t*, const config::Endpoint&, std::chrono::milliseconds,
                                              NameServer::Deliver)>
        make_server = MakeNameServer;
    std::string resolv_conf = kResolvConf;
  };

  Resolver(uv_loop_t* loop, const config::DnsSettings& settings, Events events);
  Resolver(uv_loop_t* loop, const config::DnsSettings& settings, Events events, Ground ground);
  ~Resolver() override;

  void SetSettings(const config::DnsSettings& settings);

  void Ask(const rules::DnsQuestion& question, const QuestionShare& share, runtime::Deadline deadline,
           Callback callback) override;
  bool servers_are_down() const override;
  std::vector<rules::NameServerState> servers() const;

 private:
  using Number = std::uint64_t;  // of a flight or an attempt; the order in which they began

  struct Server {
    config::Endpoint endpoint;
    ServerLoad load;
    CaseRandomization letter_case;
    std::vector<Number> held{};  // flights that failed and wait for the probe to end
    std::unique_ptr<NameServer> link{};
    std::unique_ptr<ServerProbe> probe{};

    bool is_down() const { return probe->health().is_down(); }
  };

  // One question until it is answered.
  struct Flight {
    std::shared_ptr<const rules::DnsQuestion> question;
    QuestionShare share;
    runtime::Deadline began;
    runtime::Deadline deadline;
    Callback callback;
    unsigned tries_left = 0;
    bool has_run_out = false;   // a try did
    unsigned repeats_left = 2;  // for nonsense and refused EDNS: asked again at once, which is no try
    bool is_queued = false;
    bool is_held = false;
    bool is_truncated = false;
    DnsReply error{};  // the last one that a server gave
    struct Asked {
      Server* server = nullptr;
      runtime::Deadline sent;  // first
    };
    std::vector<Asked> asked{};
  };

  struct Attempt {
    Number flight = 0;
    Server* server = nullptr;
    QuestionShare share;
    std::shared_ptr<const rules::DnsQuestion> question;
    std::vector<std::uint8_t> query{};  // where letters were turned
    runtime::Deadline doubtful_since;   // when the server was first asked
    bool is_young = true;
    bool is_open = true;       // not yet given up
    bool is_reported = false;  // its server has nothing more to say of it
    bool has_edns = false;
    bool is_over_tcp = false;
  };

  using Line = std::deque<std::pair<runtime::Deadline, Number>>;  // what is due when, in order

  void SetServers(const std::vector<config::Endpoint>& endpoints);
  std::unique_ptr<Server> MakeServer(const config::Endpoint& endpoint);
  void LetServersGo();

  // What the loop tells.
  void OnResult(const NameServer::Result& result, runtime::Deadline now);
  void OnReply(const Attempt& attempt, const std::vector<std::uint8_t>& message, runtime::Deadline now);
  void OnNonsense(const Attempt& attempt, runtime::Deadline now);
  void OnError(const Attempt& attempt, const DnsReply& reply, runtime::Deadline now);
  bool GoesOverTcp(Number number, Attempt& attempt, std::span<const std::uint8_t> message, runtime::Deadline now);
  void OnRefused(Attempt& attempt, runtime::Deadline now);
  void Tick();

  // A question's way: queued, sent, perhaps again, finished.
  void Enqueue(Number number, Flight& flight, runtime::Deadline now);
  void TryAgain(Number number, runtime::Deadline now);
  bool HoldsForProbe(Number number, Flight& flight, Server& server, runtime::Deadline now);
  void FinishHeld(Server& server);
  void Finish(Number number, DnsReply reply);
  bool IsNamesFault(const Flight& flight) const;
  void Pump(runtime::Deadline now);
  bool SendFirst(FairQueue& queue, runtime::Deadline now);
  bool SendNow(Number number, Flight& flight, runtime::Deadline now);
  bool EndsByDeadline(const Flight& flight, runtime::Deadline now) const;
  Server* PickServer(const Flight& flight);
  bool HasAnotherServer(const Flight& flight) const;
  void Send(Server& server, Number number, Flight& flight, runtime::Deadline now);
  std::vector<std::uint8_t> QueryFor(const Server& server, const rules::DnsQuestion& question);

  // An attempt's ends.
  void GiveUp(Number number, runtime::Deadline now);
  void Close(Attempt& attempt);
  void Age(Attempt& attempt);
  bool HasRightCase(const Attempt& attempt, const std::vector<std::uint8_t>& message);

  void ExpireLines(runtime::Deadline now);
  void ExpireWaiting(runtime::Deadline now);
  void ExpireQueue(const FairQueue& queue, runtime::Deadline now);
  void Proven(runtime::Deadline when);
  void TickOften(runtime::Deadline now);
  void StartTick(std::chrono::milliseconds every, runtime::Deadline now);
  void Settle();
  Flight* FindFlight(Number number);
  FairQueue& QueueOf(const QuestionShare& share) { return queues_[static_cast<std::size_t>(share.question_class)]; }
  // Also a late answer to the first try is of use while the last one is out.
  std::chrono::milliseconds patience() const { return settings_.timeout * std::max(settings_.tries, 1U); }

  uv_loop_t* loop_;
  config::DnsSettings settings_;
  Events events_;
  Ground ground_;
  RandomBytes random_;
  std::vector<std::unique_ptr<Server>> servers_;  // in the order of the settings
  std::vector<std::unique_ptr<Server>> leaving_;  // no longer named; what they were sent still counts
  std::size_t turn_ = 0;                          // of the server that is next while all are down
  Number last_number_ = 0;
  std::unordered_map<Number, Flight> flights_;
  std::unordered_map<Number, Attempt> attempts_;
  std::array<FairQueue, 2> queues_;  // by class
  Line young_;                       // attempts, by when they are no longer young
  std::set<std::pair<runtime::Deadline, Number>>
      unanswered_;                                       // attempts, by when they raise a doubt about their server
  std::set<std::pair<runtime::Deadline, Number>> open_;  // attempts, by when they are given up
  Line waiting_;  // flights, by when they have waited too long for servers that are down
  std::vector<std::pair<Callback, Answer>> finished_, told_;  // they take turns
  std::optional<runtime::Deadline> proven_;                   // when a server was last seen to resolve
  bool is_health_changed_ = false;
  std::chrono::milliseconds tick_interval_{};
  runtime::Deadline last_tick_{};
  bool was_late_ = false;
  runtime::Timer tick_;
  runtime::Timer deferred_;
  std::optional<ResolvConfWatch> resolv_conf_;  // where the settings name no server
};

}  // namespace policyd::dns
