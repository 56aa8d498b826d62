#include "policyd/ctl/commands_memory.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "policyd/admin/status/status.h"
#include "policyd/admin/times.h"
#include "policyd/ctl/commands_decisions.h"
#include "policyd/ctl/rows.h"
#include "policyd/runtime/shown.h"

namespace policyd::ctl {
namespace {

// Rounded up; what is less than 10 MiB in KiB, so that a small store does not look as if it never grew.
std::string SizeText(std::uint64_t bytes) {
  constexpr std::uint64_t kKiB = 1024, kMiB = 1024 * kKiB;
  const std::uint64_t unit = bytes < 10 * kMiB ? kKiB : kMiB;
  return std::to_string((bytes + unit - 1) / unit) + (unit == kKiB ? " KiB" : " MiB");
}

template <class Count>
std::string CountsText(const std::map<std::string, Count>& counts) {
  std::string text;
  for (const auto& [what, count] : counts) {
    text += (text.empty() ? "" : ", ") + what + " " + std::to_string(static_cast<std::uint64_t>(count));
  }
  return text.empty() ? "none" : text;
}

// "let in 12, greylisted 3, refused 4 (defer 3, reject 1)": the words of the status page.
std::string LastHourText(std::map<std::string, std::uint64_t> answers) {
  const auto take = [&answers](rules::Action action) {
    const auto node = answers.extract(rules::Name(action));
    return node ? node.mapped() : 0;
  };
  const std::uint64_t let_in = take(rules::Action::kPass) + take(rules::Action::kTag);
  const std::uint64_t greylisted = take(rules::Action::kGreylist);
  std::uint64_t refused = 0;
  for (const auto& [action, count] : answers) refused += count;
  return "let in " + std::to_string(let_in) + ", greylisted " + std::to_string(greylisted) + ", refused " +
         std::to_string(refused) + (refused > 0 ? " (" + CountsText(answers) + ")" : "");
}

void PrintMetrics(std::ostream& out, const admin::Samples& metrics) {
  if (const auto servers = admin::NameServersOf(metrics); !servers.empty()) {
    out << "  name servers ";
    for (const auto& [server, is_up] : servers) out << ' ' << runtime::Shown(server) << (is_up ? " (up)" : " (down)");
    out << '\n';
  }
  out << "  lists         " << CountsText(admin::ZonesByState(metrics)) << '\n'
      << "  last reload   " << (metrics.First("sekimori_config_reload_success") == 0.0 ? "refused" : "taken") << '\n'
      << "  since start   " << static_cast<std::uint64_t>(metrics.Sum("sekimori_requests_total")) << " requests; "
      << CountsText(metrics.By("sekimori_verdicts_total", "action"))
      << "; let in without knowing all: " << CountsText(metrics.By("sekimori_fail_open_total", "cause")) << '\n';
}

void PrintStore(std::ostream& out, const admin::StoreFigures& store) {
  const auto size = [](const char* name, const admin::Bytes& bytes) {
    return std::string(name) + " " + SizeText(bytes.used) + (bytes.at_most > 0 ? " of " + SizeText(bytes.at_most) : "");
  };
  out << "  store         " << size("facts", store.facts) << ", " << size("records", store.records) << ", "
      << size("lists", store.lists) << "; " << store.list_entries << " entries, " << store.waiting
      << " triplets awaiting retry, " << store.verdicts << " verdicts\n";
}

void PrintText(Context& context, const config::Config& config, const admin::DaemonView& view,
               const std::vector<admin::Finding>& findings) {
  std::ostream& out = context.out;
  const std::string version = admin::VersionOf(view);
  out << Name(admin::WorstOf(findings)) << ": "
      << (findings.empty() ? "sekimorid" + (version.empty() ? "" : " " + version) + " runs"
                           : runtime::Shown(findings.front().text));
  if (findings.size() > 1) out << " (and " << findings.size() - 1 << " more)";
  out << '\n';
  out << "  daemon        " << (version.empty() ? "" : version + ", ")
      << (view.daemon ? PidText(*view.daemon) : "does not run");
  if (view.started) out << ", up since " << admin::ShownTime(*view.started);
  out << "\n  mode          " << rules::Name(config.policy->mode) << " (configured)\n  sockets      ";
  for (const config::Endpoint& endpoint : config.service.listen) out << ' ' << endpoint.ToString();
  out << '\n';
  if (view.metrics) PrintMetrics(out, *view.metrics);
  if (view.store) PrintStore(out, *view.store);
  out << "  last hour     " << LastHourText(view.answers) << '\n';
  for (const admin::Finding& finding : findings)
    out << Name(finding.level) << ": " << runtime::Shown(finding.text) << '\n';
}

ExitStatus SayRefused(Context& context) {
  const auto loaded = config::LoadConfig(context.config_file, context.is_default_config);
  if (const auto* errors = std::get_if<config::ConfigErrors>(&loaded)) {
    for (const std::string& error : *errors) context.error << error << '\n';
  }
  return Fail(context, kBadConfiguration,
              "the daemon refused the configuration and runs on with what it read before; its log says why");
}

}  // namespace

ExitStatus RunStatus(Context& context, const StatusOptions& options) {
  const auto loaded = config::LoadConfig(context.config_file, context.is_default_config);
  const OpenedStore store = OpenStore(context);
  if (!store.config.policy) return static_cast<ExitStatus>(admin::Level::kCritical);
  admin::DaemonView view = admin::LookAt(store.config, store.stores.get(), options.patience, context.now);
  if (const auto* errors = std::get_if<config::ConfigErrors>(&loaded)) view.config_errors = *errors;
  const auto findings = admin::FindingsOf(view);
  if (context.is_json) {
    PrintJson(context, admin::ToJson(store.config, view, findings));
  } else {
    PrintText(context, store.config, view, findings);
  }
  return static_cast<ExitStatus>(admin::WorstOf(findings));
}

ExitStatus RunReload(Context& context, const ReloadOptions& options) {
  const auto config = ReadConfig(context, Needs::kStoreOrSocket);
  if (!config) return kBadConfiguration;
  const auto reloaded = admin::Reload(*config, options.patience);
  if (!reloaded) return Fail(context, reloaded.error());
  if (!reloaded->is_taken) return SayRefused(context);
  if (context.is_json) {
    return PrintJson(context, runtime::Json::Object().Add("reloaded", true).Add("daemon_pid", reloaded->pid));
  }
  context.out << "reloaded (pid " << reloaded->pid << ")\n";
  return kDone;
}

ExitStatus RunAsk(Context& context, const AskOptions& options) {
  if (const auto checked = admin::Check(options); !checked) return Fail(context, checked.error());
  const auto config = ReadConfig(context, Needs::kStoreOrSocket);
  if (!config) return kBadConfiguration;
  const auto answer = admin::Ask(*config, options);
  if (!answer) return Fail(context, answer.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(*answer));
  context.out << runtime::Shown(answer->action) << '\n';
  return kDone;
}

}  // namespace policyd::ctl
