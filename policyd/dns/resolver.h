// Asks name servers over the network.  Belongs to one loop's thread; resolver.cc is the one file that includes ares.h.
//
// The traps of c-ares 1.18.1 are handled in resolver.cc and named there.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/dns/fair_queue.h"
#include "policyd/dns/wire/dns_reply.h"
#include "policyd/runtime/clock.h"
#include "policyd/runtime/uv_handle.h"
#include "rules/question.h"
#include "rules/values/ip_address.h"
#include "rules/zones/health.h"

namespace policyd::dns {

// What became of one question.
struct Answer {
  DnsReply reply{};                    // kNotAnAnswer: nobody answered in time
  bool was_sent = false;               // false: no server could be asked in time, nothing was learnt
  bool server_answers_others = false;  // see rules::Fact
};

// Slow reverse zones must not starve the lists: kReverse holds at most half of the open questions.
enum class QuestionClass : std::uint8_t { kReverse, kList };

// Whose part of the open questions one takes: where questions have to wait, those of the networks wait that hold most.
struct QuestionShare {
  // Of nobody in particular.
  QuestionShare(QuestionClass question_class_) : question_class(question_class_) {}  // NOLINT: a class is a share
  QuestionShare(QuestionClass question_class_, const rules::IpAddress& client)
      : question_class(question_class_), network(NetworkOf(client)) {}

  QuestionClass question_class;
  ClientNetwork network{};
};

class Resolver {
 public:
  using Callback = std::function<void(const Answer&)>;

  virtual ~Resolver() = default;

  // Asks once, with tries and time-out of the settings, over at most all servers.  Never calls back from inside; always
  // calls back once, unless the Resolver is destroyed before.  What cannot be sent now is queued by `deadline`; one
  // that was never sent answers kNotAnAnswer.
  virtual void Ask(const rules::DnsQuestion& question, const QuestionShare& share, Deadline deadline,
                   Callback callback) = 0;

  // Every server left three probes in a row unanswered (server_health.h).  While it is so, questions are still sent, in
  // fewer numbers, and have one try; those that cannot be sent wait for one time-out at most.
  virtual bool servers_are_down() const = 0;
  virtual std::vector<rules::NameServerState> servers() const { return {}; }

  // Every question has had its answer.
  virtual bool is_idle() const = 0;
};

struct ResolverEvents {
  std::function<void(const std::string&)> warn;  // what the operator should mend; rare
  std::function<void(const Endpoint& server, bool is_down)> server_changed{};
  std::function<void()> health_changed;         // servers() is another
  std::function<void(Deadline when)> proven{};  // an answer showed that a server resolves
};

// With no servers in the settings the system's resolv.conf is followed.
std::unique_ptr<Resolver> MakeResolver(uv_loop_t* loop, const DnsSettings& settings, ResolverEvents events = {});

}  // namespace policyd::dns
