// Asks name servers over the network.  Belongs to one loop's thread; resolver.cc is the one file that includes ares.h.
//
// The traps of c-ares 1.18.1 are handled in resolver.cc and named there.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policyd/clock.h"
#include "policyd/config.h"
#include "policyd/dns/dns_reply.h"
#include "policyd/uv_handle.h"
#include "rules/question.h"

namespace policyd::dns {

// What became of one question.
struct Answer {
  DnsReply reply;                      // kNotAnAnswer: nobody answered in time
  bool server_answers_others = false;  // see rules::Fact
};

class Resolver {
 public:
  using Callback = std::function<void(const Answer&)>;

  virtual ~Resolver() = default;

  // Asks once, with tries and time-out of the settings, over at most all servers.  Never calls back from inside; always
  // calls back once, unless the Resolver is destroyed before.  What cannot be sent now is queued by `deadline`; one
  // that was never sent answers kNotAnAnswer.
  virtual void Ask(const rules::DnsQuestion& question, Deadline deadline, Callback callback) = 0;

  // At least 3 questions in a row unanswered by every server, none answered since the first of them was sent.
  virtual bool servers_are_down() const = 0;
};

// With no servers in the settings the system's resolv.conf is followed.
std::unique_ptr<Resolver> MakeResolver(uv_loop_t* loop, const DnsSettings& settings);

}  // namespace policyd::dns
