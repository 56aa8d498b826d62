#include "policyd/ctl/commands_memory.h"

#include <gtest/gtest.h>

#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::greylist_test {

using testing::Values;

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void AddTriplets(cache::Stores& stores) {
  const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
  ASSERT_TRUE(transaction);
  const auto put = [&](const char* key, const char* sender, std::uint32_t passes) {
    const cache::TripletId id{.client_key = key, .sender = sender, .recipient = "b@here.example"};
    const rules::Triplet record{.first_seen = kNow, .last_seen = kNow, .passes = passes};
    ASSERT_TRUE(stores.triplets().Put(**transaction, id, record));
  };
  put("192.0.2.0/24", "a@one.example", 0);
  put("192.0.2.0/24", "b@one.example", 0);
  put("192.0.2.0/24", "known@one.example", 3);
  put("partner.example", "a@partner.example", 0);
  put("2001:db8::/64", "a@six.example", 0);
  ASSERT_TRUE(stores.triplets().PutPasses(**transaction, "mx.known.example", {.passes = 7, .last_pass = kNow}));
  ASSERT_TRUE((*transaction)->Commit());
}

struct Case {
  const char* name;
  const char* client;
  ExitStatus want_shown;
  ExitStatus want_removed;
  int want_left;  // waiting, of four
};

class GreylistClientTest : public testing::TestWithParam<Case> {};

TEST_P(GreylistClientTest, ShowsAndRemovesWhatWaits) {
  Tool tool;
  tool.Seed(AddTriplets);
  EXPECT_EQ(tool.Run(RunGreylistShow, GreylistClientOptions{.client = GetParam().client}).status,
            GetParam().want_shown);
  const auto ran = tool.Run(RunGreylistRemove, GreylistClientOptions{.client = GetParam().client});
  EXPECT_EQ(ran.status, GetParam().want_removed) << ran.error;
  EXPECT_EQ(Has(tool.AuditText(), "greylist remove"), GetParam().want_removed == kDone);
  const auto list = tool.Run(RunGreylistList, GreylistListOptions{});
  const auto lines = std::count(list.out.begin(), list.out.end(), '\n');
  EXPECT_EQ(lines, GetParam().want_left + 1) << list.out;
}

INSTANTIATE_TEST_SUITE_P(Ctl, GreylistClientTest,
                         Values(Case{"address_means_its_network", "192.0.2.77", kDone, kDone, 2},
                                Case{"network", "192.0.2.0/24", kDone, kDone, 2},
                                Case{"host_means_its_registered_domain", "mx.partner.example", kDone, kDone, 3},
                                Case{"ipv6", "2001:db8::25", kDone, kDone, 3},
                                Case{"passes_only", "mx.known.example", kDone, kNoSuchThing, 4},
                                Case{"unknown", "198.51.100.1", kNoSuchThing, kNoSuchThing, 4},
                                Case{"rubbish", "no client", kBadInput, kBadInput, 4}),
                         [](const auto& row) { return row.param.name; });

TEST(GreylistList, SaysWhenTheClientMayComeBack) {
  Tool tool;
  tool.Configure("greylist.delay = \"10m\"\ngreylist.retry_window = \"1d\"\n");
  tool.Seed(AddTriplets);
  const auto ran = tool.Run(RunGreylistList, GreylistListOptions{.match = "PARTNER"});
  EXPECT_EQ(
      ran.out,
      "client           sender               recipient         first seen            may come back         until\n"
      "partner.example  <a@partner.example>  <b@here.example>  2026-11-21T08:33:20Z  2026-11-21T08:43:20Z  "
      "2026-11-22T08:33:20Z\n");
}

TEST(GreylistList, StopsAtItsLimitAndSaysSo) {
  Tool tool;
  tool.Seed(AddTriplets);
  const auto ran = tool.Run(RunGreylistList, GreylistListOptions{.limit = 1});
  EXPECT_TRUE(Has(ran.out, "only the first 1")) << ran.out;
}

