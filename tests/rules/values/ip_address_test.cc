#include "rules/values/ip_address.h"

#include <arpa/inet.h>

#include <array>
#include <optional>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace rules::ip_address_test {

struct ParseCase {
  const char* name;
  std::string text;
  const char* want;  // as printed; null: refused
};

class IpAddressTest : public testing::TestWithParam<ParseCase> {};

TEST_P(IpAddressTest, ParsesAndPrintsTheOneForm) {
  const auto got = IpAddress::Parse(GetParam().text);
  ASSERT_EQ(got.has_value(), GetParam().want != nullptr) << GetParam().text;
  if (!got) return;
  EXPECT_EQ(got->ToString(), GetParam().want);
  EXPECT_EQ(IpAddress::Parse(got->ToString()), got);
  EXPECT_EQ(IpAddress::FromBytes(got->bytes()), *got);
}

INSTANTIATE_TEST_SUITE_P(
    V4, IpAddressTest,
    testing::Values(
        ParseCase{"ordinary", "192.0.2.1", "192.0.2.1"}, ParseCase{"least", "0.0.0.0", "0.0.0.0"},
        ParseCase{"largest", "255.255.255.255", "255.255.255.255"}, ParseCase{"octet_too_large", "256.0.0.1", nullptr},
        ParseCase{"leading_zero", "192.0.2.01", nullptr}, ParseCase{"leading_zeros", "192.0.2.001", nullptr},
        ParseCase{"octal", "0300.0.2.1", nullptr}, ParseCase{"two_zeros", "00.0.2.1", nullptr},
        ParseCase{"more_than_32_bits", "4294967297.0.2.1", nullptr},
        ParseCase{"more_than_64_bits", "192.0.2.18446744073709551617", nullptr},
        ParseCase{"long", std::string(10'000, '0') + ".0.2.1", nullptr}, ParseCase{"one_number", "3221225985", nullptr},
        ParseCase{"first_dot", ".192.0.2.1", nullptr}, ParseCase{"zone_of_v4", "192.0.2.1%eth0", nullptr},
        ParseCase{"three_octets", "192.0.2", nullptr}, ParseCase{"five_octets", "192.0.2.1.1", nullptr},
        ParseCase{"final_dot", "192.0.2.1.", nullptr}, ParseCase{"empty_octet", "192..2.1", nullptr},
        ParseCase{"sign", "192.0.2.-1", nullptr}, ParseCase{"plus", "192.0.2.+1", nullptr},
        ParseCase{"hexadecimal", "0xc0.0.2.1", nullptr}, ParseCase{"blank", " 192.0.2.1", nullptr},
        ParseCase{"nul", std::string("192.0.2.1\0", 10), nullptr}, ParseCase{"empty", "", nullptr},
        ParseCase{"unknown", "unknown", nullptr}),
    [](const auto& row) { return row.param.name; });

// RFC 4291 section 2.2 (reading), RFC 5952 section 4 (printing).
INSTANTIATE_TEST_SUITE_P(
    V6, IpAddressTest,
    testing::Values(
        ParseCase{"full", "2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"},
        ParseCase{"upper_case", "2001:DB8::A", "2001:db8::a"}, ParseCase{"any", "::", "::"},
        ParseCase{"loopback", "::1", "::1"}, ParseCase{"gap_at_the_end", "2001:db8::", "2001:db8::"},
        ParseCase{"single_zero_group_is_kept", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        ParseCase{"longest_run", "2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
        ParseCase{"first_of_equal_runs", "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        ParseCase{"gap_of_one_group", "1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8"},
        ParseCase{"dotted_end", "64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
        ParseCase{"dotted_end_in_full", "1:2:3:4:5:6:192.0.2.33", "1:2:3:4:5:6:c000:221"},
        ParseCase{"mapped_is_v4", "::ffff:192.0.2.1", "192.0.2.1"},
        ParseCase{"mapped_in_hex_is_v4", "::FFFF:c000:201", "192.0.2.1"}, ParseCase{"two_gaps", "1::2::3", nullptr},
        ParseCase{"three_colons", ":::", nullptr}, ParseCase{"single_colon_first", ":1:2:3:4:5:6:7", nullptr},
        ParseCase{"single_colon_last", "1:2:3:4:5:6:7:", nullptr}, ParseCase{"seven_groups", "1:2:3:4:5:6:7", nullptr},
        ParseCase{"nine_groups", "1:2:3:4:5:6:7:8:9", nullptr},
        ParseCase{"gap_of_nothing", "1:2:3:4::5:6:7:8", nullptr}, ParseCase{"five_digits", "12345::", nullptr},
        ParseCase{"no_digit", "g::1", nullptr}, ParseCase{"zone", "fe80::1%eth0", nullptr},
        ParseCase{"brackets", "[::1]", nullptr}, ParseCase{"dotted_in_the_middle", "::192.0.2.1:1", nullptr},
        ParseCase{"dotted_before_the_gap", "192.0.2.1::1", nullptr},
        ParseCase{"hostile_length", std::string(10'000, ':'), nullptr}),
    [](const auto& row) { return row.param.name; });

// The C library's reader and printer of dotted decimal keep the same rules.
TEST(IpAddress, ReadsAndPrintsV4AsTheCLibraryDoes) {
  constexpr std::string_view kCharacters = "0123456789.0125.";
  std::mt19937 random(4);
  int valid = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::array<char, INET_ADDRSTRLEN> written{};
    const auto drawn = static_cast<std::uint32_t>(random());
    inet_ntop(AF_INET, &drawn, written.data(), written.size());
    std::string text(written.data());
    for (int changes = i % 3; changes > 0; --changes) {
      const std::size_t at = random() % text.size();
      text.replace(at, random() % 2, random() % 3, kCharacters[random() % kCharacters.size()]);
      if (text.empty()) break;
    }
    std::array<std::uint8_t, 4> want{};
    const auto got = IpAddress::Parse(text);
    ASSERT_EQ(got.has_value(), inet_pton(AF_INET, text.c_str(), want.data()) == 1) << text;
    if (!got) continue;
    ++valid;
    EXPECT_EQ(*got, IpAddress::FromBytes(want)) << text;
    EXPECT_EQ(got->ToString(), text);
  }
  EXPECT_GT(valid, 40'000);
  EXPECT_LT(valid, 90'000);
}

TEST(IpAddress, IsEqualWhereFamilyAndEveryByteAre) {
  // 1.2.3.4 and 102:304:: begin with the same bytes, 0.0.0.0 and :: have no others.
  const char* const texts[] = {"::",      "0.0.0.0", "1::",       "1.2.3.4",    "1.2.3.5",    "1.2.4.4",
                               "1.3.3.4", "2.2.3.4", "102:304::", "2001:db8::", "2001:db8::1"};
  for (const char* a : texts) {
    for (const char* b : texts) EXPECT_EQ(IpAddress::Parse(a) == IpAddress::Parse(b), a == b) << a << " " << b;
  }
}

TEST(IpAddress, ReversesIntoTheLabelsOfDns) {
  EXPECT_EQ(IpAddress::Parse("127.0.0.2")->ReversedLabels(), "2.0.0.127");
  EXPECT_EQ(IpAddress::Parse("127.0.0.2")->ArpaName(), "2.0.0.127.in-addr.arpa");
  // RFC 5782 section 2.4
  EXPECT_EQ(IpAddress::Parse("2001:db8:1:2:3:4:567:89ab")->ReversedLabels(),
            "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2");
  EXPECT_TRUE(IpAddress::Parse("::1")->ArpaName().ends_with(".0.0.ip6.arpa"));
}

struct NetworkCase {
  const char* name;
  const char* text;
  const char* want;  // as printed, or "!" and a part of the error
};

class NetworkTest : public testing::TestWithParam<NetworkCase> {};

TEST_P(NetworkTest, ParsesOrSaysWhatWasExpected) {
  const auto got = Network::Parse(GetParam().text);
  const std::string_view want = GetParam().want;
  if (want.starts_with('!')) {
    ASSERT_FALSE(got.ok()) << GetParam().text;
    EXPECT_NE(got.error().message.find(want.substr(1)), std::string::npos) << got.error().message;
    EXPECT_NE(got.error().message.find("got \"" + std::string(GetParam().text) + "\""), std::string::npos);
  } else {
    ASSERT_TRUE(got.ok()) << got.error().message;
    EXPECT_EQ(got->ToString(), want);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Network, NetworkTest,
    testing::Values(
        NetworkCase{"v4", "192.0.2.0/24", "192.0.2.0/24"}, NetworkCase{"v6", "2001:DB8::/32", "2001:db8::/32"},
        NetworkCase{"address_alone", "192.0.2.1", "192.0.2.1/32"}, NetworkCase{"v6_address_alone", "::1", "::1/128"},
        NetworkCase{"everything", "0.0.0.0/0", "0.0.0.0/0"}, NetworkCase{"all_of_v6", "::/0", "::/0"},
        NetworkCase{"mapped", "::ffff:192.0.2.0/120", "192.0.2.0/24"},
        NetworkCase{"mapped_with_a_short_prefix", "::ffff:0.0.0.0/95", "!expected an address or a network"},
        NetworkCase{"host_bits", "192.0.2.5/24", "!expected 192.0.2.0/24"},
        NetworkCase{"host_bits_v6", "2001:db8::1/64", "!expected 2001:db8::/64"},
        NetworkCase{"prefix_too_long", "192.0.2.0/33", "!expected"},
        NetworkCase{"prefix_too_long_v6", "::/129", "!expected"}, NetworkCase{"no_prefix", "192.0.2.0/", "!expected"},
        NetworkCase{"negative", "192.0.2.0/-1", "!expected"},
        NetworkCase{"netmask", "192.0.2.0/255.255.255.0", "!expected"},
        NetworkCase{"short_form", "192.168/16", "!expected"}, NetworkCase{"empty", "", "!expected"}),
    [](const auto& row) { return row.param.name; });

TEST(Network, ContainsItsAddressesAndNoOthers) {
  struct {
    const char* network;
    const char* address;
    bool want;
  } const rows[] = {
      {"192.0.2.0/24", "192.0.2.255", true},
      {"192.0.2.0/24", "192.0.3.0", false},
      {"192.0.2.128/25", "192.0.2.127", false},
      {"192.0.2.128/25", "192.0.2.128", true},
      {"0.0.0.0/0", "255.255.255.255", true},
      {"0.0.0.0/0", "::1", false},
      {"::/0", "192.0.2.1", false},
      {"2001:db8::/33", "2001:db8:7fff::1", true},
      {"2001:db8::/33", "2001:db8:8000::", false},
      {"192.0.2.1/32", "192.0.2.1", true},
      {"192.0.2.1/32", "192.0.2.2", false},
      {"10.0.0.0/7", "11.255.0.1", true},
      {"10.0.0.0/7", "12.0.0.1", false},
      {"2001:db8::/32", "2001:db9::", false},
      {"2001:db8::1/128", "2001:db8::1", true},
      {"2001:db8::1/128", "2001:db8::", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Network::Parse(row.network)->Contains(*IpAddress::Parse(row.address)), row.want)
        << row.network << " " << row.address;
  }
}

TEST(Network, ClearsHostBitsOfAnAddress) {
  EXPECT_EQ(Network(*IpAddress::Parse("192.0.2.77"), 24).ToString(), "192.0.2.0/24");
  EXPECT_EQ(Network(*IpAddress::Parse("2001:db8:1:2:3:4:5:6"), 64).ToString(), "2001:db8:1:2::/64");
  EXPECT_EQ(Network(*IpAddress::Parse("192.0.2.77"), 0).ToString(), "0.0.0.0/0");
}

TEST(IpAddress, KnowsLoopback) {
  for (const char* text : {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(IpAddress::Parse(text)->is_loopback()) << text;
  }
  for (const char* text : {"126.255.255.255", "128.0.0.0", "0.0.0.0", "::", "::2", "1::1", "7f00::1"}) {
    EXPECT_FALSE(IpAddress::Parse(text)->is_loopback()) << text;
  }
}

TEST(IpAddress, KnowsWhatIsPublic) {
  for (const char* text : {"192.0.2.1", "9.255.255.255", "100.63.0.1", "100.128.0.1", "172.15.0.1", "172.32.0.1",
                           "169.253.0.1", "192.167.0.1", "223.255.255.255", "2001:db8::1", "fb00::1", "fec0::1"}) {
    EXPECT_TRUE(IpAddress::Parse(text)->is_public()) << text;
  }
  for (const char* text : {"0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.0.1", "127.0.0.1", "169.254.0.1", "172.16.0.1",
                           "172.31.0.1", "192.168.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fc00::1",
                           "fd00::1", "fe80::1", "febf::1", "ff02::1"}) {
    EXPECT_FALSE(IpAddress::Parse(text)->is_public()) << text;
  }
}

}  // namespace rules::ip_address_test
