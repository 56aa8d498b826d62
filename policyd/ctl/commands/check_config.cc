#include "policyd/ctl/commands_decisions.h"

#include <ostream>

#include "policyd/admin/status/start_trial.h"
#include "policyd/config/warning_rows.h"
#include "policyd/runtime/shown.h"
#include "rules/policy.h"

namespace policyd::ctl {
namespace {

void PrintText(Context& context, const config::Config& config) {
  std::ostream& out = context.out;
  const rules::Policy& policy = *config.policy;
  out << runtime::Shown(context.config_file) << ": OK\n  listens on ";
  for (const config::Endpoint& endpoint : config.service.listen) out << ' ' << runtime::Shown(endpoint.ToString());
  out << "\n  store       " << runtime::Shown(config.store.directory) << '\n';
  out << "  mode        " << rules::Name(policy.mode) << '\n';
  out << "  bands       tag " << admin::BandText(policy.bands.tag) << ", greylist "
      << admin::BandText(policy.bands.greylist) << ", defer " << admin::BandText(policy.bands.defer) << ", reject "
      << admin::BandText(policy.bands.reject) << '\n';
  out << "  lists       " << policy.zones.size() << " of clients, " << policy.name_zones.size() << " of names\n";
  for (const std::string& line : config.overridden) out << "  " << runtime::Shown(line) << '\n';
  for (const rules::Statement& warning : config.warnings) {
    out << "warning: " << runtime::Shown(config::WarningText(warning)) << '\n';
  }
}

}  // namespace

ExitStatus RunCheckConfig(Context& context, const CheckConfigOptions&) {
  const admin::ConfigCheck check = admin::CheckConfig(context.config_file, context.is_default_config);
  for (const std::string& error : check.errors) context.error << runtime::Shown(error) << '\n';
  if (context.is_json) {
    PrintJson(context, admin::ToJson(check));
  } else if (check.config) {
    PrintText(context, *check.config);
  }
  return check.config ? kDone : StatusOf(check.fault);
}

}  // namespace policyd::ctl
