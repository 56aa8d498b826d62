// Bytes that nobody else can foretell, from the kernel, for query ids and the case of names.  Belongs to one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace policyd::dns {

class RandomBytes {
 public:
  // Valid until the next call.  REQUIRES: count <= 256.
  std::span<const std::uint8_t> Take(std::size_t count);

 private:
  std::array<std::uint8_t, 4096> buffer_{};
  std::size_t used_ = sizeof(buffer_);
};

}  // namespace policyd::dns
