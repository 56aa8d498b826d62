#include "policyd/ctl/status.h"

#include <algorithm>
#include <cmath>
#include <ostream>
#include <utility>

#include "policyd/admin/status/daemon_health.h"
#include "policyd/admin/status/daemon_process.h"
#include "policyd/admin/status/policy_client.h"
#include "policyd/admin/times.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "policyd/runtime/json.h"
#include "policyd/runtime/shown.h"

namespace policyd::ctl {
namespace {

constexpr rules::seconds kLately{3600};

// Who asks nothing of the policy is answered nothing: enough to see that somebody listens.
constexpr std::string_view kProbe = "request=smtpd_access_policy\nprotocol_state=VRFY\nprotocol_name=SMTP\n\n";

void LookAtDaemon(const Config& config, const StatusOptions& options, admin::DaemonView& view) {
  view.pid = cache::Stores::RunningDaemon(config.store.directory);
  if (!view.pid) return;
  view.started = admin::StartedAt(*view.pid);
  for (const Endpoint& endpoint : config.service.listen) {
    const auto answer = admin::Exchange(endpoint, kProbe, options.patience);
    if (!answer) view.dead_sockets.push_back(answer.error().message);
  }
  if (!config.http) {
    view.no_metrics = "http.listen is off";
    return;
  }
  const auto metrics = admin::GetPage(*config.http, "/metrics", options.patience);
  if (!metrics) {
    view.no_metrics = metrics.error().message;
    return;
  }
  view.metrics = admin::Samples::Parse(*metrics);
  const auto ready = admin::GetPage(*config.http, "/readyz", options.patience);
  std::string said = ready ? *ready : ready.error().message;
  while (said.ends_with('\n')) said.pop_back();
  if (said != "ok") view.not_ready = std::move(said);
}

void LookAtStore(Context& context, const OpenedStore& store, admin::DaemonView& view) {
  if (!store.stores) {
    view.no_store = "see above";
    return;
  }
  view.store = admin::ReadFigures(*store.stores, store.config.store.directory);
  cache::ReadTransaction snapshot(store.stores->records_environment());
  store.stores->journal().Scan(snapshot, context.now - kLately, [&view](const cache::JournalRow& row) {
    if (admin::IsTurnedAway(row)) ++view.turned_away[row.action];
    return true;
  });
}

std::string Megabytes(std::uint64_t bytes) {
  return std::to_string((bytes + (1U << 20U) - 1) >> 20U) + " MiB";
}

template <class Count>
std::string CountsText(const std::map<std::string, Count>& counts) {
  std::string text;
  for (const auto& [what, count] : counts) {
    text += (text.empty() ? "" : ", ") + what + " " + std::to_string(static_cast<std::uint64_t>(count));
  }
  return text.empty() ? "none" : text;
}

std::map<std::string, std::uint64_t> ListsByState(const admin::Samples& metrics) {
  std::map<std::string, std::uint64_t> lists;
  for (const admin::Sample* sample : metrics.Of("sekimori_dnsbl_state")) {
    if (sample->value == 1) ++lists[std::string(sample->Label("state"))];
  }
  return lists;
}

std::string VersionOf(const admin::DaemonView& view) {
  if (!view.metrics) return {};
  const auto info = view.metrics->Of("sekimori_build_info");
  return info.empty() ? std::string() : std::string(info.front()->Label("version"));
}

void PrintMetrics(std::ostream& out, const admin::Samples& metrics) {
  if (const auto servers = admin::NameServersOf(metrics); !servers.empty()) {
    out << "  name servers ";
    for (const auto& [server, is_up] : servers) out << ' ' << Shown(server) << (is_up ? " (up)" : " (down)");
    out << '\n';
  }
  out << "  lists         " << CountsText(ListsByState(metrics)) << '\n'
      << "  last reload   " << (metrics.First("sekimori_config_reload_success") == 0.0 ? "refused" : "taken") << '\n'
      << "  since start   " << static_cast<std::uint64_t>(metrics.Sum("sekimori_requests_total")) << " requests; "
      << CountsText(metrics.By("sekimori_verdicts_total", "action"))
      << "; let in without knowing all: " << CountsText(metrics.By("sekimori_fail_open_total", "cause")) << '\n';
}

void PrintStore(std::ostream& out, const admin::StoreFigures& store) {
  const auto size = [](const char* name, const admin::Bytes& bytes) {
    return std::string(name) + " " + Megabytes(bytes.used) +
           (bytes.at_most > 0 ? " of " + Megabytes(bytes.at_most) : "");
  };
  out << "  store         " << size("facts", store.facts) << ", " << size("records", store.records) << ", "
      << size("lists", store.lists) << "; " << store.list_entries << " entries, " << store.waiting
      << " triplets awaiting retry, " << store.verdicts << " verdicts\n";
}

void PrintText(Context& context, const Config& config, const admin::DaemonView& view,
               const std::vector<admin::Finding>& findings) {
  std::ostream& out = context.out;
  const std::string version = VersionOf(view);
  out << Name(admin::WorstOf(findings)) << ": "
      << (findings.empty() ? "sekimorid" + (version.empty() ? "" : " " + version) + " runs"
                           : Shown(findings.front().text));
  if (findings.size() > 1) out << " (and " << findings.size() - 1 << " more)";
  out << '\n';
  out << "  daemon        " << (version.empty() ? "" : version + ", ")
      << (view.pid ? "pid " + std::to_string(*view.pid) : "does not run");
  if (view.started) out << ", up since " << admin::ShownTime(*view.started);
  out << "\n  mode          " << rules::Name(config.policy->mode) << " (configured)\n  sockets      ";
  for (const Endpoint& endpoint : config.service.listen) out << ' ' << endpoint.ToString();
  out << '\n';
  if (view.metrics) PrintMetrics(out, *view.metrics);
  if (view.store) {
    PrintStore(out, *view.store);
    out << "  last hour     turned away: " << CountsText(view.turned_away) << '\n';
  }
  for (const admin::Finding& finding : findings) out << Name(finding.level) << ": " << Shown(finding.text) << '\n';
}

template <class Count>
Json CountsToJson(const std::map<std::string, Count>& counts) {
  Json json = Json::Object();
  for (const auto& [what, count] : counts) json.Add(what, static_cast<std::uint64_t>(count));
  return json;
}

Json MetricsToJson(const admin::Samples& metrics) {
  Json servers = Json::Array();
  for (const auto& [server, is_up] : admin::NameServersOf(metrics)) {
    servers.Append(Json::Object().Add("server", server).Add("up", is_up));
  }
  return Json::Object()
      .Add("name_servers", std::move(servers))
      .Add("lists", CountsToJson(ListsByState(metrics)))
      .Add("reload_success", metrics.First("sekimori_config_reload_success") != 0.0)
      .Add("requests", static_cast<std::uint64_t>(metrics.Sum("sekimori_requests_total")))
      .Add("verdicts", CountsToJson(metrics.By("sekimori_verdicts_total", "action")))
      .Add("fail_open", CountsToJson(metrics.By("sekimori_fail_open_total", "cause")));
}

Json StoreToJson(const admin::StoreFigures& store) {
  const auto size = [](const admin::Bytes& bytes) {
    return Json::Object().Add("bytes", bytes.used).Add("max_bytes", bytes.at_most);
  };
  return Json::Object()
      .Add("facts", size(store.facts))
      .Add("records", size(store.records))
      .Add("lists", size(store.lists))
      .Add("list_entries", store.list_entries)
      .Add("waiting", store.waiting)
      .Add("verdicts", store.verdicts);
}

Json ToJson(const Config& config, const admin::DaemonView& view, const std::vector<admin::Finding>& findings) {
  Json attention = Json::Array();
  for (const admin::Finding& finding : findings) {
    attention.Append(Json::Object().Add("level", Name(finding.level)).Add("text", finding.text));
  }
  Json sockets = Json::Array();
  for (const Endpoint& endpoint : config.service.listen) sockets.Append(endpoint.ToString());
  return Json::Object()
      .Add("level", Name(admin::WorstOf(findings)))
      .Add("attention", std::move(attention))
      .Add("version", VersionOf(view))
      .Add("daemon_pid", view.pid ? Json(*view.pid) : Json())
      .Add("up_since", view.started ? Json(rules::PrintTime(*view.started)) : Json())
      .Add("mode", rules::Name(config.policy->mode))
      .Add("sockets", std::move(sockets))
      .Add("since_start", view.metrics ? MetricsToJson(*view.metrics) : Json())
      .Add("store", view.store ? StoreToJson(*view.store) : Json())
      .Add("turned_away_last_hour", CountsToJson(view.turned_away));
}

}  // namespace

ExitStatus RunStatus(Context& context, const StatusOptions& options) {
  admin::DaemonView view;
  const auto loaded = LoadConfig(context.config_file, context.is_default_config);
  if (const auto* errors = std::get_if<ConfigErrors>(&loaded)) view.config_errors = *errors;
  const OpenedStore store = OpenStore(context);
  if (!store.config.policy) return static_cast<ExitStatus>(admin::Level::kCritical);
  LookAtDaemon(store.config, options, view);
  LookAtStore(context, store, view);
  const auto findings = admin::FindingsOf(view);
  if (context.is_json) {
    context.out << ToJson(store.config, view, findings).Dump() << '\n';
  } else {
    PrintText(context, store.config, view, findings);
  }
  return static_cast<ExitStatus>(admin::WorstOf(findings));
}

}  // namespace policyd::ctl
