#include "policyd/admin/overview/overview.h"

#include <gtest/gtest.h>

#include "tests/support/temp_directory.h"

namespace policyd::admin::overview_test {

using cache::HistoryCounts;
using rules::Action;
using rules::Reason;
using rules::seconds;

// 2026-11-21 08:30:20 UTC
const rules::TimePoint kNow{seconds{1'795'249'820}};

HistoryCounts Counts(Action action, Reason reason, std::uint64_t count) {
  HistoryCounts counts;
  counts.Verdicts(action, reason) = counts.Answers(action, reason) = count;
  return counts;
}

class OverviewTest : public testing::Test {
 protected:
  OverviewTest() {
    auto opened = cache::Stores::OpenForDaemon({.directory = directory_.path(), .max_size = std::uint64_t{64} << 20U});
    stores_ = std::move(std::get<std::unique_ptr<cache::Stores>>(opened));
    config_ = std::get<config::Config>(config::ParseConfig("x", "dnsbl.sites = [\"zen.example*8\"]\n"));
    config_.store.directory = directory_.path();
    tail_ = std::make_unique<VerdictTail>(*stores_, kNow);
  }

  void Add(seconds ago, const HistoryCounts& counts) {
    auto transaction = cache::WriteTransaction::Begin(stores_->records_environment());
    ASSERT_TRUE(stores_->history().Add(**transaction, {kNow - ago, counts}));
    ASSERT_TRUE((*transaction)->Commit());
  }

  Overview Make(const OverviewOptions& options, const metrics::HistoryFeed::Newest& newest = {},
                const char* metrics = "") {
    tail_->Await();
    const auto span = ReadSpan(options, kNow);
    EXPECT_TRUE(span.ok());
    return MakeOverview({.config = config_,
                         .stores = *stores_,
                         .tail = *tail_,
                         .newest = newest,
                         .metrics = std::string("sekimori_config_reload_success 1\n") + metrics},
                        *span, kNow);
  }

  support::TempDirectory directory_;
  std::unique_ptr<cache::Stores> stores_;
  config::Config config_;
  std::unique_ptr<VerdictTail> tail_;
};

TEST_F(OverviewTest, EachMinuteFallsIntoItsBinAndAllIntoTheSum) {
  Add(seconds{0}, Counts(Action::kPass, Reason::kClean, 1));
  Add(seconds{59 * 60}, Counts(Action::kGreylist, Reason::kNoPtr, 2));
  Add(seconds{61 * 60}, Counts(Action::kDefer, Reason::kDnsbl, 4));  // before the hour
  const Overview hour = Make({.since = "1h"});
  ASSERT_EQ(hour.bins.size(), 60U);
  EXPECT_EQ(hour.span.step, seconds{60});
  EXPECT_EQ(hour.bins.back().answers[0], 1U);
  EXPECT_EQ(hour.bins.front().answers[2], 2U);
  EXPECT_EQ(hour.answered.all(), 3U);
  EXPECT_EQ(hour.answered.greylisted(), 2U);
  EXPECT_EQ(hour.answered.refused(), 0U);
  EXPECT_FALSE(hour.differs());
  EXPECT_EQ(hour.answered.reasons, (std::vector<CountedText>{{"no_ptr", 2}}));
  const Overview day = Make({.since = "24h"});
  EXPECT_EQ(day.bins.size(), 144U);
  EXPECT_EQ(day.answered.all(), 7U);
  const Overview week = Make({.since = "7d"});
  EXPECT_EQ(week.bins.size(), 168U);
  EXPECT_EQ(week.answered.all(), 7U) << "of the hours";
}

// In the mode monitor, and for postmaster, a mail is let in that enforce defers: it was not turned away.
TEST_F(OverviewTest, CountsWhatWasAnsweredAndApartWhatEnforceWouldHave) {
  HistoryCounts counts = Counts(Action::kReject, Reason::kDnsbl, 1);
  counts.Verdicts(Action::kDefer, Reason::kDnsbl) = 5;
  counts.Answers(Action::kPass, Reason::kDnsbl) = 4;
  counts.Answers(Action::kTag, Reason::kDnsbl) = 1;
  Add(seconds{0}, counts);
  const Overview overview = Make({.since = "1h"});
  EXPECT_TRUE(overview.differs());
  EXPECT_EQ(overview.answered.all(), 6U);
  EXPECT_EQ(overview.answered.let_in(), 5U);
  EXPECT_EQ(overview.answered.refused(), 1U);
  EXPECT_EQ(overview.answered.reasons, (std::vector<CountedText>{{"dnsbl", 1}}));
  EXPECT_EQ(overview.would.refused(), 6U);
  EXPECT_EQ(overview.would.reasons, (std::vector<CountedText>{{"dnsbl", 6}}));
  EXPECT_EQ(overview.bins.back().answers[metrics::Index(Action::kDefer)], 0U);
  EXPECT_EQ(overview.bins.back().would[metrics::Index(Action::kDefer)], 5U);
  const std::string json = ToJson(overview).Dump();
  const std::size_t would = json.find("\"would\":{\"verdicts\"");
  ASSERT_NE(would, std::string::npos) << json;
  EXPECT_NE(json.find("\"defer\":5", would), std::string::npos) << json;
}

TEST_F(OverviewTest, WhatIsNotWrittenYetIsThereOnce) {
  Add(seconds{60}, Counts(Action::kPass, Reason::kClean, 5));
  metrics::HistoryFeed::Newest newest;
  newest.handed_over = {{kNow - seconds{80}, Counts(Action::kPass, Reason::kClean, 5)},    // the same minute: written
                        {kNow - seconds{140}, Counts(Action::kPass, Reason::kClean, 7)}};  // on its way
  newest.running = {kNow - seconds{20}, Counts(Action::kPass, Reason::kClean, 100)};
  EXPECT_EQ(Make({.since = "1h"}, newest).answered.all(), 112U);
}

TEST_F(OverviewTest, PercentilesLieInTheirBuckets) {
  HistoryCounts counts;
  counts.At(HistoryCounts::kTimes, 1) = 98;  // 10 to 25 microseconds, from memory
  counts.At(HistoryCounts::kTimes, 10) = 3;  // 10 to 25 ms, two of them after DNS
  counts.At(HistoryCounts::kAskedTimes, 10) = 2;
  counts.At(HistoryCounts::kTimes, 18) = counts.At(HistoryCounts::kAskedTimes, 18) = 2;  // longer than 5 s
  Add(seconds{0}, counts);
  const Overview overview = Make({.since = "1h"});
  EXPECT_EQ(overview.cached.count, 99U);
  EXPECT_EQ(overview.asked.count, 4U);
  EXPECT_GT(*overview.cached.p50, 1e-5);
  EXPECT_LE(*overview.cached.p50, 2.5e-5);
  EXPECT_GT(*overview.cached.p99, 1e-2) << "the hundredth is the slow one";
  EXPECT_LE(*overview.asked.p50, 2.5e-2);
  EXPECT_EQ(*overview.asked.p99, 5) << "no more is known";
  EXPECT_FALSE(overview.bins.front().cached.p50) << "nothing came then";
}

TEST_F(OverviewTest, ListsAndGreylistOfThatTime) {
  HistoryCounts counts;
  counts.zones["zen.example"] = {.asked = 10, .hits = 3, .unavailable = 1, .microseconds = 50'000};
  counts.At(HistoryCounts::kGreylist, Index(metrics::GreylistOutcome::kNew)) = 8;
  counts.At(HistoryCounts::kGreylist, Index(metrics::GreylistOutcome::kPassed)) = 2;
  counts.At(HistoryCounts::kRetries, rules::RetryTimes::BucketOf(seconds{200})) = 2;
  Add(seconds{0}, counts);
  const Overview overview = Make({.since = "1h"});
  ASSERT_EQ(overview.zones.size(), 1U);
  EXPECT_EQ(overview.zones.front().counts, counts.zones.begin()->second);
  EXPECT_EQ(overview.Greylisted(metrics::GreylistOutcome::kPassed), 2U);
  EXPECT_EQ(overview.Retries().Percentile(50), seconds{240});
}

TEST_F(OverviewTest, WhatNeedsAttentionIsSaidWithWhatToDo) {
  const Overview overview = Make({}, {},
                                 "sekimori_name_server_state{server=\"192.0.2.53:53\",state=\"up\"} 0\n"
                                 "sekimori_requests_waiting 3\n");
  ASSERT_EQ(overview.attention.size(), 2U);
  EXPECT_EQ(overview.attention[0].text, "name server 192.0.2.53:53 is down");
  EXPECT_EQ(overview.attention[1].about, (std::vector<std::string>{"3"}));
  for (const Finding& finding : overview.attention) EXPECT_FALSE(finding.hint.empty());
  EXPECT_TRUE(Make({}).attention.empty());
}

TEST_F(OverviewTest, MailThatLeavesIsShownWhereItIsLookedAt) {
  EXPECT_FALSE(Make({}).outgoing);
  config_ = std::get<config::Config>(config::ParseConfig("x", "outbound.mode = \"enforce\"\n"));
  HistoryCounts counts;
  counts.At(HistoryCounts::kSent, 0) = 2;
  counts.At(HistoryCounts::kSent, 1) = 81;
  Add(seconds{60}, counts);
  rules::Account account;
  account.Reserve({.message = 1, .recipients = 80, .at = kNow - seconds{60}, .is_confirmed = true});
  const auto transaction = cache::WriteTransaction::Begin(stores_->records_environment());
  ASSERT_TRUE(stores_->outbound_accounts().Put(**transaction, {"near@ours.example", account}));
  account.recipients_of_hour = {};
  account.recipients_of_day = {};
  account.Reserve({.message = 2, .recipients = 1, .at = kNow - seconds{60}, .is_confirmed = true});
  ASSERT_TRUE(stores_->outbound_accounts().Put(**transaction, {"quiet@ours.example", account}));
  account.locked = kNow;
  ASSERT_TRUE(stores_->outbound_accounts().Put(**transaction, {"locked@ours.example", account}));
  ASSERT_TRUE((*transaction)->Commit());
  const Overview overview = Make({});
  EXPECT_EQ(overview.sent_messages(), 2U);
  EXPECT_EQ(overview.sent_recipients(), 81U);
  ASSERT_TRUE(overview.outgoing);
  EXPECT_EQ(overview.outgoing->locked, 1U);
  EXPECT_EQ(overview.outgoing->near_limit, 1U);
  ASSERT_EQ(overview.outgoing->logins.size(), 2U) << "of a quiet one there is nothing to say";
  EXPECT_EQ(overview.outgoing->logins[0].login, "locked@ours.example");
  EXPECT_STREQ(Word(overview.outgoing->logins[1]), "near_limit");
}

TEST(Span, ReachesFromWholeStepsToNow) {
  struct Case {
    const char *since, *until;
    std::int64_t seconds, step, ends_before_now;
  };
  for (const Case& one : {Case{"1h", "", 3600, 60, -40}, Case{"24h", "", 86400, 600, -580},
                          Case{"7d", "", 7 * 86400, 3600, -1780}, Case{"60d", "", 60 * 86400, 43200, -12580},
                          Case{"2026-11-21T07:00:00Z", "2026-11-21T08:00:00Z", 3600, 60, 1820},
                          // Of the day before no minutes are kept.
                          Case{"2026-11-19T07:00:00Z", "2026-11-19T08:00:00Z", 3600, 3600, 2 * 86400 + 1820},
                          Case{"2026-11-21T07:00:30Z", "2026-11-21T07:02:30Z", 180, 60, 5240}}) {
    const auto span = ReadSpan({.since = one.since, .until = FormField(one.until)}, kNow);
    ASSERT_TRUE(span.ok()) << one.since;
    EXPECT_EQ((span->until - span->since).count(), one.seconds) << one.since;
    EXPECT_EQ(span->step.count(), one.step) << one.since;
    EXPECT_EQ((kNow - span->until).count(), one.ends_before_now) << one.since;
  }
  EXPECT_EQ(ReadSpan({}, kNow)->asked, "24h");
  EXPECT_FALSE(ReadSpan({.since = ""}, kNow).ok());
  for (const auto& [since, until] :
       {std::pair{"nonsense", ""}, std::pair{"0s", ""}, std::pair{"1h", "x"}, std::pair{"2026-11-22T07:00:00Z", ""},
        std::pair{"2026-11-20T07:00:00Z", "2026-11-20T06:00:00Z"}}) {
    EXPECT_FALSE(ReadSpan({.since = since, .until = FormField(until)}, kNow).ok()) << since;
  }
}

}  // namespace policyd::admin::overview_test
