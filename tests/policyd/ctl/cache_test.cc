#include "policyd/ctl/commands_memory.h"

#include <gtest/gtest.h>

#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::cache_test {

using rules::Question;
using testing::Values;

const rules::IpAddress kClient = *rules::IpAddress::Parse("192.0.2.1");
constexpr const char* kZones =
    "[dnsbl]\nsites = [\"secretsecretsecret00.zen.example*8\"]\nname_sites = [\"names.example*3\"]\n";

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

rules::Fact FactOf(rules::Fact::State state, std::chrono::seconds age, std::chrono::seconds left) {
  rules::Fact fact;
  fact.state = state;
  fact.learnt = kNow - age;
  fact.until = kNow + left;
  return fact;
}

void AddFacts(cache::Stores& stores) {
  rules::Fact ptr = FactOf(rules::Fact::State::kPresent, std::chrono::minutes(10), std::chrono::minutes(50));
  ptr.records = rules::HostNames{"mail.example.com"};
  const auto zone = FactOf(rules::Fact::State::kAbsent, std::chrono::hours(3), -std::chrono::hours(2));
  rules::Fact name = FactOf(rules::Fact::State::kPresent, std::chrono::minutes(1), std::chrono::minutes(1));
  name.records = rules::Addresses{*rules::IpAddress::Parse("127.0.0.2")};
  const cache::KnownFacts facts{{Question::Ptr(), ptr},
                                {Question::List("secretsecretsecret00.zen.example"), zone},
                                {Question::NameList("bad.example", "names.example"), name}};
  const auto transaction = cache::WriteTransaction::Begin(*stores.facts_environment());
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(stores.facts()->Put(**transaction, kClient, facts, rules::TimePoint{}));
  ASSERT_TRUE((*transaction)->Commit());
}

struct Case {
  const char* name;
  const char* subject;
  ExitStatus want;
  ExitStatus want_after;  // of `show` once it was forgotten
};

class CacheSubjectTest : public testing::TestWithParam<Case> {};

TEST_P(CacheSubjectTest, IsShownAndForgotten) {
  Tool tool;
  tool.Configure(kZones);
  tool.Seed(AddFacts);
  const CacheSubjectOptions options{.subject = GetParam().subject};
  EXPECT_EQ(tool.Run(RunCacheShow, options).status, GetParam().want);
  EXPECT_EQ(tool.Run(RunCacheForget, options).status, GetParam().want);
  EXPECT_EQ(tool.Run(RunCacheShow, options).status, GetParam().want_after);
}

INSTANTIATE_TEST_SUITE_P(Ctl, CacheSubjectTest,
                         Values(Case{"client", "192.0.2.1", kDone, kNoSuchThing},
                                Case{"name", "Bad.Example", kDone, kNoSuchThing},
                                Case{"unknown_client", "192.0.2.2", kNoSuchThing, kNoSuchThing},
                                Case{"unknown_name", "good.example", kNoSuchThing, kNoSuchThing},
                                Case{"rubbish", "192.0.2.1/24", kBadInput, kBadInput}),
                         [](const auto& row) { return row.param.name; });

TEST(CacheShow, TellsAgesAndHidesKeys) {
  Tool tool;
  tool.Configure(kZones);
  tool.Seed(AddFacts);
  const auto ran = tool.Run(RunCacheShow, CacheSubjectOptions{.subject = "192.0.2.1"});
  for (const char* part : {"mail.example.com", "10m", "fresh for 50m", "zen.example", "absent", "stale for 2h"}) {
    EXPECT_TRUE(Has(ran.out, part)) << part << "\n" << ran.out;
  }
  EXPECT_FALSE(Has(ran.out, "secret")) << ran.out;
  tool.is_json = true;
  EXPECT_FALSE(Has(tool.Run(RunCacheShow, CacheSubjectOptions{.subject = "192.0.2.1"}).out, "secret"));
}

TEST(CacheFlush, ForgetsAll) {
  Tool tool;
  tool.Configure(kZones);
  tool.Seed(AddFacts);
  tool.Seed([](cache::Stores& stores) {
    const auto transaction = cache::WriteTransaction::Begin(*stores.facts_environment());
    ASSERT_TRUE(transaction);
    const auto fact = FactOf(rules::Fact::State::kAbsent, std::chrono::seconds(1), std::chrono::hours(1));
    for (std::uint8_t i = 0; i < 250; ++i) {
      for (std::uint8_t j = 0; j < 10; ++j) {
        const std::uint8_t bytes[] = {198, 51, i, j};
        const auto client = rules::IpAddress::FromBytes(bytes);
        ASSERT_TRUE(stores.facts()->Put(**transaction, client, {{Question::Ptr(), fact}}, rules::TimePoint{}));
      }
    }
    ASSERT_TRUE((*transaction)->Commit());
  });
  const auto ran = tool.Run(RunCacheFlush, CacheFlushOptions{});
  EXPECT_EQ(ran.out, "forgotten: the facts of 2502 clients and names\n") << ran.error;
  tool.is_json = true;
  EXPECT_TRUE(Has(tool.Run(RunCacheStats, CacheStatsOptions{}).out, "\"clients\":0,\"names\":0,"));
}

TEST(Stats, CountsWhatIsRemembered) {
  Tool tool;
  tool.Configure(kZones);
  tool.Seed(AddFacts);
  const auto without = tool.Run(RunStats, StatsOptions{});
  EXPECT_TRUE(Has(without.out, "does not run")) << without.out;
  tool.is_json = true;
  const auto json = tool.Run(RunStats, StatsOptions{});
  EXPECT_TRUE(Has(json.out, "\"clients\":1,\"names\":1,")) << json.out;
}

}  // namespace policyd::ctl::cache_test