TEST(GreylistShow, TellsOfTheAutoWhitelist) {
  Tool tool;
  tool.Seed(AddTriplets);
  const auto ran = tool.Run(RunGreylistShow, GreylistClientOptions{.client = "mx.known.example"});
  EXPECT_TRUE(Has(ran.out, "passed 7 times, last 2026-11-21T08:33:20Z, exempt from greylisting")) << ran.out;
}

void AddPasses(cache::Stores& stores) {
  const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
  ASSERT_TRUE(transaction);
  const auto put = [&](const char* name, std::uint32_t passes, rules::seconds age) {
    ASSERT_TRUE(stores.triplets().PutPasses(**transaction, name, {.passes = passes, .last_pass = kNow - age}));
  };
  put("mx.often.example", 5, rules::seconds{86400});
  put("192.0.2.7", 9, rules::seconds{0});
  put("192.0.2.0/24", 9, rules::seconds{0});  // counted by a former version
  put("mx.seldom.example", 4, rules::seconds{0});
  put("mx.gone.example", 9, rules::seconds{37 * 86400});
  ASSERT_TRUE((*transaction)->Commit());
}

TEST(GreylistList, ShowsWhoIsExemptAndUntilWhen) {
  Tool tool;
  tool.Seed(AddPasses);
  EXPECT_EQ(tool.Run(RunGreylistList, GreylistListOptions{.shows_auto = true}).out,
            "client            passes  last pass             exempt until\n"
            "192.0.2.7         9       2026-11-21T08:33:20Z  2026-12-27T08:33:20Z\n"
            "mx.often.example  5       2026-11-20T08:33:20Z  2026-12-26T08:33:20Z\n");
}

// What a row shows is cut; who removes it does not need it.
TEST(GreylistRemove, TakesLongSendersToo) {
  Tool tool;
  tool.Seed([](cache::Stores& stores) {
    const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
    ASSERT_TRUE(transaction);
    const std::string sender = std::string(200, 's') + "@one.example";
    const cache::TripletId id{.client_key = "192.0.2.0/24", .sender = sender, .recipient = "b@here.example"};
    ASSERT_TRUE(stores.triplets().Put(**transaction, id, {.first_seen = kNow, .last_seen = kNow, .passes = 0}));
    ASSERT_TRUE((*transaction)->Commit());
  });
  EXPECT_TRUE(Has(tool.Run(RunGreylistRemove, GreylistClientOptions{.client = "192.0.2.1"}).out, "removed 1 "));
  EXPECT_EQ(tool.Run(RunGreylistShow, GreylistClientOptions{.client = "192.0.2.1"}).status, kNoSuchThing);
}

TEST(GreylistStats, SaysHowLongClientsTookToComeBack) {
  Tool tool;
  tool.Seed([](cache::Stores& stores) {
    const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
    ASSERT_TRUE(transaction);
    for (const int waited : {190, 200, 3000, 90'000}) {
      ASSERT_TRUE(stores.triplets().figures().CountRetry(**transaction, rules::seconds{waited}));
    }
    ASSERT_TRUE((*transaction)->Commit());
  });
  const auto text = tool.Run(RunGreylistStats, GreylistStatsOptions{}).out;
  EXPECT_TRUE(Has(text, "(4 first passes)")) << text;
  EXPECT_TRUE(Has(text, "50 % within 4 min")) << text;
  EXPECT_TRUE(Has(text, "90 % within 2 d")) << text;
  tool.is_json = true;
  const auto json = tool.Run(RunGreylistStats, GreylistStatsOptions{}).out;
  EXPECT_TRUE(Has(json, "{\"within_seconds\":240,\"count\":2}")) << json;
  EXPECT_TRUE(Has(json, "\"p50_seconds\":240")) << json;
}

TEST(GreylistStats, CountsAllTriplets) {
  Tool tool;
  tool.Seed(AddTriplets);
  tool.is_json = true;
  const auto ran = tool.Run(RunGreylistStats, GreylistStatsOptions{});
  EXPECT_TRUE(Has(ran.out, "\"triplets\":5,\"waiting\":4,\"passes\":1,")) << ran.out;
  EXPECT_TRUE(Has(ran.out, "\"daemon_pid\":null")) << ran.out;
}

}  // namespace policyd::ctl::greylist_test
