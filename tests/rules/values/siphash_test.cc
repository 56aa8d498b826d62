#include "rules/values/siphash.h"

#include <gtest/gtest.h>

#include <string>

namespace rules::siphash_test {

// vectors_sip64 of the reference implementation (github.com/veorq/SipHash, CC0): key 00 01 .. 0f, input 00 01 .. (n-1).
// The vector of 15 bytes is also in the paper, appendix A.
TEST(SipHash, GivesTheReferenceVectors) {
  HashKey key;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  constexpr std::uint64_t kWant[] = {
      0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
      0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
      0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
      0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5,
  };
  std::string input;
  for (const std::uint64_t want : kWant) {
    EXPECT_EQ(SipHash(key, input), want) << input.size() << " bytes";
    input += static_cast<char>(input.size());
  }
}

TEST(SipHash, DependsOnEveryByteOfKeyAndInput) {
  const HashKey key{};
  const std::string input(20, '\xff');
  const std::uint64_t hash = SipHash(key, input);
  for (std::size_t i = 0; i < key.size(); ++i) {
    HashKey other = key;
    other[i] ^= 1;
    EXPECT_NE(SipHash(other, input), hash);
  }
  for (std::size_t i = 0; i < input.size(); ++i) {
    std::string other = input;
    other[i] ^= 1;
    EXPECT_NE(SipHash(key, other), hash);
  }
  EXPECT_NE(SipHash(key, input + '\0'), hash);
}

}  // namespace rules::siphash_test
