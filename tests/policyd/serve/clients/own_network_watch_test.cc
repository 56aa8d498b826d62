#include "policyd/serve/clients/own_network_watch.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/rule_words.h"

namespace policyd::serve::own_network_watch_test {

using rules::seconds;

constexpr seconds kDay{86400};

rules::Request Says(const std::string& helo, const std::string& client = "172.22.1.1") {
  rules::Request request = support::Mail();
  request.client = rules::IpAddress::Parse(client);
  request.helo_name = helo;
  return request;
}

class OwnNetworkWatchTest : public testing::Test {
 protected:
  OwnNetworkWatchTest() : policy_(support::WithZones({})) { policy_.own_names = {"mx.ours.example"}; }

  // How often it was found while `count` names were said.
  int Say(int count, const std::string& domain, rules::TimePoint now, const std::string& client = "172.22.1.1") {
    int found = 0;
    for (int i = 0; i < count; ++i) {
      found += watch_.Note(policy_, Says("mail" + std::to_string(i) + "." + domain, client), now) ? 1 : 0;
    }
    return found;
  }

  rules::Policy policy_;
  OwnNetworkWatch watch_;
};

TEST_F(OwnNetworkWatchTest, FindsAGatewayOnce) {
  EXPECT_EQ(Say(300, "world.example", support::Now()), 1);
  EXPECT_EQ(Say(300, "world.example", support::Now() + seconds{3600}), 0);
  EXPECT_EQ(watch_.Hiding(support::Now()), std::vector{*rules::IpAddress::Parse("172.22.1.1")});
  EXPECT_EQ(Say(300, "world.example", support::Now() + kDay), 0) << "it lasts";
  EXPECT_FALSE(watch_.Hiding(support::Now() + 2 * kDay).empty());
  EXPECT_TRUE(watch_.Hiding(support::Now() + 3 * kDay).empty());
  EXPECT_EQ(Say(300, "world.example", support::Now() + 5 * kDay), 1) << "it came back";
}

TEST_F(OwnNetworkWatchTest, NeedsDifferentNamesWithinADay) {
  const int few = static_cast<int>(OwnNetworkWatch::kNames) - 1;
  EXPECT_EQ(Say(few, "world.example", support::Now()), 0);
  EXPECT_EQ(Say(few, "world.example", support::Now()), 0) << "the same names";
  EXPECT_EQ(Say(few, "other.example", support::Now() + kDay), 0) << "another day";
  EXPECT_EQ(Say(few, "third.example", support::Now() + kDay, "172.22.1.2"), 0) << "another host";
  EXPECT_TRUE(watch_.Hiding(support::Now() + kDay).empty());
}

TEST_F(OwnNetworkWatchTest, OwnAndInnerNamesAreNoNamesOfOthers) {
  EXPECT_EQ(Say(300, "ours.example", support::Now()), 0);
  EXPECT_EQ(Say(300, "local", support::Now()), 0);
  for (int i = 0; i < 200; ++i) {
    EXPECT_FALSE(watch_.Note(policy_, Says("[192.0.2." + std::to_string(i) + "]"), support::Now()));
    EXPECT_FALSE(watch_.Note(policy_, Says("host" + std::to_string(i)), support::Now()));
  }
}

TEST_F(OwnNetworkWatchTest, RemembersABoundedNumberOfHosts) {
  const auto host = [](int i) { return "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256); };
  for (int i = 0; i < 2000; ++i) Say(1, "world.example", support::Now(), host(i));
  EXPECT_EQ(Say(300, "world.example", support::Now(), host(1000)), 0) << "no room";
  EXPECT_EQ(Say(300, "world.example", support::Now(), host(0)), 1);
  EXPECT_EQ(Say(300, "world.example", support::Now() + 2 * kDay, host(1000)), 1) << "old ones make room";
}

}  // namespace policyd::serve::own_network_watch_test
