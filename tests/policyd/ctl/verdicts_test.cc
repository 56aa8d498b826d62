#include "policyd/ctl/commands_memory.h"

#include <gtest/gtest.h>

#include "policyd/runtime/json.h"
#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::verdicts_test {

using testing::Values;

void AddVerdict(cache::Stores& stores, std::uint64_t code, const char* client, const char* sender,
                std::chrono::seconds age) {
  cache::JournalRow row;
  row.reference = rules::Reference{code};
  row.first = row.last = kNow - age;
  row.client = *rules::IpAddress::Parse(client);
  row.name = code % 2 ? "odd.example" : "even.example";
  row.reverse_dns = "confirmed";
  row.sender = sender;
  row.recipient = "b@here.example";
  row.action = "greylist";
  row.reason = code == 2 ? "dnsbl" : "dynamic_name";
  row.facts = {{.asked = "ptr",
                .name = "",
                .list = "",
                .answer = "present",
                .records = {row.name},
                .age = std::chrono::seconds(7)}};
  row.mode = "enforce";
  row.score = "3.0";
  const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(stores.journal().Add(**transaction, row));
  ASSERT_TRUE((*transaction)->Commit());
}

void AddVerdicts(cache::Stores& stores) {
  AddVerdict(stores, 1, "192.0.2.1", "a@one.example", std::chrono::minutes(5));
  AddVerdict(stores, 2, "192.0.2.2", "b@one.example", std::chrono::hours(3));
  AddVerdict(stores, 3, "2001:db8::1", "", std::chrono::hours(50));
}

struct Case {
  const char* name;
  VerdictsOptions options;
  std::vector<std::uint64_t> want;  // codes, the newest first
};

class VerdictsTest : public testing::TestWithParam<Case> {};

TEST_P(VerdictsTest, PrintsTheNewestThatFit) {
  Tool tool;
  tool.Seed(AddVerdicts);
  tool.is_json = true;
  const auto ran = tool.Run(RunVerdicts, GetParam().options);
  ASSERT_EQ(ran.status, kDone) << ran.error;
  const auto json = runtime::Json::Parse(ran.out);
  ASSERT_TRUE(json && json->Find("verdicts")) << ran.out;
  std::vector<std::string> got, want;
  for (const runtime::Json& row : *std::get_if<std::vector<runtime::Json>>(&json->Find("verdicts")->value())) {
    got.push_back(*std::get_if<std::string>(&row.Find("reference")->value()));
  }
  for (const std::uint64_t code : GetParam().want) want.push_back(rules::Reference{code}.ToString());
  EXPECT_EQ(got, want);
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, VerdictsTest,
    Values(Case{"all", {}, {1, 2, 3}}, Case{"limit", {.limit = 2}, {1, 2}}, Case{"none", {.limit = 0}, {}},
           Case{"since", {.since = "4h"}, {1, 2}}, Case{"address", {.client = "192.0.2.2"}, {2}},
           Case{"network", {.client = "192.0.2.0/24"}, {1, 2}}, Case{"ipv6", {.client = "2001:db8::/32"}, {3}},
           Case{"name", {.client = "Odd.Example"}, {1, 3}}, Case{"sender", {.sender = "B@one.example"}, {2}},
           Case{"sender_domain", {.sender = "@one.example"}, {1, 2}},
           Case{"recipient", {.recipient = "B@HERE.example"}, {1, 2, 3}},
           Case{"recipient_domain", {.recipient = "@there.example"}, {}}, Case{"bounces", {.sender = "<>"}, {3}},
           Case{"reference", {.reference = rules::Reference{2}.ToString()}, {2}},
           Case{"reason", {.reason = "dnsbl"}, {2}}, Case{"until", {.until = "1h"}, {2, 3}},
           Case{"since_and_until", {.since = "4h", .until = "1h"}, {2}},
           Case{"since_a_time", {.since = "2026-11-21T08:00:00Z"}, {1}},
           Case{"both", {.client = "192.0.2.1", .sender = "b@one.example"}, {}}),
    [](const auto& row) { return row.param.name; });

TEST(Verdicts, RefusesOptionsThatSayNothing) {
  Tool tool;
  EXPECT_EQ(tool.Run(RunVerdicts, VerdictsOptions{.client = "not a client"}).status, kUsage);
  EXPECT_EQ(tool.Run(RunVerdicts, VerdictsOptions{.since = "someday"}).status, kUsage);
  EXPECT_EQ(tool.Run(RunVerdicts, VerdictsOptions{.until = "0s"}).status, kUsage);
  EXPECT_EQ(tool.Run(RunVerdicts, VerdictsOptions{.reference = "00000-00001"}).status, kUsage);
  // An empty one, as of a script whose variable is not set, is not the same as none.
  for (const auto option :
       {&VerdictsOptions::client, &VerdictsOptions::sender, &VerdictsOptions::recipient, &VerdictsOptions::reference,
        &VerdictsOptions::reason, &VerdictsOptions::action, &VerdictsOptions::since, &VerdictsOptions::until}) {
    VerdictsOptions options;
    options.*option = "";
    EXPECT_EQ(tool.Run(RunVerdicts, options).status, kUsage);
  }
  const auto ran = tool.Run(RunVerdicts, VerdictsOptions{.reason = "spam"});
  EXPECT_EQ(ran.status, kUsage);
  EXPECT_NE(ran.error.find("expected one of own_network, "), std::string::npos) << ran.error;
}

