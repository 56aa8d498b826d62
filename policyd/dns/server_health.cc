#include "policyd/dns/server_health.h"

namespace policyd::dns {

void ServerHealth::Unanswered(Deadline sent, Deadline now) {
  if (sent < last_answer_) return;
  const bool was_down = is_down();
  ++unanswered_;
  if (!was_down && is_down()) last_probe_ = now;
}

void ServerHealth::Answered(Deadline now) {
  unanswered_ = 0;
  last_answer_ = now;
}

}  // namespace policyd::dns
