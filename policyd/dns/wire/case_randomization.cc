#include "policyd/dns/wire/case_randomization.h"

namespace policyd::dns {

void CaseRandomization::CameBackRight() {
  was_right_ = true;
  wrong_in_a_row_ = 0;
}

bool CaseRandomization::CameBackWrong() {
  ++wrong_in_a_row_;
  if (!turns_ || (was_right_ && wrong_in_a_row_ < kReplaced)) return false;
  turns_ = false;
  return true;
}

}  // namespace policyd::dns
