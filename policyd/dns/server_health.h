// Does a name server answer?  A pure state machine: the caller says what happened and what time it is.
//
// Down: at least 3 questions in a row unanswered, and none answered since the first of them was sent.  A question that
// was sent before the last answer says nothing when it stays unanswered: that name is slow, not the server.  Any reply
// of the server brings it up again, also one that says that it cannot.
#pragma once

#include <chrono>

#include "policyd/clock.h"

namespace policyd::dns {

class ServerHealth {
 public:
  // Once a question, however often it was sent.
  void Unanswered(Deadline sent, Deadline now);
  void Answered(Deadline now);

  bool is_down() const { return unanswered_ >= 3; }

  // Is it time to send one question to a server that is down?  A second after it was found to be, and every second.
  bool may_probe(Deadline now) const { return is_down() && now - last_probe_ >= std::chrono::seconds(1); }
  void Probed(Deadline now) { last_probe_ = now; }

 private:
  unsigned unanswered_ = 0;
  Deadline last_answer_{};
  Deadline last_probe_{};
};

}  // namespace policyd::dns