TEST(Verdicts, SaysWhatWasKnownAndHowOldItWas) {
  Tool tool;
  tool.Seed(AddVerdicts);
  tool.is_json = true;
  const auto json = runtime::Json::Parse(tool.Run(RunVerdicts, VerdictsOptions{.limit = 1}).out);
  ASSERT_TRUE(json);
  const runtime::Json& row = std::get_if<std::vector<runtime::Json>>(&json->Find("verdicts")->value())->front();
  EXPECT_EQ(row.Find("facts")->Dump(),
            R"([{"asked":"ptr","name":"","list":null,"answer":"present","records":["odd.example"],"age":7}])");
}

TEST(Verdicts, SaysWhatWasAnsweredAndWhatDecided) {
  Tool tool;
  tool.Seed([](cache::Stores& stores) {
    cache::JournalRow row;
    row.reference = rules::Reference{5};
    row.first = row.last = kNow - std::chrono::minutes(1);
    row.client = *rules::IpAddress::Parse("192.0.2.5");
    row.action = "pass";
    row.would = "reject";
    row.mode = "monitor";
    row.reason = "dnsbl";
    row.score = "11.5";
    row.signals = "dnsbl:8[zen.example],table:3.5[my.pcre:3],no_ptr:0";
    row.recipient_class = "postmaster";
    row.spf = "softfail";
    row.reverse_dns = "not_asked";
    const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
    ASSERT_TRUE(transaction && stores.journal().Add(**transaction, row) && (*transaction)->Commit());
  });
  const std::string text = tool.Run(RunVerdicts, VerdictsOptions{}).out;
  EXPECT_NE(text.find("pass, would reject  dnsbl   11.5   dnsbl:8[zen.example],table:3.5[my.pcre:3],no_ptr:0 "
                      "spf=softfail class=postmaster"),
            std::string::npos)
      << text;
  tool.is_json = true;
  const auto json = runtime::Json::Parse(tool.Run(RunVerdicts, VerdictsOptions{}).out);
  const runtime::Json& row = std::get_if<std::vector<runtime::Json>>(&json->Find("verdicts")->value())->front();
  const auto member = [&row](const char* name) { return row.Find(name) ? row.Find(name)->Dump() : "none"; };
  EXPECT_EQ(member("action"), R"("pass")");
  EXPECT_EQ(member("would"), R"("reject")");
  EXPECT_EQ(member("mode"), R"("monitor")");
  EXPECT_EQ(member("score"), "11.5");
  EXPECT_EQ(member("reverse_dns"), R"("not_asked")");
  EXPECT_EQ(member("signals"),
            R"([{"signal":"dnsbl","points":8.0,"detail":"zen.example"},)"
            R"({"signal":"table","points":3.5,"detail":"my.pcre:3"},{"signal":"no_ptr","points":0.0,"detail":""}])");
  EXPECT_EQ(member("entry"), "null");
  EXPECT_EQ(member("spf"), R"("softfail")");
}

// What the daemon would do between two looks.
TEST(Verdicts, FollowPrintsNewOnesAndNewTries) {
  Tool tool;
  tool.Seed(
      [](cache::Stores& stores) { AddVerdict(stores, 1, "192.0.2.1", "a@one.example", std::chrono::seconds(1)); });
  int looks = 0;
  tool.next_look = [&]() -> std::optional<rules::TimePoint> {
    switch (++looks) {
      case 1:
        return kNow;  // nothing new
      case 2:
        tool.Seed([](cache::Stores& stores) {
          AddVerdict(stores, 2, "192.0.2.2", "b@one.example", std::chrono::seconds(-1));
          AddVerdict(stores, 4, "192.0.2.4", "b@two.example", std::chrono::seconds(-1));
        });
        return kNow + std::chrono::seconds(2);
      case 3:
        tool.Seed([](cache::Stores& stores) {
          AddVerdict(stores, 2, "192.0.2.2", "b@one.example", std::chrono::seconds(-3));
        });
        return kNow + std::chrono::seconds(4);
      default:
        return std::nullopt;
    }
  };
  const auto ran = tool.Run(RunVerdicts, VerdictsOptions{.sender = "@one.example", .follow = true});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  const std::string reference = rules::Reference{2}.ToString();
  EXPECT_EQ(ran.out,
            "2026-11-21T08:33:21Z  " + reference +
                "  greylist (dnsbl, 3.0)  192.0.2.2 even.example  <b@one.example> to <b@here.example>\n"
                "2026-11-21T08:33:23Z  " +
                reference +
                "  greylist (dnsbl, 3.0)  192.0.2.2 even.example  <b@one.example> to <b@here.example>  2 times\n");
}

TEST(Verdicts, ShowsNoControlBytesOfASender) {
  Tool tool;
  tool.Seed([](cache::Stores& stores) {
    AddVerdict(stores, 4, "192.0.2.4", "\x1b[2J@evil.example", std::chrono::minutes(1));
  });
  const auto ran = tool.Run(RunVerdicts, VerdictsOptions{});
  EXPECT_EQ(ran.out.find('\x1b'), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("<?[2J@evil.example>"), std::string::npos) << ran.out;
}

}  // namespace policyd::ctl::verdicts_test
