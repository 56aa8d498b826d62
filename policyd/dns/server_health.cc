#include "policyd/dns/server_health.h"

namespace policyd::dns {

void ServerHealth::Unanswered(Deadline sent) {
  if (sent >= last_answer_) ++unanswered_;
}

void ServerHealth::Answered(Deadline now) {
  unanswered_ = 0;
  last_answer_ = now;
}

}  // namespace policyd::dns
