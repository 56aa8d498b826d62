#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <istream>
#include <ostream>
#include <utility>

#include "cache/lmdb/durable_file.h"
#include "policyd/admin/measure/recorded_answers.h"
#include "policyd/admin/option_values.h"
#include "policyd/admin/setup/first_config.h"
#include "policyd/admin/setup/postconf.h"
#include "policyd/admin/setup/postfix_advice.h"
#include "policyd/admin/setup/setup_checks.h"
#include "policyd/admin/status/metrics_text.h"
#include "policyd/admin/status/running_daemon.h"
#include "policyd/admin/stores/store_copy.h"
#include "policyd/config/warning_rows.h"
#include "policyd/ctl/commands_decisions.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/terminal.h"
#include "policyd/dns/servers/resolv_conf.h"
#include "policyd/runtime/file.h"
#include "policyd/runtime/json.h"
#include "policyd/runtime/shown.h"
#include "rules/values/ascii.h"

namespace policyd::ctl {
namespace {

constexpr const char* kLocal = "127.0.0.1";
constexpr std::chrono::seconds kPatience{2};

struct Proposal {
  admin::FirstConfig config;
  admin::Postconf postconf;
  std::vector<std::string> notes{};
  std::vector<std::string> left_out{};  // networks, with the reason
};

// The comments of the ready set: what each list is, and where its terms stand.
std::string Terms() {
  std::string terms;
  bool is_in_table = false;
  for (const std::string_view line : rules::SplitLines(admin::DnsblToml())) {
    is_in_table |= line.starts_with('[');
    const std::size_t hash = line.find('#');
    const bool is_comment = is_in_table && hash != std::string_view::npos && line.find_first_not_of(' ') == hash;
    if (is_comment) terms.append("  ").append(line.substr(hash + 1)).append("\n");
  }
  return terms;
}

std::vector<config::Endpoint> SystemServers() {
  const auto text = runtime::ReadFile(dns::kResolvConf);
  return dns::ParseResolvConf(text ? *text : std::string());
}

config::DnsSettings SettingsOf(const std::string& server) {
  config::DnsSettings settings;
  settings.servers = {{.is_unix = false, .host = server, .port = 53}};
  settings.tries = 1;
  return settings;
}

// A resolver on this machine, if one runs and the system asks another.
std::optional<std::string> FindResolver() {
  const auto servers = SystemServers();
  const bool is_here =
      std::all_of(servers.begin(), servers.end(), [](const auto& server) { return server.is_loopback(); });
  if (is_here || !admin::Answers(admin::ResolverOf(SettingsOf(kLocal)))) return std::nullopt;
  return kLocal;
}

// The line that is typed, or `otherwise` for an empty one.
std::string Ask(Context& context, const std::string& question, const std::string& otherwise) {
  context.error << question << " [" << otherwise << "] " << std::flush;
  std::string answer;
  std::getline(context.in, answer);
  while (!answer.empty() && (answer.back() == ' ' || answer.back() == '\r')) answer.pop_back();
  return answer.empty() ? otherwise : answer;
}

void AskForRest(Context& context, const SetupOptions& options, admin::FirstConfig& config) {
  if (!options.has_lists) {
    context.error << "Block lists, to be asked after reading their terms:\n" << Terms();
    const std::string answer = Ask(context, "Ask them?", "no");
    config.wants_lists = answer.starts_with('y') || answer.starts_with('Y');
  }
  if (!options.resolver) {
    const std::string none = "the system's";
    const std::string answer = Ask(context, "Resolver", config.resolver.value_or(none));
    config.resolver = answer == none ? std::nullopt : std::optional(answer);
  }
  config.mode = Ask(context, "Mode (monitor, tag, enforce)", config.mode);
}

void TakeNetworks(const SetupOptions& options, Proposal& proposal) {
  std::string all;
  for (const std::string& network : options.networks) all += network + " ";
  admin::OwnNetworks found =
      admin::ReadMynetworks(options.networks.empty() ? proposal.postconf.Get("mynetworks") : all);
  proposal.config.own_networks = std::move(found.networks);
  proposal.left_out = std::move(found.left_out);
  for (const std::string& text : proposal.left_out) proposal.notes.push_back("own network left out: " + text);
}

Proposal Propose(Context& context, const SetupOptions& options, const std::string& postconf) {
  Proposal proposal{.config = {.mode = options.mode, .wants_lists = options.has_lists},
                    .postconf = admin::ReadPostconf(postconf)};
  TakeNetworks(options, proposal);
  proposal.config.resolver = options.resolver ? options.resolver : FindResolver();
  if (options.asks) AskForRest(context, options, proposal.config);
  if (proposal.config.mode == "monitor") {
    proposal.notes.push_back(
        "mode monitor turns nothing away: after a week look at `sekimorictl verdicts --since 7d`, then set mode = "
        "\"enforce\"");
  }
  return proposal;
}

rules::Result<std::string> TextToWrite(const Context& context, const admin::FirstConfig& config) {
  if (access(context.config_file.c_str(), F_OK) != 0 && errno == ENOENT) {
    return "# Written by sekimorictl setup; every key: sekimori.toml(5)\n" + admin::FirstConfigText(config);
  }
  const auto sample = runtime::ReadFile(context.config_file);
  return sample ? admin::SetInSample(*sample, config) : sample;
}

ExitStatus Write(Context& context, const admin::FirstConfig& config) {
  const std::string& file = context.config_file;
  struct stat before {};
  const bool is_there = lstat(file.c_str(), &before) == 0;
  if (is_there && !S_ISREG(before.st_mode)) {
    return Fail(context, kBadInput,
                file + ": not changed: expected a file, got a link or something else: name the file");
  }
  const auto text = TextToWrite(context, config);
  if (!text) return Fail(context, kBadInput, file + ": not changed: " + text.error().message);
  if (geteuid() == 0) {
    const auto power = admin::PowerOver(file, 0);
    if (!power) return Fail(context, kNotPermitted, power.error().message);
  }
  if (const auto written = cache::ReplaceFile(file, *text); !written) {
    return Fail(context, kNotPermitted, written.error().message);
  }
  // The daemon reads it as a user of its own; its mode is left as it is.
  constexpr mode_t kEverybodyReads = 0644;
  const mode_t mode = is_there ? before.st_mode & 07777 : kEverybodyReads;
  const bool is_same_owner = !is_there || chown(file.c_str(), before.st_uid, before.st_gid) == 0;
  if (!is_same_owner || chmod(file.c_str(), mode) != 0)
    return Fail(context, kNotPermitted, file + ": " + std::strerror(errno));
  return kDone;
}

// How many requests the daemon has answered; nothing where it cannot be asked.
std::optional<double> RequestsOf(const config::Config& config) {
  if (!config.http) return std::nullopt;
  const auto page = admin::GetPage(config, "/metrics", kPatience);
  if (!page) return std::nullopt;
  return admin::Samples::Parse(*page).Sum("sekimori_requests_total");
}

admin::SetupCheck CheckMainCf(const config::Config& config, const admin::Postconf& postconf, bool is_here) {
  if (admin::AdviceFor(config, postconf, is_here).is_done) return {true, "main.cf has the line that asks us"};
  return {false, "main.cf does not ask us yet: `sekimorictl postfix` prints the lines"};
}

admin::SetupCheck WatchRequests(Context& context, const config::Config& config, rules::TimePoint end) {
  const auto first = RequestsOf(config);
  if (!first) return {false, "sekimorid does not run: systemctl start sekimori"};
  auto now = std::optional(context.now);
  auto count = first;
  while (count == 0.0 && now && *now < end) {
    now = context.next_look ? context.next_look() : std::nullopt;
    count = RequestsOf(config);
  }
  if (count.value_or(0) > 0) return {true, "Postfix asks: sekimorid has answered requests"};
  return {false, "nobody has asked sekimorid yet (--wait 5m watches for the first request)"};
}

// What the daemon works with, or would: the file that is there, else the proposal.
struct InForce {
  std::string file{};  // empty: there is none
  config::ConfigErrors errors{};
  config::Config config;
};

InForce ReadInForce(const Context& context, const config::Config& proposed) {
  if (access(context.config_file.c_str(), F_OK) != 0 && errno == ENOENT) return {.config = proposed};
  auto read = config::LoadConfig(context.config_file, context.is_default_config);
  if (auto* errors = std::get_if<config::ConfigErrors>(&read)) {
    return {.file = context.config_file, .errors = std::move(*errors), .config = proposed};
  }
  return {.file = context.config_file, .config = std::move(*std::get_if<config::Config>(&read))};
}

std::vector<admin::SetupCheck> Look(Context& context, const InForce& in_force, const admin::Postconf& postconf,
                                    rules::TimePoint end, bool is_here) {
  const config::Config& config = in_force.config;
  std::vector<admin::SetupCheck> checks;
  for (const std::string& error : in_force.errors) checks.push_back({false, error});
  if (!in_force.errors.empty()) {
    checks.push_back({false, in_force.file + " has errors, so what follows is checked for this proposal"});
  }
  for (const rules::Statement& warning : config.warnings) checks.push_back({false, config::WarningText(warning)});
  const admin::AskDns ask = admin::ResolverOf(config.dns);
  checks.push_back(admin::CheckResolver(ask, config.dns.servers.empty() ? SystemServers() : config.dns.servers));
  const std::string hostname = rules::LowerAscii(postconf.Get("myhostname"));
  if (!hostname.empty() && admin::Answers(ask)) {
    for (admin::SetupCheck& check : admin::CheckOwnName(ask, hostname)) checks.push_back(std::move(check));
  }
  if (postconf.parameters.empty()) {
    checks.push_back({false, "Postfix is not here, or postconf does not run"});
  } else {
    checks.push_back(CheckMainCf(config, postconf, is_here));
  }
  checks.push_back(WatchRequests(context, config, end));
  return checks;
}

runtime::Json ToJson(const std::string& text, const SetupOptions& options, const Proposal& proposal,
                     const InForce& in_force, const std::vector<admin::SetupCheck>& checks) {
  runtime::Json notes = runtime::Json::Array();
  for (const std::string& note : proposal.notes) notes.Append(note);
  runtime::Json looked = runtime::Json::Array();
  for (const admin::SetupCheck& check : checks)
    looked.Append(runtime::Json::Object().Add("is_well", check.is_well).Add("text", check.text));
  return runtime::Json::Object()
      .Add("configuration", text)
      .Add("written", options.writes)
      .Add("notes", std::move(notes))
      .Add("checked", in_force.file.empty() ? runtime::Json() : runtime::Json(in_force.file))
      .Add("checks", std::move(looked));
}

void PrintText(Context& context, const std::string& text, const SetupOptions& options, const Proposal& proposal) {
  std::ostream& out = context.out;
  out << "# " << (options.writes ? "Written to " : "For ") << runtime::Shown(context.config_file)
      << (options.writes ? "" : " (--write writes it there)") << ":\n"
      << text;
  if (proposal.config.wants_lists) out << "\n# Read the terms of these lists first:\n" << Terms();
  for (const std::string& note : proposal.notes) out << "# " << runtime::Shown(note) << '\n';
}

rules::Result<rules::seconds> WaitOf(const SetupOptions& options) {
  constexpr rules::seconds kLongest{86400};
  if (!options.wait) return rules::seconds{};
  const auto wait = rules::ParseDuration(*options.wait);
  if (!wait) return rules::Error{"--wait: expected a duration such as 5m, got \"" + *options.wait + "\""};
  return std::min(std::chrono::duration_cast<rules::seconds>(*wait), kLongest);
}

}  // namespace

ExitStatus RunSetup(Context& context, const SetupOptions& options) {
  const auto wait = WaitOf(options);
  if (!wait) return Fail(context, kUsage, wait.error().message);
  auto postconf = options.postconf ? ReadInput(context, *options.postconf) : admin::AskPostconf();
  if (!postconf && options.postconf) return Fail(context, kBadInput, postconf.error().message);
  const Proposal proposal = Propose(context, options, postconf ? *postconf : std::string());
  if (!options.networks.empty() && !proposal.left_out.empty()) {
    return Fail(context, kUsage, "--own-network: " + proposal.left_out.front());
  }
  const std::string text = admin::FirstConfigText(proposal.config);
  auto parsed = config::ParseConfig(context.config_file, text);
  if (const auto* errors = std::get_if<config::ConfigErrors>(&parsed)) {
    for (const std::string& error : *errors) context.error << runtime::Shown(error) << '\n';
    return kUsage;
  }
  if (options.writes) {
    if (const ExitStatus status = Write(context, proposal.config); status != kDone) return status;
  }
  if (!context.is_json) PrintText(context, text, options, proposal);
  const InForce in_force = ReadInForce(context, *std::get_if<config::Config>(&parsed));
  const auto checks = Look(context, in_force, proposal.postconf, context.now + *wait, !options.postconf);
  if (context.is_json) {
    context.out << ToJson(text, options, proposal, in_force, checks).Dump() << '\n';
    return kDone;
  }
  context.out << "\n# Checks of " << (in_force.file.empty() ? "this proposal" : runtime::Shown(in_force.file)) << '\n';
  for (const admin::SetupCheck& check : checks)
    context.out << (check.is_well ? "ok    " : "LOOK  ") << runtime::Shown(check.text) << '\n';
  return kDone;
}

}  // namespace policyd::ctl
