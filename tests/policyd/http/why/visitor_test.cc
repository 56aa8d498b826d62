#include "policyd/http/why/visitor.h"

#include <gtest/gtest.h>

namespace policyd::http::why::visitor_test {

const rules::TimePoint kNow{rules::seconds{1'795'250'000}};
constexpr rules::seconds kHour{3600};

rules::IpAddress Ip(const std::string& text) {
  return rules::IpAddress::Parse(text).value();
}

struct Case {
  const char* name;
  const char* peer;  // null: a UNIX socket
  const char* forwarded_for;
  std::string want;  // empty: nobody knows
};
class VisitorTest : public testing::TestWithParam<Case> {};

// 198.51.100.0/24 are web servers of ours; the rest of the world is not to be believed.
TEST_P(VisitorTest, IsWhomTheLastTrustedHopNames) {
  HttpRequest request;
  if (GetParam().peer) request.peer = Ip(GetParam().peer);
  if (GetParam().forwarded_for) request.headers["x-forwarded-for"] = GetParam().forwarded_for;
  const Visitor visitor = VisitorOf(request, {*rules::Network::Parse("198.51.100.0/24")});
  EXPECT_EQ(visitor ? visitor->ToString() : "", GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Hops, VisitorTest,
    testing::Values(Case{"alone", "192.0.2.1", nullptr, "192.0.2.1"},
                    Case{"a_stranger_says_it_is_another", "192.0.2.1", "203.0.113.9", "192.0.2.1"},
                    Case{"a_proxy_here", "127.0.0.1", "203.0.113.9", "203.0.113.9"},
                    Case{"a_proxy_here_v6", "::1", "2001:db8::9", "2001:db8::9"},
                    Case{"a_proxy_on_a_unix_socket", nullptr, "203.0.113.9", "203.0.113.9"},
                    Case{"a_proxy_of_ours", "198.51.100.7", "203.0.113.9", "203.0.113.9"},
                    Case{"what_the_stranger_wrote_stands_before", "127.0.0.1", "127.0.0.1, 198.51.100.1, 192.0.2.1",
                         "192.0.2.1"},
                    Case{"two_proxies", "127.0.0.1", "192.0.2.66, 203.0.113.9, 198.51.100.7", "203.0.113.9"},
                    Case{"with_ports", "127.0.0.1", "203.0.113.9:4711", "203.0.113.9"},
                    Case{"with_brackets", "127.0.0.1", "[2001:db8::9]:4711", "2001:db8::9"},
                    Case{"mapped", "127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"},
                    Case{"what_is_no_address_ends_it", "127.0.0.1", "203.0.113.9, unknown", "127.0.0.1"},
                    Case{"nothing_said", nullptr, nullptr, ""}, Case{"empty", "127.0.0.1", "", "127.0.0.1"},
                    Case{"commas", "127.0.0.1", ",,", "127.0.0.1"}),
    [](const auto& row) { return row.param.name; });

int TakeAll(Tries& tries, const Visitor& visitor, rules::TimePoint now = kNow) {
  int taken = 0;
  while (taken < 1000 && tries.Take(visitor, now)) ++taken;
  return taken;
}

TEST(Tries, AreThirtyAnHourForEachNetwork) {
  Tries tries;
  EXPECT_EQ(TakeAll(tries, Ip("192.0.2.1")), 30);
  EXPECT_EQ(TakeAll(tries, Ip("192.0.2.2")), 30) << "another address";
  EXPECT_EQ(TakeAll(tries, Ip("2001:db8::1")), 30);
  EXPECT_EQ(TakeAll(tries, Ip("2001:db8::ffff:1")), 0) << "of the same /64";
  EXPECT_EQ(TakeAll(tries, Ip("2001:db8:0:1::1")), 30) << "another /64";
  EXPECT_EQ(TakeAll(tries, std::nullopt), 30) << "all that a proxy does not name are one";
}

// In no hour are there more, wherever it begins.
TEST(Tries, ComeBackOneByOne) {
  Tries tries;
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(tries.Take(Ip("192.0.2.1"), kNow + rules::seconds{60 * i}));
  EXPECT_EQ(TakeAll(tries, Ip("192.0.2.1"), kNow + kHour - rules::seconds{1}), 0);
  EXPECT_EQ(TakeAll(tries, Ip("192.0.2.1"), kNow + kHour), 1);
  EXPECT_EQ(TakeAll(tries, Ip("192.0.2.1"), kNow + kHour + rules::seconds{120}), 2);
}

TEST(Tries, ARightOneIsNone) {
  Tries tries;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(tries.Take(Ip("192.0.2.1"), kNow));
    tries.GiveBack(Ip("192.0.2.1"));
  }
  EXPECT_EQ(tries.size(), 0U);
}

TEST(Tries, AClockSetBackLocksNobodyOut) {
  Tries tries;
  EXPECT_EQ(TakeAll(tries, Ip("192.0.2.1"), kNow + 100 * kHour), 30);
  EXPECT_EQ(TakeAll(tries, Ip("192.0.2.1"), kNow), 30);
}

std::string Of48(int number, int of_64) {
  return "2001:db8:" + std::to_string(number) + ":" + std::to_string(of_64) + "::1";
}

// Whoever has a /48 has 65,536 networks: with enough of them to fill the table it loses its tries, and nobody else
// does.
TEST(Tries, AStrangerWithManyNetworksPushesOutNobody) {
  Tries tries({.networks = 256});
  EXPECT_EQ(TakeAll(tries, Ip("192.0.2.1")), 30);
  int taken = 0;
  for (int i = 0; i < 5000; ++i) {
    if (tries.Take(Ip(Of48(1, i)), kNow)) ++taken;
  }
  EXPECT_LE(tries.size(), 256U);
  EXPECT_LE(taken, 256 + 30) << "after its networks are joined they have the tries of one";
  EXPECT_EQ(TakeAll(tries, Ip("192.0.2.1")), 0) << "its tries are not forgotten";
  EXPECT_EQ(TakeAll(tries, Ip("192.0.2.2")), 30) << "nor is a newcomer locked out";
  EXPECT_EQ(TakeAll(tries, Ip(Of48(2, 1))), 30) << "nor the neighbour";
  EXPECT_EQ(TakeAll(tries, Ip(Of48(1, 9999)), kNow + 2 * kHour), 30) << "and it ends";
}

TEST(Tries, NetworksAreJoinedUpwards) {
  Tries tries({.networks = 256});
  EXPECT_EQ(TakeAll(tries, Ip("192.0.2.1")), 30);
  int taken = 0;
  for (int i = 1; i < 5000; ++i) {
    if (tries.Take(Ip(Of48(i, 1)), kNow)) ++taken;  // each a /48 of its own, of one /32
  }
  EXPECT_LE(taken, 256 + 30);
  EXPECT_EQ(TakeAll(tries, Ip("192.0.2.1")), 0);
  EXPECT_EQ(TakeAll(tries, Ip("2001:db9::1")), 30);
}

// Many strangers who have nothing in common: the table stays as large as it may be, and takes newcomers.
TEST(Tries, IsBoundedWhoeverComes) {
  Tries tries({.networks = 256});
  for (int i = 0; i < 200; ++i) {
    for (int j = 0; j < 20; ++j) {
      ASSERT_TRUE(
          tries.Take(Ip(std::to_string(1 + i) + "." + std::to_string(j * 7) + ".2.1"), kNow + rules::seconds{i}));
    }
  }
  EXPECT_LE(tries.size(), 256U);
}

}  // namespace policyd::http::why::visitor_test
