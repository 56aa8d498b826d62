#include "policyd/serve/clients/clean_clients.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/rule_words.h"

namespace policyd::serve::clean_clients_test {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;

const rules::TimePoint kBegan{100h};

TEST(CleanClients, EachIsToldOfOnceAnHour) {
  CleanClients clean;
  EXPECT_TRUE(clean.IsDue(support::Client(), kBegan));
  EXPECT_FALSE(clean.IsDue(support::Client(), kBegan + 59min));
  clean.Add({.client = support::Client(), .seen = kBegan});
  const auto first = clean.TakeNews();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].client, support::Client());
  EXPECT_TRUE(clean.TakeNews().empty());
  EXPECT_FALSE(clean.IsDue(support::Client(), kBegan + 59min));
  EXPECT_TRUE(clean.IsDue(support::Client(), kBegan + 1h));
}

TEST(CleanClients, OthersAreToldOfBesides) {
  CleanClients clean;
  for (int last = 0; last < 256; ++last) {
    EXPECT_TRUE(clean.IsDue(*rules::IpAddress::Parse("192.0.2." + std::to_string(last)), kBegan));
    EXPECT_TRUE(clean.IsDue(*rules::IpAddress::Parse("2001:db8::" + std::to_string(last)), kBegan));
  }
}

TEST(CleanClients, AFloodIsNotKept) {
  CleanClients clean;
  for (int i = 0; i < 65536; ++i) {
    const std::string address = "10.0." + std::to_string(i >> 8) + "." + std::to_string(i & 255);
    const auto client = *rules::IpAddress::Parse(address);
    if (clean.IsDue(client, kBegan)) clean.Add({.client = client, .seen = kBegan});
  }
  const std::size_t kept = clean.TakeNews().size();
  EXPECT_GE(kept, 1000U);
  EXPECT_LE(kept, 20'000U);
}

}  // namespace policyd::serve::clean_clients_test
