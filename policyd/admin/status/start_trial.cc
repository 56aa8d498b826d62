#include "policyd/admin/status/start_trial.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "policyd/config/warning_rows.h"
#include "policyd/serve/listener.h"
#include "policyd/serve/systemd_sockets.h"
#include "rules/policy.h"

namespace policyd::admin {
namespace {

void TryListen(const std::string& key, const config::Endpoint& endpoint, bool is_running, StartTrial& trial) {
  const auto fault = serve::ListeningSocket::Try(endpoint);
  if (!fault) return;
  if (fault->is_in_use && (is_running || serve::HoldsSocketFor(serve::kServiceManager, endpoint))) return;
  trial.errors.push_back(key + ": " + fault->message);
  trial.fault = fault->is_in_use ? Error::Kind::kAlreadyRunning : Error::Kind::kUnreachable;
}

// Checks that the folder exists and may be used, or can be made.
void TryStore(const std::string& directory, StartTrial& trial) {
  struct stat about {};
  const bool is_there = stat(directory.c_str(), &about) == 0;
  const std::string folder = is_there ? directory : std::filesystem::path(directory).parent_path().string();
  const auto fail = [&](Error::Kind kind, const std::string& why) {
    trial.errors.push_back("store.directory: " + folder + ": " + why);
    trial.fault = kind;
  };
  if (is_there && !S_ISDIR(about.st_mode)) return fail(Error::Kind::kStore, "expected a folder");
  if (!cache::BecomeOwnerOf(directory)) return fail(Error::Kind::kNotPermitted, "this user cannot become its owner");
  if (access(folder.c_str(), W_OK | X_OK) == 0) return;
  fail(errno == ENOENT ? Error::Kind::kStore : Error::Kind::kNotPermitted, std::strerror(errno));
}

runtime::Json Texts(const std::vector<std::string>& texts) {
  runtime::Json array = runtime::Json::Array();
  for (const std::string& text : texts) array.Append(text);
  return array;
}

runtime::Json ConfigToJson(const config::Config& config) {
  runtime::Json listen = runtime::Json::Array();
  for (const config::Endpoint& endpoint : config.service.listen) listen.Append(endpoint.ToString());
  runtime::Json warnings = runtime::Json::Array();
  for (const rules::Statement& warning : config.warnings) warnings.Append(config::WarningText(warning));
  const rules::Bands& bands = config.policy->bands;
  return runtime::Json::Object()
      .Add("ok", true)
      .Add("warnings", std::move(warnings))
      .Add("overridden", Texts(config.overridden))
      .Add("listen", std::move(listen))
      .Add("store", config.store.directory)
      .Add("mode", rules::Name(config.policy->mode))
      .Add("bands", runtime::Json::Object()
                        .Add("tag", BandText(bands.tag))
                        .Add("greylist", BandText(bands.greylist))
                        .Add("defer", BandText(bands.defer))
                        .Add("reject", BandText(bands.reject)))
      .Add("sites", config.policy->zones.size())
      .Add("name_sites", config.policy->name_zones.size());
}

}  // namespace

StartTrial TryStart(const config::Config& config) {
  StartTrial trial;
  const bool is_running = cache::Stores::RunningDaemon(config.store.directory).has_value();
  for (const config::Endpoint& endpoint : config.service.listen) {
    TryListen("policy_service.listen", endpoint, is_running, trial);
  }
  if (config.http) TryListen("http.listen", *config.http, is_running, trial);
  if (config.why.listen) TryListen("why.listen", *config.why.listen, is_running, trial);
  TryStore(config.store.directory, trial);
  for (const std::string& file : config.files) {
    if (access(file.c_str(), F_OK) != 0 && errno == ENOENT) continue;  // a default file that is not there
    if (access(file.c_str(), R_OK) == 0) continue;
    trial.warnings.push_back(config::Warning(
        "cannot_be_read",
        {{"file", file}, {"directory", config.store.directory}, {"error", std::string(std::strerror(errno))}}));
  }
  return trial;
}

std::string BandText(const std::optional<rules::Points>& band) {
  return band ? rules::PrintPoints(*band) : "off";
}

ConfigCheck CheckConfig(const std::string& file, bool is_default) {
  ConfigCheck check;
  auto read = config::LoadConfig(file, is_default);
  if (auto* errors = std::get_if<config::ConfigErrors>(&read)) {
    check.errors = std::move(*errors);
    return check;
  }
  config::Config& config = *std::get_if<config::Config>(&read);
  StartTrial trial = TryStart(config);
  if (trial.fault) {
    check.fault = *trial.fault;
    check.errors = std::move(trial.errors);
    return check;
  }
  config.warnings.insert(config.warnings.end(), trial.warnings.begin(), trial.warnings.end());
  check.config = std::move(config);
  return check;
}

runtime::Json ToJson(const ConfigCheck& check) {
  if (check.config) return ConfigToJson(*check.config);
  return runtime::Json::Object().Add("ok", false).Add("errors", Texts(check.errors));
}

}  // namespace policyd::admin
