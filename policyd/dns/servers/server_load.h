// Limits how much one name server is asked at a time: what is sent and unanswered, by age and by class.  Pure.
//
// Burst and total are separate.  A burst of 128 overflowed rbldnsd's socket buffer, and each lost question waited its
// whole time-out; of 64 none was lost.  What is unanswered for longer is recursion, not loss.
//
// A server that is down is asked on, a quarter as much: what it does answer is learnt, and one that fails under
// its load is relieved of most of it.
#pragma once

#include <algorithm>
#include <chrono>

#include "policyd/dns/dns.h"

namespace policyd::dns {

class ServerLoad {
 public:
  static constexpr unsigned kMaxBurst = 64;
  static constexpr std::chrono::milliseconds kYoung{20};

  explicit ServerLoad(unsigned max_open) : max_open_(max_open) {}
  void SetMaxOpen(unsigned max_open) { max_open_ = max_open; }

  bool HasRoom(QuestionClass question_class, bool is_down) const {
    const unsigned max_open = is_down ? std::max(max_open_ / 4, 1U) : max_open_;
    if (young_ >= kMaxBurst || open_ >= max_open) return false;
    return question_class == QuestionClass::kList || open_reverse_ < std::max(max_open / 2, 1U);
  }

  void Sent(QuestionClass question_class) {
    ++young_;
    ++open_;
    if (question_class == QuestionClass::kReverse) ++open_reverse_;
  }
  // Once each after Sent(): no longer young (answered, or kYoung old), no longer open (answered, or given up).
  void Aged() { --young_; }
  void Closed(QuestionClass question_class) {
    --open_;
    if (question_class == QuestionClass::kReverse) --open_reverse_;
  }

  unsigned open() const { return open_; }

 private:
  unsigned max_open_;
  unsigned young_ = 0;
  unsigned open_ = 0;
  unsigned open_reverse_ = 0;
};

}  // namespace policyd::dns
