#include "policyd/ctl/check_config.h"

#include <ostream>

#include "policyd/admin/status/start_trial.h"
#include "policyd/runtime/json.h"
#include "policyd/runtime/shown.h"
#include "rules/policy.h"

namespace policyd::ctl {
namespace {

std::string BandText(const std::optional<rules::Points>& band) {
  return band ? rules::PrintPoints(*band) : "off";
}

void PrintText(Context& context, const Config& config) {
  std::ostream& out = context.out;
  const rules::Policy& policy = *config.policy;
  out << Shown(context.config_file) << ": OK\n  listens on ";
  for (const Endpoint& endpoint : config.service.listen) out << ' ' << Shown(endpoint.ToString());
  out << "\n  store       " << Shown(config.store.directory) << '\n';
  out << "  mode        " << rules::Name(policy.mode) << '\n';
  out << "  bands       tag " << BandText(policy.bands.tag) << ", greylist " << BandText(policy.bands.greylist)
      << ", defer " << BandText(policy.bands.defer) << ", reject " << BandText(policy.bands.reject) << '\n';
  out << "  lists       " << policy.zones.size() << " of clients, " << policy.name_zones.size() << " of names\n";
  for (const std::string& line : config.overridden) out << "  " << Shown(line) << '\n';
  for (const std::string& warning : config.warnings) out << "warning: " << Shown(warning) << '\n';
}

Json Texts(const std::vector<std::string>& texts) {
  Json array = Json::Array();
  for (const std::string& text : texts) array.Append(text);
  return array;
}

Json ToJson(const Config& config) {
  Json listen = Json::Array();
  for (const Endpoint& endpoint : config.service.listen) listen.Append(endpoint.ToString());
  const rules::Bands& bands = config.policy->bands;
  return Json::Object()
      .Add("ok", true)
      .Add("warnings", Texts(config.warnings))
      .Add("overridden", Texts(config.overridden))
      .Add("listen", std::move(listen))
      .Add("store", config.store.directory)
      .Add("mode", rules::Name(config.policy->mode))
      .Add("bands", Json::Object()
                        .Add("tag", BandText(bands.tag))
                        .Add("greylist", BandText(bands.greylist))
                        .Add("defer", BandText(bands.defer))
                        .Add("reject", BandText(bands.reject)))
      .Add("sites", config.policy->zones.size())
      .Add("name_sites", config.policy->name_zones.size());
}

ExitStatus Refuse(Context& context, ExitStatus status, const std::vector<std::string>& errors) {
  for (const std::string& error : errors) context.error << Shown(error) << '\n';
  if (context.is_json) context.out << Json::Object().Add("ok", false).Add("errors", Texts(errors)).Dump() << '\n';
  return status;
}

}  // namespace

ExitStatus RunCheckConfig(Context& context, const CheckConfigOptions&) {
  auto read = LoadConfig(context.config_file, context.is_default_config);
  if (const auto* errors = std::get_if<ConfigErrors>(&read)) return Refuse(context, kBadConfiguration, *errors);
  Config& config = *std::get_if<Config>(&read);
  const admin::StartTrial trial = admin::TryStart(config);
  if (trial.fault) return Refuse(context, StatusOf(*trial.fault), trial.errors);
  config.warnings.insert(config.warnings.end(), trial.warnings.begin(), trial.warnings.end());
  if (context.is_json) {
    context.out << ToJson(config).Dump() << '\n';
  } else {
    PrintText(context, config);
  }
  return kDone;
}

}  // namespace policyd::ctl
