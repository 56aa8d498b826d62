#include "policyd/admin/status/daemon_health.h"

#include <gtest/gtest.h>

#include "cache/repair/alarms.h"

namespace policyd::admin::daemon_health_test {

DaemonView Well() {
  DaemonView view;
  view.daemon.emplace();
  view.metrics = Samples::Parse("sekimori_config_reload_success 1\n");
  view.store = StoreFigures{};
  return view;
}

struct Case {
  const char* name;
  void (*change)(DaemonView& view);
  Level want;
  const char* want_text;
};

class DaemonHealthTest : public testing::TestWithParam<Case> {};

TEST_P(DaemonHealthTest, IsSaid) {
  DaemonView view = Well();
  GetParam().change(view);
  const auto findings = FindingsOf(view);
  EXPECT_EQ(WorstOf(findings), GetParam().want);
  const std::string text = findings.empty() ? "" : findings.front().text;
  EXPECT_NE(text.find(GetParam().want_text), std::string::npos) << text;
}

void SetMetrics(DaemonView& view, const char* text) {
  view.metrics = Samples::Parse(text);
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, DaemonHealthTest,
    testing::Values(
        Case{"well", [](DaemonView&) {}, Level::kOk, ""},
        Case{"no_daemon",
             [](DaemonView& view) {
               view.daemon.reset();
               view.metrics.reset();
             },
             Level::kCritical, "no daemon runs"},
        Case{"no_metrics",
             [](DaemonView& view) {
               view.metrics.reset();
               view.no_metrics = "refused";
             },
             Level::kCritical, "cannot be asked: refused"},
        Case{"a_login_that_is_held",
             [](DaemonView& view) {
               SetMetrics(view,
                          "sekimori_outbound_logins{state=\"locked\"} 0\nsekimori_outbound_logins{state=\"held\"} 2\n"
                          "sekimori_outbound_logins{state=\"near_limit\"} 1\n");
             },
             Level::kWarning, "0 locked, 2 with mail on hold, 0 at a limit, 1 near one"},
        Case{"a_login_near_its_limit",
             [](DaemonView& view) { SetMetrics(view, "sekimori_outbound_logins{state=\"near_limit\"} 1\n"); },
             Level::kOk, ""},
        Case{"more_mail_than_ever", [](DaemonView& view) { SetMetrics(view, "sekimori_outbound_total_is_high 1\n"); },
             Level::kWarning, "three times as much mail"},
        Case{"not_ready", [](DaemonView& view) { view.not_ready = "starting"; }, Level::kCritical,
             "not ready: starting"},
        Case{"a_store_that_was_mended",
             [](DaemonView& view) {
               view.faults = {rules::InOwnWords("lists/ were gone"), cache::AlarmOf("writing_hangs")};
               SetMetrics(view,
                          "sekimori_store_state{store=\"facts\",state=\"sound\"} 1\n"
                          "sekimori_store_state{store=\"lists\",state=\"lost\"} 0\n"
                          "sekimori_store_state{store=\"lists\",state=\"restored\"} 1\n");
             },
             Level::kWarning, "degraded: lists/ were gone; writing to the store hangs"},
        Case{"a_store_in_memory",
             [](DaemonView& view) {
               view.faults = {rules::InOwnWords("records/ cannot be used")};
               SetMetrics(view, "sekimori_store_state{store=\"records\",state=\"in_memory\"} 1\n");
             },
             Level::kCritical, "degraded: records/ cannot be used"},
        Case{
            "a_gateway_hides_the_clients",
            [](DaemonView& view) { SetMetrics(view, "sekimori_own_network_hides_clients{client=\"172.22.1.1\"} 1\n"); },
            Level::kWarning, "own network 172.22.1.1 says names of others"},
        Case{"dead_socket", [](DaemonView& view) { view.dead_sockets = {"inet:1"}; }, Level::kCritical, "inet:1"},
        Case{"no_store",
             [](DaemonView& view) {
               view.store.reset();
               view.no_store = "gone";
             },
             Level::kCritical, "gone"},
        Case{"configuration", [](DaemonView& view) { view.config_errors = {"a.toml:3: x"}; }, Level::kWarning,
             "a.toml:3"},
        Case{"reload_refused", [](DaemonView& view) { SetMetrics(view, "sekimori_config_reload_success 0\n"); },
             Level::kWarning, "reload was refused"},
        Case{"name_server_down",
             [](DaemonView& view) {
               SetMetrics(view,
                          "sekimori_name_server_state{server=\"192.0.2.53:53\",state=\"up\"} 0\n"
                          "sekimori_name_server_state{server=\"192.0.2.53:53\",state=\"down\"} 1\n");
             },
             Level::kWarning, "192.0.2.53"},
        Case{"list_refused",
             [](DaemonView& view) {
               SetMetrics(view,
                          "sekimori_dnsbl_state{site=\"zen.example\",state=\"refused\"} 1\n"
                          "sekimori_dnsbl_state{site=\"zen.example\",state=\"healthy\"} 0\n");
             },
             Level::kWarning, "zen.example is refused"},
        Case{"engine_full", [](DaemonView& view) { SetMetrics(view, "sekimori_shared_trouble{cause=\"memory\"} 1\n"); },
             Level::kWarning, "the engine of [shared] cannot be used (memory)"},
        Case{"store_full", [](DaemonView& view) { view.store->records = {.used = 95, .at_most = 100}; },
             Level::kWarning, "records/ is full"},
        Case{"the_worst_comes_first",
             [](DaemonView& view) {
               view.config_errors = {"x"};
               view.not_ready = "stopping";
             },
             Level::kCritical, "stopping"}),
    [](const auto& row) { return row.param.name; });

TEST(MetricsText, IsRead) {
  const Samples samples = Samples::Parse(
      "# HELP a b\n# TYPE a counter\na{x=\"1\",y=\"q\\\"\\\\,}\"} 2\na{x=\"2\"} 3.5 1700000000\nb 1e3\nc{x=\"1\nd "
      "nan\n\ne\n");
  EXPECT_EQ(samples.Sum("a"), 5.5);
  EXPECT_EQ(samples.Of("a").front()->Label("y"), "q\"\\,}");
  EXPECT_EQ(samples.First("b"), 1000.0);
  EXPECT_EQ(samples.By("a", "x"), (std::map<std::string, double>{{"1", 2}, {"2", 3.5}}));
  EXPECT_FALSE(samples.First("c"));
  EXPECT_FALSE(samples.First("e"));
}

}  // namespace policyd::admin::daemon_health_test
