// DNS as its callers see it: a question goes in, an answer comes out later.
//
// Lookups and ZoneProber ask through this; the Resolver answers from the network, a test from its table.
#pragma once

#include <cstdint>
#include <functional>

#include "policyd/dns/fair_queue.h"
#include "policyd/dns/wire/dns_reply.h"
#include "policyd/runtime/clock.h"
#include "rules/question.h"
#include "rules/values/ip_address.h"

namespace policyd::dns {

// What became of one question.
struct Answer {
  DnsReply reply{};                    // kNotAnAnswer: nobody answered in time
  bool was_sent = false;               // false: no server could be asked in time, nothing was learnt
  bool server_answers_others = false;  // see rules::Fact
};

// Slow reverse zones must not starve the lists: kReverse holds at most half of the open questions.
enum class QuestionClass : std::uint8_t { kReverse, kList };

// Which network's part of the open questions one takes: where questions have to wait, those of the networks wait that
// hold most.
struct QuestionShare {
  // Of nobody in particular.
  QuestionShare(QuestionClass of_class) : question_class(of_class) {}  // NOLINT: a class is a share
  QuestionShare(QuestionClass of_class, const rules::IpAddress& client)
      : question_class(of_class), network(NetworkOf(client)) {}

  QuestionClass question_class;
  ClientNetwork network{};
};

class Dns {
 public:
  using Callback = std::function<void(const Answer&)>;

  virtual ~Dns() = default;

  // Asks once, with tries and time-out of the settings, over at most all servers.  Never calls back from inside; always
  // calls back once, unless this is destroyed before.  What cannot be sent now is queued by `deadline`; one that was
  // never sent answers kNotAnAnswer.
  virtual void Ask(const rules::DnsQuestion& question, const QuestionShare& share, runtime::Deadline deadline,
                   Callback callback) = 0;

  // Every server left three probes in a row unanswered (server_health.h).  While it is so, questions are still sent, in
  // fewer numbers, and have one try; those that cannot be sent wait for one time-out at most.
  virtual bool servers_are_down() const = 0;
};

}  // namespace policyd::dns
