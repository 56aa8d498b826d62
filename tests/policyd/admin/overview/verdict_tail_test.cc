#include "policyd/admin/overview/verdict_tail.h"

#include <gtest/gtest.h>

#include "cache/entry.h"
#include "tests/support/temp_directory.h"

namespace policyd::admin::verdict_tail_test {

using rules::seconds;

const rules::TimePoint kNow{seconds{1'795'250'000}};

std::unique_ptr<cache::Stores> Open(const support::TempDirectory& directory) {
  auto opened = cache::Stores::OpenForDaemon({.directory = directory.path(), .max_size = std::uint64_t{64} << 20U});
  return std::move(std::get<std::unique_ptr<cache::Stores>>(opened));
}

cache::JournalRow Row(std::uint64_t code, const char* client, rules::TimePoint last) {
  cache::JournalRow row;
  row.reference.code = code;
  row.client = *rules::IpAddress::Parse(client);
  row.name = "mail.example.co.uk";
  row.sender = "ann@sender.example";
  row.action = "greylist";
  row.reason = "no_ptr";
  row.first = row.last = last;
  return row;
}

using Texts = std::vector<CountedText>;

TEST(VerdictTail, CountsWhatTheJournalHeldAndWhatComes) {
  const support::TempDirectory directory;
  const auto stores = Open(directory);
  {
    auto transaction = cache::WriteTransaction::Begin(stores->records_environment());
    cache::JournalRow old = Row(1, "192.0.2.1", kNow - seconds{10});
    old.times = 3;
    ASSERT_TRUE(stores->journal().Add(**transaction, old));
    ASSERT_TRUE(stores->journal().Add(**transaction, Row(2, "192.0.2.200", kNow - seconds{9 * 86400})));
    ASSERT_TRUE((*transaction)->Commit());
  }
  VerdictTail tail(*stores, kNow);
  tail.Await();
  cache::JournalRow tagged = Row(4, "198.51.100.1", kNow);
  tagged.action = "tag";
  cache::JournalRow bounce = Row(3, "2001:db8:1:2::9", kNow + seconds{1});
  bounce.sender = bounce.name = "";
  bounce.action = "pass";
  bounce.would = "reject";  // the mode let it in
  for (const cache::JournalRow& row : {tagged, bounce}) tail.Add(cache::ToRecord(row));
  tail.Await();
  using Basis = VerdictTail::Basis;
  const auto done = tail.TopsOf({kNow - seconds{86400}, kNow + seconds{60}, Basis::kAnswered}, 8);
  EXPECT_EQ(done.networks, (Texts{{"192.0.2.0/24", 3}})) << "what the mode let in was not turned away";
  EXPECT_EQ(done.senders, (Texts{{"@sender.example", 3}}));
  const auto tops = tail.TopsOf({kNow - seconds{86400}, kNow + seconds{60}, Basis::kEnforced}, 8);
  EXPECT_EQ(tops.networks, (Texts{{"192.0.2.0/24", 3}, {"2001:db8:1:2::/64", 1}}));
  EXPECT_EQ(tops.names, (Texts{{"example.co.uk", 3}}));
  EXPECT_EQ(tops.senders, (Texts{{"@sender.example", 3}, {"<>", 1}}));
  ASSERT_EQ(tail.Newest(8).size(), 3U);
  EXPECT_EQ(tail.Newest(1).front().reference.code, 3U);
  EXPECT_TRUE(tail.TopsOf({kNow - seconds{5 * 86400}, kNow - seconds{2 * 86400}}, 8).networks.empty());
}

TEST(VerdictTail, ATryThatComesAgainIsOneRowThatIsTheNewest) {
  const support::TempDirectory directory;
  const auto stores = Open(directory);
  VerdictTail tail(*stores, kNow);
  tail.Add(cache::ToRecord(Row(1, "192.0.2.1", kNow)));
  tail.Add(cache::ToRecord(Row(2, "192.0.2.2", kNow + seconds{1})));
  tail.Add(cache::ToRecord(Row(1, "192.0.2.1", kNow + seconds{2})));
  tail.Await();
  const auto rows = tail.Newest(8);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows.front().reference.code, 1U);
  EXPECT_EQ(rows.front().times, 2U);
  EXPECT_EQ(rows.front().first, kNow);
}

// The page of verdicts needs no look through the journal where all that it shows is at hand.
TEST(VerdictTail, SaysWhetherItHasAllSinceThen) {
  const support::TempDirectory directory;
  const auto stores = Open(directory);
  VerdictTail tail(*stores, kNow);
  tail.Await();
  const auto count = [&tail](seconds ago, std::size_t limit) -> std::optional<std::size_t> {
    const auto rows = tail.NewestSince(kNow - ago, limit);
    return rows ? std::optional(rows->size()) : std::nullopt;
  };
  EXPECT_EQ(count(seconds{3600}, 10), 0U) << "there is none";
  EXPECT_EQ(count(seconds{9 * 86400}, 10), std::nullopt) << "the journal was read from a week ago on";
  for (std::uint64_t i = 0; i < VerdictTail::kNewest + 20; ++i) {
    tail.Add(cache::ToRecord(Row(i + 1, "192.0.2.1", kNow + seconds{static_cast<std::int64_t>(i)})));
  }
  tail.Await();
  EXPECT_EQ(count(seconds{3600}, 10), 10U);
  EXPECT_EQ(count(seconds{9 * 86400}, 10), 10U) << "older ones are not among them";
  EXPECT_EQ(count(seconds{0} - seconds{50}, VerdictTail::kNewest), 70U);
  EXPECT_EQ(count(seconds{3600}, VerdictTail::kNewest), VerdictTail::kNewest);
  EXPECT_EQ(tail.NewestSince(kNow, 1)->front().last,
            kNow + seconds{static_cast<std::int64_t>(VerdictTail::kNewest) + 19});
}

TEST(VerdictTail, WhatAClockThatWasAheadSaidDoesNotStay) {
  const support::TempDirectory directory;
  const auto stores = Open(directory);
  VerdictTail tail(*stores, kNow);
  tail.Add(cache::ToRecord(Row(1, "192.0.2.1", kNow + seconds{400 * 86400})));
  tail.Add(cache::ToRecord(Row(2, "198.51.100.1", kNow)));
  tail.Await();
  ASSERT_EQ(tail.Newest(8).size(), 1U);
  EXPECT_EQ(tail.Newest(8).front().reference.code, 2U);
  EXPECT_EQ(tail.TopsOf({kNow - seconds{3600}, kNow + seconds{500 * 86400}}, 8).networks,
            (Texts{{"198.51.100.0/24", 1}}));
}

TEST(VerdictTail, HoldsAtMostSoManyRows) {
  const support::TempDirectory directory;
  const auto stores = Open(directory);
  VerdictTail tail(*stores, kNow);
  for (std::uint64_t i = 1; i <= 2 * VerdictTail::kNewest; ++i) {
    tail.Add(cache::ToRecord(Row(i, "192.0.2.1", kNow + seconds{static_cast<std::int64_t>(i)})));
  }
  tail.Await();
  const auto rows = tail.Newest(10 * VerdictTail::kNewest);
  ASSERT_EQ(rows.size(), VerdictTail::kNewest);
  EXPECT_EQ(rows.back().reference.code, VerdictTail::kNewest + 1);
}

// One that comes often stands out however many others come once.
TEST(TopTexts, KeepWhatComesOftenInBoundedMemory) {
  TopTexts texts;
  for (int i = 0; i < 10'000; ++i) {
    texts.Add("stranger" + std::to_string(i), 1);
    if (i % 20 == 0) texts.Add("often", 10);
  }
  EXPECT_EQ(texts.kept().size(), TopTexts::kKept);
  const auto highest = [&texts] { return Highest({&texts}, 2); };
  EXPECT_EQ(highest().front(), (CountedText{"often", 5000}));
  EXPECT_EQ(highest().back().count, 1U) << "who came once looks like that, however many came";
  texts.Add(std::string(5000, 'x'), 100'000);
  EXPECT_EQ(highest().front().text.size(), TopTexts::kMaxText);
}

TEST(TopTexts, AreSummedByText) {
  TopTexts first, second, third;
  first.Add("b", 2);
  first.Add("a", 1);
  second.Add("b", 3);
  second.Add("c", 5);
  third.Add("a", 4);
  EXPECT_EQ(Highest({&first, &second, &third}, 2), (Texts{{"a", 5}, {"b", 5}})) << "of equal ones the first by letter";
  EXPECT_EQ(Highest({&first, &second, &third}, 9).size(), 3U);
  EXPECT_EQ(Highest({}, 9), Texts{});
}

}  // namespace policyd::admin::verdict_tail_test
