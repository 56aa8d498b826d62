#include "policyd/admin/shared/shared_status.h"

#include "policyd/admin/status/running_daemon.h"

namespace policyd::admin {

SharedStatus SharedStatusOf(const config::Config& config, const Samples& metrics) {
  SharedStatus status;
  for (const config::Endpoint& server : config.shared.servers) status.servers.push_back(server.ToString());
  for (const Sample* sample : metrics.Of("sekimori_shared_state")) {
    if (sample->value == 1) status.state = sample->Label("state");
  }
  const auto troubles = metrics.Of("sekimori_shared_trouble");
  if (!troubles.empty()) status.trouble = shared::TroubleNamed(troubles.front()->Label("cause")).trouble;
  return status;
}

Result<SharedStatus> ReadSharedStatus(const config::Config& config, std::chrono::milliseconds patience) {
  if (!config.http) {
    return Error{.kind = Error::Kind::kConfiguration,
                 .message = "the daemon is asked through http.listen, which is switched off"};
  }
  const auto metrics = GetPage(config, "/metrics", patience);
  if (!metrics) return As(Error::Kind::kUnreachable, metrics.error());
  return SharedStatusOf(config, Samples::Parse(*metrics));
}

runtime::Json ToJson(const SharedStatus& status) {
  runtime::Json servers = runtime::Json::Array();
  for (const std::string& server : status.servers) servers.Append(server);
  const shared::TroubleRow& row = shared::RowOf(status.trouble);
  const bool is_well = status.trouble == shared::Trouble::kNone;
  return runtime::Json::Object()
      .Add("state", status.state)
      .Add("servers", std::move(servers))
      .Add("cause", is_well ? runtime::Json() : runtime::Json(std::string(row.name)))
      .Add("text", std::string(row.text))
      .Add("hint", std::string(row.hint));
}

}  // namespace policyd::admin
