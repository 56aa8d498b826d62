#include "policyd/shared/seal.h"

#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace policyd::shared::seal_test {

config::SharedKey KeyFrom(std::uint8_t first) {
  config::SharedKey key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(first + i);
  return key;
}

Salt SaltFrom(std::uint8_t first) {
  Salt salt{};
  for (std::size_t i = 0; i < salt.size(); ++i) salt[i] = static_cast<std::uint8_t>(first + i);
  return salt;
}

std::string Bytes(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string Opened(const Seal& seal, RowKind kind, std::string_view key, std::string_view sealed) {
  const auto opened = seal.Open(kind, key, sealed);
  if (const auto* fault = std::get_if<SealFault>(&opened)) return "not opened: " + std::string(Name(*fault));
  return std::get<std::string>(opened);
}

// Computed from the grammar in seal.cc with hmac of Python's library and ChaCha20Poly1305 of its package cryptography.
constexpr const char* kKeyName = "sekimori:t:aa7b229dd2a49f238bcc475803f726c9";
constexpr const char* kSealed =
    "016465666768696a6b6c6d6e6f7071727387a2706dd8a53fcea28adcae828a674e2bfb3301f6b2be43cd67";

TEST(Seal, IsThatOfItsGrammar) {
  const Seal seal(KeyFrom(0), "sekimori:");
  EXPECT_EQ(seal.KeyOf(RowKind::kTriplet, "192.0.2.0/24"), kKeyName);
  EXPECT_EQ(seal.Close(RowKind::kTriplet, kKeyName, "first seen", SaltFrom(100)), Bytes(kSealed));
  EXPECT_EQ(Opened(seal, RowKind::kTriplet, kKeyName, Bytes(kSealed)), "first seen");
}

TEST(Seal, OpensWhatItClosed) {
  const Seal seal(KeyFrom(7), "s:");
  for (const std::size_t size : {0, 1, 15, 16, 17, 63, 64, 65, 4096, 100'000}) {
    const std::string row(size, 'x');
    const std::string sealed = seal.Close(RowKind::kPasses, "s:p:1", row, MakeSalt());
    EXPECT_EQ(sealed.size(), size + 33);
    EXPECT_EQ(Opened(seal, RowKind::kPasses, "s:p:1", sealed), row) << size;
  }
}

TEST(Seal, NamesDifferByKindKeyAndPrefix) {
  const Seal seal(KeyFrom(0), "sekimori:");
  const std::string name = seal.KeyOf(RowKind::kTriplet, "a");
  EXPECT_EQ(name, seal.KeyOf(RowKind::kTriplet, "a"));
  EXPECT_NE(name.substr(11), seal.KeyOf(RowKind::kPasses, "a").substr(11));
  EXPECT_NE(name, seal.KeyOf(RowKind::kTriplet, "b"));
  EXPECT_NE(name, Seal(KeyFrom(1), "sekimori:").KeyOf(RowKind::kTriplet, "a"));
  EXPECT_EQ("x" + name.substr(9), Seal(KeyFrom(0), "x").KeyOf(RowKind::kTriplet, "a"));
}

struct Case {
  const char* name;
  RowKind kind = RowKind::kTriplet;
  const char* key = kKeyName;
  std::uint8_t hosts_key = 0;
  const char* want = "not opened: seal";
};

class ForeignRowTest : public testing::TestWithParam<Case> {};

TEST_P(ForeignRowTest, IsNotBelieved) {
  const auto& row = GetParam();
  const std::string sealed = Seal(KeyFrom(0), "sekimori:").Close(RowKind::kTriplet, kKeyName, "first seen", MakeSalt());
  const Seal seal(KeyFrom(row.hosts_key), "sekimori:");
  EXPECT_EQ(Opened(seal, row.kind, row.key, sealed), row.want);
}

INSTANTIATE_TEST_SUITE_P(
    Seal, ForeignRowTest,
    testing::Values(Case{"its_own_place", RowKind::kTriplet, kKeyName, 0, "first seen"},
                    Case{"of_another_kind", RowKind::kPasses},
                    Case{"under_another_name", RowKind::kTriplet, "sekimori:t:aa7b229dd2a49f238bcc475803f726c8"},
                    Case{"under_another_prefix", RowKind::kTriplet, "other:t:aa7b229dd2a49f238bcc475803f726c9"},
                    Case{"of_other_hosts", RowKind::kTriplet, kKeyName, 1}),
    [](const auto& row) { return row.param.name; });

TEST(Seal, NoticesEveryFlippedBit) {
  const Seal seal(KeyFrom(0), "sekimori:");
  const std::string sealed = Bytes(kSealed);
  for (std::size_t bit = 8; bit < 8 * sealed.size(); ++bit) {
    std::string damaged = sealed;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(Opened(seal, RowKind::kTriplet, kKeyName, damaged), "not opened: seal") << "bit " << bit;
  }
}

TEST(Seal, NoticesEveryOtherLength) {
  const Seal seal(KeyFrom(0), "sekimori:");
  const std::string sealed = Bytes(kSealed);
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    const char* want = size < 33 ? "not opened: form" : "not opened: seal";
    EXPECT_EQ(Opened(seal, RowKind::kTriplet, kKeyName, sealed.substr(0, size)), want) << size;
  }
  EXPECT_EQ(Opened(seal, RowKind::kTriplet, kKeyName, sealed + "x"), "not opened: seal");
}

// Hosts are brought up to date one after another.
TEST(Seal, TellsLaterVersionsFromRubbish) {
  const Seal seal(KeyFrom(0), "sekimori:");
  EXPECT_EQ(Opened(seal, RowKind::kTriplet, kKeyName, "\2whatever"), "not opened: version");
  EXPECT_EQ(Opened(seal, RowKind::kTriplet, kKeyName, std::string(40, '\0')), "not opened: form");
}

TEST(Seal, NoSaltComesTwice) {
  EXPECT_NE(MakeSalt(), MakeSalt());
}

}  // namespace policyd::shared::seal_test
