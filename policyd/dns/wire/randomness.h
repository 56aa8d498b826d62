// What a forger of answers has to guess: the id of a query and the case of its letters (0x20).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace policyd::dns {

// Bytes that nobody else can foretell, from the kernel.  Belongs to one thread.
class RandomBytes {
 public:
  // Valid until the next call.  REQUIRES: count <= 256.
  std::span<const std::uint8_t> Take(std::size_t count);

 private:
  std::array<std::uint8_t, 4096> buffer_{};
  std::size_t used_ = sizeof(buffer_);
};

// Decides for one name server whether letters are asked in random case.  Pure.
//
// The case must come back as it went out.  A server that never returned it is not forged but does not keep it; it is
// asked without from then on.
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
