// After the description in "SipHash: a fast short-input PRF", sections 2.1 to 2.4, with 2 and 4 rounds.
#include "rules/values/siphash.h"

#include <bit>

namespace rules {
namespace {

// Up to 8 bytes, the first one lowest, on machines of either byte order.
template <class Bytes>
std::uint64_t ReadLittle(const Bytes& bytes, std::size_t at, std::size_t count) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) {
    word |= std::uint64_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
  }
  return word;
}

struct State {
  std::uint64_t v0, v1, v2, v3;

  void Round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void Compress(std::uint64_t word) {
    v3 ^= word;
    Round();
    Round();
    v0 ^= word;
  }
};

}  // namespace

std::uint64_t SipHash(const HashKey& key, std::string_view bytes) {
  const std::uint64_t k0 = ReadLittle(key, 0, 8);
  const std::uint64_t k1 = ReadLittle(key, 8, 8);
  // "somepseudorandomlygeneratedbytes"
  State state{k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573};

  const std::size_t tail = bytes.size() % 8;
  const std::size_t whole = bytes.size() - tail;
  for (std::size_t at = 0; at < whole; at += 8) state.Compress(ReadLittle(bytes, at, 8));
  state.Compress(ReadLittle(bytes, whole, tail) | std::uint64_t{bytes.size() & 0xff} << 56);

  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) state.Round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace rules
