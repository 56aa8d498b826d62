// The Resolver over given name servers: which server is asked, how many questions at a time, when a try is over, what
// an answer is worth.  Belongs to one loop's thread.
//
// A question is first queued, by class and deadline; Pump() sends what servers have room for.  Each sending is an
// Attempt.  The first usable answer to any attempt ends the question; a time-out or an error leads to the next try.
// Attempts outlive their time-out and their question, so that a late answer still counts.
//
// The order of servers is that of the settings; a server that is down is passed over, and probed once a second with a
// copy of a question that another server is asked, so that no question pays for it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "policyd/dns/letter_case.h"
#include "policyd/dns/name_server.h"
#include "policyd/dns/random_bytes.h"
#include "policyd/dns/resolver.h"
#include "policyd/dns/server_health.h"
#include "policyd/dns/server_load.h"

namespace policyd::dns {

class Asker final : public Resolver {
 public:
  using MakeServer = std::function<std::unique_ptr<NameServer>(uv_loop_t*, const Endpoint&, std::chrono::milliseconds,
                                                               NameServer::Deliver)>;

  // REQUIRES: there are servers in the settings.
  Asker(uv_loop_t* loop, const DnsSettings& settings, ResolverEvents events, const MakeServer& make_server);
  ~Asker() override;

  void Ask(const rules::DnsQuestion& question, QuestionClass question_class, Deadline deadline,
           Callback callback) override;
  bool servers_are_down() const override;
  bool is_idle() const override { return flights_.empty() && finished_.empty() && told_.empty(); }

 private:
  using Number = std::uint64_t;  // of a flight or an attempt; the order in which they began

  struct Server {
    Endpoint endpoint;
    ServerLoad load;
    LetterCase letter_case;
    ServerHealth health{};
    std::uint64_t usable_answers = 0;
    std::unique_ptr<NameServer> link{};
  };

  // One question until it is answered.
  struct Flight {
    std::shared_ptr<const rules::DnsQuestion> question;
    QuestionClass question_class = QuestionClass::kList;
    Deadline deadline;
    Callback callback;
    unsigned tries_left = 0;
    unsigned repeats_left = 2;  // for nonsense and refused EDNS: asked again at once, which is no try
    bool is_queued = false;
    DnsReply error{};  // the last one that a server gave
    struct Asked {
      const Server* server = nullptr;
      std::uint64_t usable_answers = 0;  // of the server when it was first sent
      bool counted_unanswered = false;
    };
    std::vector<Asked> asked{};
  };

  struct Attempt {
    Number flight = 0;
    Server* server = nullptr;
    QuestionClass question_class = QuestionClass::kList;
    std::shared_ptr<const rules::DnsQuestion> question;
    std::vector<std::uint8_t> query{};  // where letters were turned
    Deadline sent;
    bool is_probe = false;  // a copy: its end is no reason for another try
    bool is_young = true;
    bool is_open = true;       // not yet given up
    bool is_reported = false;  // its server has nothing more to say of it
    bool has_edns = false;
  };

  using Queue = std::map<std::pair<Deadline, Number>, Flight*>;
  using Line = std::deque<std::pair<Deadline, Number>>;  // what is due when, in order

  // What the loop tells.
  void OnResult(const NameServer::Result& result, Deadline now);
  void OnReply(const Attempt& attempt, const std::vector<std::uint8_t>& message, Deadline now);
  void OnNonsense(const Attempt& attempt, Deadline now);
  void OnError(const Attempt& attempt, const DnsReply& reply, Deadline now);
  void OnRefused(Attempt& attempt, Deadline now);
  void Tick();

  // A question's way: queued, sent, perhaps again, finished.
  void Enqueue(Number number, Flight& flight, Deadline now);
  void TryAgain(Number number, Deadline now);
  void Finish(Number number, DnsReply reply);
  void Pump(Deadline now);
  bool SendFirst(Queue& queue, Deadline now);
  bool SendNow(Number number, Flight& flight, Deadline now);
  Server* PickServer(const Flight& flight, Deadline now);
  bool HasAnotherServer(const Flight& flight) const;
  void Probe(const Server& asked, Number number, Flight& flight, Deadline now);
  void Send(Server& server, Number number, Flight& flight, Deadline now);

  // An attempt's ends.
  void GiveUp(Number number, Deadline now);
  void Close(Attempt& attempt);
  void Age(Attempt& attempt);
  void CountAnswered(Server& server, Deadline now);
  void CountUnanswered(const Attempt& attempt, Deadline now);
  bool HasRightCase(const Attempt& attempt, const std::vector<std::uint8_t>& message);

  void ExpireLines(Deadline now);
  void ExpireQueue(Queue& queue, Deadline now);
  void Settle();
  Flight* FindFlight(Number number);

  DnsSettings settings_;
  ResolverEvents events_;
  RandomBytes random_;
  std::vector<std::unique_ptr<Server>> servers_;
  Number last_number_ = 0;
  std::unordered_map<Number, Flight> flights_;
  std::unordered_map<Number, Attempt> attempts_;
  std::array<Queue, 2> queues_;
  Line young_;    // attempts, by when they are no longer young
  Line open_;     // attempts, by when they are given up
  Line waiting_;  // flights, by when they have waited too long for servers that are down
  std::vector<std::pair<Callback, Answer>> finished_, told_;  // they take turns
  bool were_down_ = false;
  Deadline last_tick_{};
  bool was_late_ = false;
  Timer tick_;
  Timer deferred_;
};

}  // namespace policyd::dns
