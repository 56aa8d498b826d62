// Tells whether a name server is up, and whether it was proven to resolve.  A pure state machine: the caller says what
// happened when.
//
// Strangers choose the names that we ask about, so their silence says nothing of the server.  Its own probe does: a
// question that it has the answer to, asked once somebody's question waits for long, then once a second.  A server is
// down when three probes in a row went unanswered and nothing else was answered meanwhile.  One that says of its probe
// that it cannot, or will not, has not answered it: it is of no use to us.  What it says of strangers' names does not
// count against it.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "policyd/runtime/clock.h"

namespace policyd::dns {

class ServerHealth {
 public:
  // `timeout`: of a question's try; the answer to a probe must be known before the tries run out.
  explicit ServerHealth(std::chrono::milliseconds timeout) { SetTimeout(timeout); }
  void SetTimeout(std::chrono::milliseconds timeout) {
    proof_interval_ = std::min<std::chrono::milliseconds>(timeout / 4, kInterval);
  }

  // A question that was first sent then has waited for long, was refused or failed.
  void Doubt(runtime::Deadline sent);
  // To a question, or late to a probe.  `proves`: the answer shows that the server resolves.
  void Answered(runtime::Deadline now, bool proves);
  void ProbeSent(runtime::Deadline now);
  void ProbeAnswered(runtime::Deadline now, bool proves);
  // The probe ran out or could not be sent.
  void ProbeUnanswered();

  bool is_probe_due(runtime::Deadline now) const;
  bool is_probe_open() const { return probe_ == Probe::kOpen; }
  // A probe that is due, open or to be repeated.
  bool is_watched() const { return doubt_ || is_probe_open() || unanswered_ > 0; }
  bool is_down() const { return unanswered_ >= 3; }
  // The last probe went unanswered: other servers are asked first.
  bool is_suspect() const { return unanswered_ > 0; }
  bool IsProvenSince(runtime::Deadline when) const { return proven_ && *proven_ >= when; }

 private:
  static constexpr std::chrono::milliseconds kInterval{1000};
  enum class Probe { kNone, kOpen, kAnswered, kFailed };

  std::chrono::milliseconds proof_interval_{};  // between probes that are answered
  unsigned unanswered_ = 0;                     // probes in a row
  Probe probe_ = Probe::kNone;                  // the last one
  runtime::Deadline probe_sent_{};
  std::optional<runtime::Deadline> proven_{};
  std::optional<runtime::Deadline> doubt_{};
};

}  // namespace policyd::dns
