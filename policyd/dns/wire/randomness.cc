#include "policyd/dns/wire/randomness.h"

#include <sys/random.h>

#include <cassert>

namespace policyd::dns {

std::span<const std::uint8_t> RandomBytes::Take(std::size_t count) {
  assert(count <= 256 && "one taking is one query");
  if (used_ + count > buffer_.size()) {
    // More than 256 bytes may come in parts, also where a signal arrives.
    for (std::size_t have = 0; have < buffer_.size();) {
      const ssize_t got = getrandom(buffer_.data() + have, buffer_.size() - have, 0);
      if (got > 0) have += static_cast<std::size_t>(got);
    }
    used_ = 0;
  }
  used_ += count;
  return std::span(buffer_).subspan(used_ - count, count);
}

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
