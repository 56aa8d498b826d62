#include "policyd/ctl/commands_people.h"

#include <gtest/gtest.h>

#include "policyd/runtime/json.h"
#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::suggest_test {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Mails of one client: number i has another sender and recipient where they are several.
struct Sent {
  const char* name;
  const char* reverse_dns = "confirmed";
  int mails = 3;
  int senders = 3, recipients = 3;
  std::uint32_t times = 4;
  std::chrono::seconds lasted{3600};
  const char* action = "defer";
  const char* signals = "";
};

void Add(cache::Stores& stores, const Sent& sent, std::uint64_t code) {
  const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
  ASSERT_TRUE(transaction);
  for (int i = 0; i < sent.mails; ++i) {
    cache::JournalRow row;
    row.reference = rules::Reference{code + static_cast<std::uint64_t>(i)};
    row.first = kNow - std::chrono::hours(5);
    row.last = row.first + sent.lasted;
    row.times = sent.times;
    row.client = *rules::IpAddress::Parse("192.0.2.1");
    row.name = sent.name;
    row.reverse_dns = sent.reverse_dns;
    row.sender = "sender" + std::string(1, static_cast<char>('a' + i % sent.senders)) + "@partner.example";
    row.recipient = "r" + std::string(1, static_cast<char>('a' + i % sent.recipients)) + "@here.example";
    row.action = sent.action;
    row.reason = "dnsbl";
    row.signals = sent.signals;
    ASSERT_TRUE(stores.journal().Add(**transaction, row));
  }
  ASSERT_TRUE((*transaction)->Commit());
}

struct Case {
  const char* label;
  Sent sent;
  bool is_suggested;
};

class SuggestTest : public testing::TestWithParam<Case> {};

TEST_P(SuggestTest, NamesWhatBehavesLikeAMailServer) {
  Tool tool;
  tool.Seed([](cache::Stores& stores) { Add(stores, GetParam().sent, 1); });
  const auto ran = tool.Run(RunSuggest, SuggestOptions{});
  ASSERT_EQ(ran.status, kDone) << ran.error;
  EXPECT_EQ(Has(ran.out, "mx.example"), GetParam().is_suggested) << ran.out;
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, SuggestTest,
    testing::Values(
        Case{"server", {.name = "mx.example"}, true},
        Case{"name_is_not_confirmed", {.name = "mx.example", .reverse_dns = "mismatch"}, false},
        Case{"never_came_back", {.name = "mx.example", .times = 1, .lasted = std::chrono::seconds(0)}, false},
        Case{"came_back_too_early", {.name = "mx.example", .lasted = std::chrono::seconds(179)}, false},
        Case{"hammers", {.name = "mx.example", .times = 62}, false},
        Case{"tries_once_a_minute", {.name = "mx.example", .times = 61}, true},
        Case{"on_a_list", {.name = "mx.example", .signals = "dnsbl:3[zen.example]"}, false},
        Case{"on_an_allow_list", {.name = "mx.example", .signals = "dnsbl:-2[wl.example]"}, true},
        Case{"dynamic_line", {.name = "192-0-2-1.adsl.mx.example"}, false},
        Case{"one_sender", {.name = "mx.example", .senders = 1}, false},
        Case{"one_recipient", {.name = "mx.example", .recipients = 1}, false},
        Case{"was_let_in_with_a_header", {.name = "mx.example", .action = "tag"}, false}),
    [](const auto& row) { return row.param.label; });

void AddTwo(cache::Stores& stores) {
  Add(stores, {.name = "small.example", .mails = 2}, 1);  // 2 mails, senders, recipients: 6 points
  Add(stores, {.name = "large.example", .mails = 26, .senders = 26, .recipients = 4}, 100);  // 10 + 10 + 4
}

// The greylist let it in at the second try, which is no verdict of the journal.
TEST(Suggest, ATripletThatPassedCameBack) {
  Tool tool;
  tool.Seed([](cache::Stores& stores) {
    Add(stores, {.name = "mx.example", .times = 1, .lasted = std::chrono::seconds(0), .action = "greylist"}, 1);
    const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(stores.triplets().Put(**transaction, {"192.0.2.0/24", "sendera@partner.example", "ra@here.example"},
                                      {.first_seen = kNow - std::chrono::hours(5), .last_seen = kNow, .passes = 1}));
    ASSERT_TRUE((*transaction)->Commit());
  });
  EXPECT_TRUE(Has(tool.Run(RunSuggest, SuggestOptions{}).out, "1/3"));
}

TEST(Suggest, TheMostPointsComeFirst) {
  Tool tool;
  tool.Seed(AddTwo);
  tool.is_json = true;
  const auto json = runtime::Json::Parse(tool.Run(RunSuggest, SuggestOptions{}).out);
  ASSERT_TRUE(json && json->Find("suggestions"));
  std::string got;
  for (const runtime::Json& row : *std::get_if<std::vector<runtime::Json>>(&json->Find("suggestions")->value())) {
    got += row.Find("name")->Dump() + row.Find("points")->Dump() + " ";
  }
  EXPECT_EQ(got, "\"large.example\"24 \"small.example\"6 ");
}

TEST(Suggest, OneCommandAcceptsARow) {
  Tool tool;
  tool.Seed(AddTwo);
  const auto ran = tool.Run(RunSuggest, SuggestOptions{.names = {"Small.Example"}});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(tool.Lists(), "\"target\":\"small.example\"")) << tool.Lists();
  EXPECT_FALSE(Has(tool.Lists(), "large.example")) << tool.Lists();
  EXPECT_TRUE(Has(tool.AuditText(), "suggest small.example")) << tool.AuditText();
  EXPECT_FALSE(Has(tool.Run(RunSuggest, SuggestOptions{}).out, "small.example")) << "it is let in now";
}

TEST(Suggest, AllAboveALimitAreAccepted) {
  Tool tool;
  tool.Seed(AddTwo);
  EXPECT_EQ(tool.Run(RunSuggest, SuggestOptions{.apply = 25}).status, kDone);
  EXPECT_EQ(tool.Lists(), "");
  EXPECT_EQ(tool.Run(RunSuggest, SuggestOptions{.apply = 24, .comment = "partners"}).status, kDone);
  EXPECT_TRUE(Has(tool.Lists(), "large.example")) << tool.Lists();
  EXPECT_TRUE(Has(tool.Lists(), "partners")) << tool.Lists();
  EXPECT_FALSE(Has(tool.Lists(), "small.example")) << tool.Lists();
  EXPECT_EQ(tool.Run(RunSuggest, SuggestOptions{.apply = 1}).status, kDone);
  EXPECT_TRUE(Has(tool.Lists(), "small.example")) << tool.Lists();
}

TEST(Suggest, WhatIsNotSuggestedChangesNothing) {
  Tool tool;
  tool.Seed(AddTwo);
  EXPECT_EQ(tool.Run(RunSuggest, SuggestOptions{.names = {"small.example", "other.example"}}).status, kNoSuchThing);
  EXPECT_EQ(tool.Run(RunSuggest, SuggestOptions{.names = {"\x1b[2J"}}).status, kNoSuchThing);
  EXPECT_EQ(tool.Run(RunSuggest, SuggestOptions{.names = {"small.example"}, .apply = 1}).status, kUsage);
  EXPECT_EQ(tool.Run(RunSuggest, SuggestOptions{.since = "ever"}).status, kUsage);
  EXPECT_EQ(tool.Lists(), "");
}

}  // namespace policyd::ctl::suggest_test
