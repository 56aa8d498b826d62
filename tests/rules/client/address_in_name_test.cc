#include "rules/client/address_in_name.h"

#include <gtest/gtest.h>

#include <string>

namespace rules::address_in_name_test {

struct Case {
  const char* name;
  const char* address;
  std::string host;
  AddressInName want;
};

class OwnAddressTest : public testing::TestWithParam<Case> {};

TEST_P(OwnAddressTest, IsFoundInEveryUsualForm) {
  EXPECT_EQ(FindAddressInName(GetParam().host, *IpAddress::Parse(GetParam().address)), GetParam().want)
      << GetParam().host;
}

constexpr const char* kV4 = "192.0.34.228";  // c00022e4
constexpr auto kWhole = AddressInName::kWhole;
constexpr auto kPartly = AddressInName::kLastTwo;
constexpr auto kTogether = AddressInName::kLastTwoTogether;
constexpr auto kNone = AddressInName::kNone;

INSTANTIATE_TEST_SUITE_P(
    V4, OwnAddressTest,
    testing::Values(Case{"hyphens", kV4, "a192-0-34-228.cpe.example", kWhole},
                    Case{"dots", kV4, "192.0.34.228.dyn.example", kWhole},
                    Case{"underscores", kV4, "ip192_0_34_228.example", kWhole},
                    Case{"letters_between", kV4, "192a0b34c228.example", kWhole},
                    Case{"reversed", kV4, "228-34-0-192.dynamic.example", kWhole},
                    Case{"reversed_dots", kV4, "228.34.0.192.rev.example", kWhole},
                    Case{"turned_round", kV4, "228.ip-192-0-34.example", kWhole},
                    Case{"over_labels", kV4, "host-192-0.34-228.example", kWhole},
                    Case{"padded", kV4, "192-000-034-228.example", kWhole},
                    Case{"padded_together", kV4, "dhcp192000034228.example", kWhole},
                    Case{"padded_together_reversed", kV4, "228034000192.example", kWhole},
                    Case{"padded_in_pairs", kV4, "192000-034228.example", kWhole},
                    Case{"together", kV4, "ip192034228.example", kWhole},
                    Case{"hexadecimal", kV4, "pc00022e4.dip.example", kWhole},
                    Case{"hexadecimal_bytes_swapped", kV4, "e42200c0.example", kWhole},
                    Case{"three_octets", kV4, "host-0-34-228.example", kWhole},
                    Case{"network", kV4, "228x.192-0-34.example", kWhole},
                    Case{"behind_other_numbers", kV4, "lns3-toronto63-192-0-34-228.example", kWhole},
                    Case{"last_two", kV4, "c34-228.i07-9.example", kPartly},
                    Case{"last_two_reversed", kV4, "228-34.cust.example", kPartly},
                    Case{"last_two_padded_together", "192.7.34.228", "c034228.example", kPartly},
                    Case{"last_two_together", "192.7.34.228", "c34228.example", kPartly},
                    Case{"last_two_together_reversed", "192.7.34.228", "22834.example", kPartly},
                    Case{"last_two_in_hexadecimal", "192.7.34.228", "x22e4.example", kPartly},
                    Case{"last_two_behind_a_word", "192.7.34.228", "vms034228pub.example", kTogether},
                    Case{"four_digits_are_chance", "192.7.3.28", "c328.example", kNone},
                    Case{"padded_in_part", kV4, "n1920034228.example", kWhole},
                    Case{"octets_of_nought", "10.0.0.10", "n10000010.example", kWhole},
                    Case{"as_one_number", kV4, "ip-3221234404.example", kWhole},
                    Case{"last_three_in_hexadecimal", kV4, "h0022e4.example", kWhole},
                    Case{"last_one", kV4, "host228.example", kNone}, Case{"first_two", kV4, "c192-0.example", kNone},
                    Case{"not_side_by_side", kV4, "c34-9-228.example", kNone},
                    Case{"other_address", kV4, "192-0-34-229x.example", kWhole},  // its first three are ours
                    Case{"someone_elses_address", kV4, "198-51-100-7.example", kNone},
                    Case{"short_digits_are_chance", "1.2.3.4", "mx1234.example", kNone},
                    Case{"no_number", kV4, "mail.example", kNone}, Case{"empty", kV4, "", kNone},
                    Case{"huge_number", kV4, std::string(60, '9') + ".example", kNone}),
    [](const auto& row) { return row.param.name; });

constexpr const char* kV6 = "2001:db8:0:1a:44b9:434a:24fe:d2c9";

INSTANTIATE_TEST_SUITE_P(
    V6, OwnAddressTest,
    testing::Values(Case{"together", kV6, "20010db80000001a44b9434a24fed2c9.dip.example", kWhole},
                    Case{"nibbles", kV6, "9.c.2.d.e.f.4.2.a.4.3.4.9.b.4.4.a.1.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.example",
                         kWhole},
                    Case{"groups", kV6, "2001-db8-0-1a-44b9-434a-24fe-d2c9.example", kWhole},
                    Case{"padded_groups", kV6, "2001-0db8-0000-001a-44b9-434a-24fe-d2c9.example", kWhole},
                    Case{"groups_over_labels", kV6, "44b9.434a.24fe.d2c9.v6.example", kWhole},
                    Case{"last_four", kV6, "g-44b9-434a-24fe-d2c9.example", kWhole},
                    Case{"network", kV6, "2001-db8-0-1a.pool.example", kWhole},
                    Case{"compressed", "2001:db8::5", "2001-db8--5.cust.example", kWhole},
                    Case{"other", kV6, "2001-db8-0-1b--1.example", kNone},
                    Case{"last_group", kV6, "d2c9.example", kNone}, Case{"mail", kV6, "mail.example", kNone},
                    Case{"mail_of_a_short_address", "2001:db8::1", "mx1.example", kNone}),
    [](const auto& row) { return row.param.name; });

}  // namespace rules::address_in_name_test
