#include "policyd/serve/clients/waiting_shares.h"

#include <gtest/gtest.h>

namespace policyd::serve::waiting_shares_test {

dns::ClientNetwork Of(const char* client) {
  return dns::NetworkOf(*rules::IpAddress::Parse(client));
}

TEST(WaitingShares, ANetworkHasAQuarterAndTheOneAroundItAHalf) {
  WaitingShares shares(40);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(shares.Add(Of("192.0.2.1"))) << i;
  EXPECT_FALSE(shares.Add(Of("192.0.2.99")));
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(shares.Add(Of("192.0.3.1"))) << i;
  EXPECT_FALSE(shares.Add(Of("192.0.4.1"))) << "of the /16";
  EXPECT_TRUE(shares.Add(Of("198.51.100.1"))) << "another network";
  EXPECT_TRUE(shares.Add(Of("2001:db8::1")));
}

TEST(WaitingShares, WhoIsAnsweredMakesRoom) {
  WaitingShares shares(4);
  EXPECT_TRUE(shares.Add(Of("192.0.2.1")));
  EXPECT_FALSE(shares.Add(Of("192.0.2.1")));
  shares.Remove(Of("192.0.2.1"));
  shares.Remove(Of("192.0.2.1"));
  EXPECT_TRUE(shares.empty());
  EXPECT_TRUE(shares.Add(Of("192.0.2.1")));
}

}  // namespace policyd::serve::waiting_shares_test
