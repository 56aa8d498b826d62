#include "rules/values/nat64.h"

#include <gtest/gtest.h>

#include "rules/request.h"

namespace rules::nat64_test {

struct Row {
  const char* name;
  const char* prefix;  // beside the well-known one; empty: none
  const char* client;
  const char* want;
};

class Nat64Test : public testing::TestWithParam<Row> {};

TEST_P(Nat64Test, TheClientIsTheIpv4Address) {
  std::vector<Network> prefixes;
  if (*GetParam().prefix) prefixes.push_back(*ParseNat64Prefix(GetParam().prefix));
  EXPECT_EQ(WithoutNat64(*IpAddress::Parse(GetParam().client), prefixes).ToString(), GetParam().want);
}

// RFC 6052, section 2.4: 192.0.2.33 in prefixes of every length.
INSTANTIATE_TEST_SUITE_P(
    Rfc6052, Nat64Test,
    testing::Values(Row{"well_known", "", "64:ff9b::c000:221", "192.0.2.33"},
                    Row{"bits_32", "2001:db8::/32", "2001:db8:c000:221::", "192.0.2.33"},
                    Row{"bits_40", "2001:db8:100::/40", "2001:db8:1c0:2:21::", "192.0.2.33"},
                    Row{"bits_48", "2001:db8:122::/48", "2001:db8:122:c000:2:2100::", "192.0.2.33"},
                    Row{"bits_56", "2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::", "192.0.2.33"},
                    Row{"bits_64", "2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::", "192.0.2.33"},
                    Row{"bits_96", "2001:db8:122:344::/96", "2001:db8:122:344::c000:221", "192.0.2.33"},
                    Row{"another_prefix", "2001:db8:122:344::/96", "2001:db8:122:345::c000:221",
                        "2001:db8:122:345::c000:221"},
                    Row{"reserved_byte", "2001:db8::/32", "2001:db8:c000:221:100::", "2001:db8:c000:221:100::"},
                    Row{"own_prefixes_hold_private_addresses", "2001:db8:64::/96", "2001:db8:64::a00:1", "10.0.0.1"},
                    Row{"loopback_is_not_said_so", "", "64:ff9b::7f00:1", "64:ff9b::7f00:1"},
                    Row{"nor_private", "", "64:ff9b::c0a8:1", "64:ff9b::c0a8:1"},
                    Row{"nor_link_local", "", "64:ff9b::a9fe:1", "64:ff9b::a9fe:1"},
                    Row{"nor_zero", "", "64:ff9b::", "64:ff9b::"},
                    Row{"local_use_prefix", "", "64:ff9b:1::c000:221", "64:ff9b:1::c000:221"},
                    Row{"v4", "2001:db8::/32", "192.0.2.1", "192.0.2.1"}),
    [](const auto& row) { return row.param.name; });

TEST(Nat64, OtherLengthsAreNoPrefix) {
  for (const char* text : {"2001:db8::/33", "2001:db8::/128", "192.0.2.0/24", "x", ""})
    EXPECT_FALSE(ParseNat64Prefix(text)) << text;
}

TEST(Nat64, ARequestHasTheIpv4Client) {
  const std::vector<Attribute> attributes{{"client_address", "64:ff9b::c000:20a"}};
  EXPECT_EQ(ParseRequest(attributes).client, IpAddress::Parse("192.0.2.10"));
}

}  // namespace rules::nat64_test
