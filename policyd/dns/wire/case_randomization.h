// Is a name server asked with letters in random case (0x20), and what does a wrong case in its answer mean?  Pure.
//
// The case must come back as it went out: a forger has to guess it.  A server that never returned it is not forged but
// does not keep it; it is asked without from then on.
#pragma once

namespace policyd::dns {

class CaseRandomization {
 public:
  explicit CaseRandomization(bool is_loopback) : turns_(!is_loopback) {}

  // Are letters turned in what is sent?
  bool turns() const { return turns_; }

  void CameBackRight();

  // True once: this server does not keep the case, and is asked without from now on.
  bool CameBackWrong();

 private:
  // So many wrong ones in a row, with a right id each, are no forger but a server that was replaced by another.
  static constexpr unsigned kReplaced = 50;

  bool turns_;
  bool was_right_ = false;
  unsigned wrong_in_a_row_ = 0;
};

}  // namespace policyd::dns
