#include "policyd/metrics/metrics.h"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "policyd/metrics/shared_gauges.h"

namespace policyd::metrics::metrics_test {

using rules::Action;
using rules::Fact;
using rules::Mode;
using rules::Question;
using rules::Reason;
using std::chrono::microseconds;

testing::AssertionResult HasLine(const std::string& page, const std::string& line) {
  if (("\n" + page).find("\n" + line + "\n") != std::string::npos) return testing::AssertionSuccess();
  const std::string name = line.substr(0, line.find_first_of("{ "));
  std::string near;
  for (std::size_t at = 0; at < page.size();) {
    const std::size_t end = page.find('\n', at);
    if (page.compare(at, name.size(), name) == 0) near += page.substr(at, end - at + 1);
    at = end + 1;
  }
  return testing::AssertionFailure() << "no line " << line << " among\n" << near;
}

struct Case {
  const char* name;
  std::function<void(Metrics&)> count;
  std::string want;
};

class MetricsTest : public testing::TestWithParam<Case> {};

TEST_P(MetricsTest, CountsUnderItsLabels) {
  Metrics metrics;
  EXPECT_FALSE(HasLine(metrics.Render(), GetParam().want));
  GetParam().count(metrics);
  EXPECT_TRUE(HasLine(metrics.Render(), GetParam().want));
}

INSTANTIATE_TEST_SUITE_P(
    Metrics, MetricsTest,
    testing::Values(
        Case{"request", [](Metrics& m) { m.NewRequestCounts().CountRequest(rules::ProtocolState::kRcpt); },
             R"(sekimori_requests_total{state="RCPT"} 1)"},
        Case{"verdict",
             [](Metrics& m) {
               m.NewRequestCounts().CountVerdict(Action::kGreylist, Reason::kNoPtr, Mode::kTag, microseconds{40});
             },
             R"(sekimori_verdicts_total{action="greylist",mode="tag",reason="no_ptr"} 1)"},
        Case{"last_of_each_label",
             [](Metrics& m) {
               m.NewRequestCounts().CountVerdict(Action::kDiscard, Reason::kFailOpen, Mode::kMonitor, microseconds{40});
             },
             R"(sekimori_verdicts_total{action="discard",mode="monitor",reason="fail_open"} 1)"},
        Case{"answer", [](Metrics& m) { m.NewRequestCounts().CountAnswer(Action::kPass, Reason::kNoPtr); },
             R"(sekimori_answers_total{action="pass",reason="no_ptr"} 1)"},
        Case{"verdict_time",
             [](Metrics& m) {
               m.NewRequestCounts().CountVerdict(Action::kPass, Reason::kClean, Mode::kEnforce, microseconds{40});
             },
             R"(sekimori_verdict_seconds_bucket{le="5e-05"} 1)"},
        Case{"fail_open", [](Metrics& m) { m.NewRequestCounts().CountFailOpen(FailOpenCause::kStore); },
             R"(sekimori_fail_open_total{cause="store"} 1)"},
        Case{"fail_open_without_dns", [](Metrics& m) { m.NewRequestCounts().CountFailOpen(FailOpenCause::kDns); },
             R"(sekimori_fail_open_total{cause="dns"} 1)"},
        Case{"greylist", [](Metrics& m) { m.NewRequestCounts().CountGreylist(GreylistOutcome::kAutoWhitelisted); },
             R"(sekimori_greylist_total{outcome="auto_whitelisted"} 1)"},
        Case{"dns_query",
             [](Metrics& m) { m.CountDnsQuery(Question::Kind::kNameList, Fact::State::kUnavailable, microseconds{1}); },
             R"(sekimori_dns_queries_total{kind="name_list",result="unavailable"} 1)"},
        Case{"dns_time",
             [](Metrics& m) { m.CountDnsQuery(Question::Kind::kPtr, Fact::State::kAbsent, microseconds{3000}); },
             R"(sekimori_dns_seconds_sum{kind="ptr"} 0.003)"},
        Case{"cache_lookup",
             [](Metrics& m) { m.NewRequestCounts().CountCacheLookup(CacheStore::kTriplets, CacheResult::kMiss); },
             R"(sekimori_cache_lookups_total{result="miss",store="triplets"} 1)"},
        Case{"list_answer", [](Metrics& m) { m.CountListAnswer("zen.example", Fact::State::kPresent); },
             R"(sekimori_dnsbl_answers_total{result="present",site="zen.example"} 1)"},
        Case{"list_answer_again",
             [](Metrics& m) {
               m.CountListAnswer("zen.example", Fact::State::kAbsent);
               m.CountListAnswer("zen.example", Fact::State::kAbsent);
             },
             R"(sekimori_dnsbl_answers_total{result="absent",site="zen.example"} 2)"},
        Case{"list_verdict", [](Metrics& m) { m.CountListVerdict("zen.example", Action::kReject); },
             R"(sekimori_dnsbl_verdicts_total{action="reject",site="zen.example"} 1)"},
        Case{"helo_forward",
             [](Metrics& m) { m.CountDnsQuery(Question::Kind::kNameAddresses, Fact::State::kAbsent, microseconds{1}); },
             R"(sekimori_dns_queries_total{kind="forward",result="absent"} 1)"},
        Case{"texts",
             [](Metrics& m) { m.CountDnsQuery(Question::Kind::kNameTexts, Fact::State::kPresent, microseconds{1}); },
             R"(sekimori_dns_queries_total{kind="txt",result="present"} 1)"},
        Case{"reload_failed", [](Metrics& m) { m.SetReloadSuccess(false); }, "sekimori_config_reload_success 0"}),
    [](const auto& row) { return row.param.name; });

TEST(Metrics, ShowsTheGaugesOfTheMoment) {
  Metrics metrics;
  metrics.SetGaugeSource([] {
    return Gauges{
        .connections = 3,
        .inquiries_in_flight = 2,
        .writer_queue = 1,
        .stores = {{"facts", 4096, 8192}},
        .store_states = {{"lists", "lost", true}, {"lists", "sound", false}},
        .oldest_readers = {{"records", 12}},
        .tables = {{"triplets", 7}},
        .evicted = {{"journal", 5}},
        .zones = {{"zen.example", rules::ZoneState::kRefused}},
        .name_servers = {{"127.0.0.1:53", true}, {"[::1]:53", false}},
        .failed_commits = 6,
        .requests_waiting = 4,
        .watch_listed = {{"192.0.2.1", "zen.spamhaus.org"}},
        .watch_problems = {{"192.0.2.1", "ptr"}},
        .outbound_logins = {{"held", 2}},
        .outbound_is_high = true,
        .hiding_clients = {"172.22.1.1"},
        .process = {.cpu_seconds = 1.5, .resident_bytes = 8, .open_descriptors = 9},
        .shared = std::make_shared<const SharedGauges>(SharedGauges{.state = "refused", .trouble = "memory"})};
  });
  const std::string page = metrics.Render();
  for (const char* want : {
           "sekimori_connections 3",
           "sekimori_inquiries_in_flight 2",
           "sekimori_writer_queue 1",
           "sekimori_requests_waiting 4",
           R"(sekimori_outbound_logins{state="held"} 2)",
           "sekimori_outbound_total_is_high 1",
           R"(sekimori_store_bytes{store="facts"} 4096)",
           R"(sekimori_store_state{store="lists",state="lost"} 1)",
           R"(sekimori_store_state{store="lists",state="sound"} 0)",
           R"(sekimori_store_oldest_reader_commits{store="records"} 12)",
           R"(sekimori_store_max_bytes{store="facts"} 8192)",
           "sekimori_store_failed_commits_total 6",
           R"(sekimori_own_network_hides_clients{client="172.22.1.1"} 1)",
           R"(sekimori_watch_listed{address="192.0.2.1",list="zen.spamhaus.org"} 1)",
           R"(sekimori_watch_problems{subject="192.0.2.1",check="ptr"} 1)",
           R"(sekimori_shared_state{state="refused"} 1)",
           R"(sekimori_shared_state{state="off"} 0)",
           R"(sekimori_shared_trouble{cause="memory"} 1)",
           "process_cpu_seconds_total 1.5",
           "process_resident_memory_bytes 8",
           "process_open_fds 9",
           R"(sekimori_store_entries{table="triplets"} 7)",
           R"(sekimori_evicted_total{table="journal"} 5)",
           R"(sekimori_dnsbl_state{site="zen.example",state="refused"} 1)",
           R"(sekimori_dnsbl_state{site="zen.example",state="healthy"} 0)",
           R"(sekimori_name_server_state{server="127.0.0.1:53",state="down"} 1)",
           R"(sekimori_name_server_state{server="127.0.0.1:53",state="up"} 0)",
           R"(sekimori_name_server_state{server="[::1]:53",state="up"} 1)",
       }) {
    EXPECT_TRUE(HasLine(page, want));
  }

  metrics.SetGaugeSource([] { return Gauges(); });
  EXPECT_EQ(metrics.Render().find("zen.example"), std::string::npos) << "a list that is gone has no state";
}

// Of 399 combinations most never happen: a series is there once it counts something.
TEST(Metrics, MakesNoSeriesOfVerdictsThatNeverHappened) {
  Metrics metrics;
  metrics.NewRequestCounts().CountVerdict(Action::kPass, Reason::kClean, Mode::kEnforce, microseconds{1});
  const std::string page = metrics.Render();
  std::size_t series = 0;
  for (const char* name : {"\nsekimori_verdicts_total{", "\nsekimori_shadow_verdicts_total{"}) {
    for (std::size_t at = page.find(name); at != std::string::npos; at = page.find(name, at + 1)) ++series;
  }
  EXPECT_EQ(series, 1U);
}

// The families that operators' rules and dashboards name.
TEST(Metrics, SumsTheVerdictsOfTheLastHourOverReasonsAndThreads) {
  Metrics metrics;
  const rules::TimePoint now{std::chrono::hours{500'000}};
  metrics.NoteTime(now);
  metrics.NewRequestCounts().CountAnswer(Action::kPass, Reason::kClean);
  metrics.NewRequestCounts().CountAnswer(Action::kPass, Reason::kWhitelist);
  metrics.NewRequestCounts().CountVerdict(Action::kDefer, Reason::kDnsbl, Mode::kMonitor, microseconds{40});
  EXPECT_TRUE(HasLine(metrics.Render(), R"(sekimori_verdicts_last_hour{action="pass"} 2)"));
  metrics.NoteTime(now + std::chrono::hours{1});
  EXPECT_FALSE(HasLine(metrics.Render(), R"(sekimori_verdicts_last_hour{action="pass"} 2)"));
}

TEST(Metrics, HasEveryFamilyWithItsType) {
  Metrics metrics;
  metrics.CountListAnswer("zen.example", Fact::State::kPresent);
  metrics.CountListVerdict("zen.example", Action::kDefer);
  metrics.SetGaugeSource([] {
    return Gauges{.stores = {{"facts", 1}},
                  .store_states = {{"facts", "sound", true}},
                  .oldest_readers = {{"facts", 0}},
                  .tables = {{"triplets", 1}},
                  .evicted = {{"facts", 1}},
                  .zones = {{"zen.example", {}}},
                  .name_servers = {{"127.0.0.1:53", false}},
                  .mode = rules::Mode::kMonitor,
                  .config_warnings = 2,
                  .dropped_log_lines = 7,
                  .is_degraded = true,
                  .hiding_clients = {"172.22.1.1"},
                  .process = {}};
  });
  const std::string page = metrics.Render();
  std::set<std::string> got;
  for (std::size_t at = page.find("# TYPE "); at != std::string::npos; at = page.find("# TYPE ", at + 1)) {
    got.insert(page.substr(at + 7, page.find('\n', at) - at - 7));
  }
  const std::set<std::string> want{
      "sekimori_requests_total counter",
      "sekimori_verdicts_total counter",
      "sekimori_answers_total counter",
      "sekimori_verdicts_last_hour gauge",
      "sekimori_verdict_seconds histogram",
      "sekimori_fail_open_total counter",
      "sekimori_greylist_total counter",
      "sekimori_dns_queries_total counter",
      "sekimori_dns_seconds histogram",
      "sekimori_cache_lookups_total counter",
      "sekimori_name_server_state gauge",
      "sekimori_dnsbl_state gauge",
      "sekimori_dnsbl_answers_total counter",
      "sekimori_connections gauge",
      "sekimori_shadow_verdicts_total counter",
      "sekimori_store_bytes gauge",
      "sekimori_store_entries gauge",
      "sekimori_writer_queue gauge",
      "sekimori_requests_waiting gauge",
      "sekimori_inquiries_in_flight gauge",
      "sekimori_config_reload_success gauge",
      "sekimori_config_reloads_total counter",
      "sekimori_build_info gauge",
      "sekimori_store_state gauge",
      "sekimori_store_oldest_reader_commits gauge",
      "sekimori_dnsbl_verdicts_total counter",
      "sekimori_store_max_bytes gauge",
      "sekimori_evicted_total counter",
      "sekimori_store_failed_commits_total counter",
      "sekimori_outbound_acts_total counter",
      "sekimori_outbound_logins gauge",
      "sekimori_outbound_total_is_high gauge",
      "sekimori_outbound_messages_total counter",
      "sekimori_outbound_recipients_total counter",
      "sekimori_own_network_hides_clients gauge",
      "sekimori_watch_listed gauge",
      "sekimori_watch_problems gauge",
      "sekimori_shared_state gauge",
      "sekimori_shared_trouble gauge",
      "sekimori_mode gauge",
      "sekimori_degraded gauge",
      "sekimori_writer_stuck gauge",
      "sekimori_config_warnings gauge",
      "sekimori_log_lines_dropped_total counter",
      "process_cpu_seconds_total counter",
      "process_start_time_seconds gauge",
      "process_resident_memory_bytes gauge",
      "process_virtual_memory_bytes gauge",
      "process_open_fds gauge",
      "process_max_fds gauge",
  };
  EXPECT_EQ(got, want);
  EXPECT_TRUE(HasLine(page, "sekimori_config_reload_success 1"));
  EXPECT_TRUE(HasLine(page, R"(sekimori_mode{mode="enforce"} 0)"));
  EXPECT_TRUE(HasLine(page, R"(sekimori_mode{mode="monitor"} 1)"));
  EXPECT_TRUE(HasLine(page, R"(sekimori_shared_state{state="off"} 1)"));
  EXPECT_TRUE(HasLine(page, "sekimori_degraded 1"));
  EXPECT_TRUE(HasLine(page, "sekimori_writer_stuck 0"));
  EXPECT_TRUE(HasLine(page, "sekimori_config_warnings 2"));
  EXPECT_TRUE(HasLine(page, "sekimori_log_lines_dropped_total 7"));
}

TEST(Metrics, LosesNoCountFromManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kEach = 5000;
  Metrics metrics;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&metrics, &counts = metrics.NewRequestCounts()] {
        for (int i = 0; i < kEach; ++i) {
          metrics.CountListAnswer("zen.example", Fact::State::kAbsent);
          counts.CountVerdict(Action::kPass, Reason::kClean, Mode::kEnforce, microseconds{10});
        }
      });
    }
  }
  const std::string page = metrics.Render();
  EXPECT_TRUE(HasLine(page, R"(sekimori_dnsbl_answers_total{result="absent",site="zen.example"} 20000)"));
  EXPECT_TRUE(HasLine(page, R"(sekimori_verdicts_total{action="pass",mode="enforce",reason="clean"} 20000)"));
  EXPECT_TRUE(HasLine(page, "sekimori_verdict_seconds_count 20000"));
}

}  // namespace policyd::metrics::metrics_test
