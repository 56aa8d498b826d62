#include "policyd/dns/servers/server_health.h"

namespace policyd::dns {

void ServerHealth::Doubt(runtime::Deadline sent) {
  if (!IsProvenSince(sent)) doubt_ = std::max(doubt_.value_or(sent), sent);
}

void ServerHealth::Answered(runtime::Deadline now, bool proves) {
  if (!proves) return;
  unanswered_ = 0;
  proven_ = now;
  doubt_.reset();
}

void ServerHealth::ProbeSent(runtime::Deadline now) {
  probe_ = Probe::kOpen;
  probe_sent_ = now;
  doubt_.reset();
}

void ServerHealth::ProbeAnswered(runtime::Deadline now, bool proves) {
  if (!proves) return ProbeUnanswered();
  probe_ = Probe::kAnswered;
  Answered(now, proves);
}

void ServerHealth::ProbeUnanswered() {
  probe_ = Probe::kFailed;
  if (!IsProvenSince(probe_sent_)) ++unanswered_;
}

bool ServerHealth::is_probe_due(runtime::Deadline now) const {
  if (is_probe_open() || (!doubt_ && unanswered_ == 0)) return false;
  if (probe_ == Probe::kNone) return true;
  return now - probe_sent_ >= (probe_ == Probe::kAnswered ? proof_interval_ : kInterval);
}

}  // namespace policyd::dns
