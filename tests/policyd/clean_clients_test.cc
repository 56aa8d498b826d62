#include "policyd/serve/clean_clients.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/rule_words.h"

namespace policyd::serve {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;

const Deadline kBegan{100h};

TEST(CleanClients, EachIsToldOfOnceAnHour) {
  CleanClients clean;
  clean.Add({test::Client(), true}, kBegan);
  clean.Add({test::Client(), true}, kBegan + 59min);
  const auto first = clean.TakeNews();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].client, test::Client());
  EXPECT_TRUE(first[0].is_whitelisted);
  clean.Add({test::Client(), false}, kBegan + 59min);
  EXPECT_TRUE(clean.TakeNews().empty());
  clean.Add({test::Client(), false}, kBegan + 1h);
  EXPECT_EQ(clean.TakeNews().size(), 1U);
}

TEST(CleanClients, OthersAreToldOfBesides) {
  CleanClients clean;
  for (int last = 0; last < 256; ++last) {
    clean.Add({*rules::IpAddress::Parse("192.0.2." + std::to_string(last)), false}, kBegan);
    clean.Add({*rules::IpAddress::Parse("2001:db8::" + std::to_string(last)), false}, kBegan);
  }
  EXPECT_EQ(clean.TakeNews().size(), 512U);
}

TEST(CleanClients, AFloodIsNotKept) {
  CleanClients clean;
  for (int i = 0; i < 65536; ++i) {
    const std::string address = "10.0." + std::to_string(i >> 8) + "." + std::to_string(i & 255);
    clean.Add({*rules::IpAddress::Parse(address), false}, kBegan);
  }
  const std::size_t kept = clean.TakeNews().size();
  EXPECT_GE(kept, 1000U);
  EXPECT_LE(kept, 20'000U);
}

}  // namespace
}  // namespace policyd::serve
