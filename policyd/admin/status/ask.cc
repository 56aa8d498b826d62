#include "policyd/admin/status/ask.h"

#include <fmt/format.h>
#include <unistd.h>

#include "policyd/admin/status/running_daemon.h"
#include "policyd/runtime/shown.h"
#include "rules/request.h"
#include "rules/values/as_written.h"

namespace policyd::admin {
namespace {

constexpr std::string_view kAnswerStart = "action=";

// A line end in a value would start another attribute.
rules::Status CheckValues(const AskOptions& options) {
  for (const std::string* value :
       {&options.client, &options.name, &options.helo, &options.sender, &options.recipient, &options.state}) {
    if (value->find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return rules::Error{"expected one line, got \"" + runtime::Shown(*value) + "\""};
    }
  }
  return rules::Done{};
}

// An instance of its own: the daemon keeps what it knows of a message under it.
std::string MakeInstance() {
  const auto ticks = std::chrono::steady_clock::now().time_since_epoch().count();
  return "ask." + std::to_string(getpid()) + "." + std::to_string(ticks);
}

std::string MakeRequest(const AskOptions& options, const rules::IpAddress& client) {
  std::string request;
  const auto add = [&request](std::string_view name, std::string_view value) {
    request.append(name).append("=").append(value).append("\n");
  };
  add("request", "smtpd_access_policy");
  add("protocol_state", options.state);
  add("protocol_name", "ESMTP");
  add("client_address", client.ToString());
  add("client_name", options.name);
  add("reverse_client_name", options.name);
  add("helo_name", options.helo);
  add("sender", options.sender);
  add("recipient", options.recipient);
  add("recipient_count", "0");
  add("instance", MakeInstance());
  request += '\n';
  return request;
}

}  // namespace

Status Check(const AskOptions& options) {
  if (!rules::ReadAddress(options.client)) {
    return ErrorIn("client", "expected an IPv4 or IPv6 address, got \"" + runtime::Shown(options.client) + "\"");
  }
  const auto checked = CheckValues(options);
  if (!checked) return As(Error::Kind::kUsage, checked.error());
  return rules::Done{};
}

Result<DaemonAnswer> Ask(const config::Config& config, const AskOptions& options) {
  if (const auto checked = Check(options); !checked) return checked.error();
  if (config.service.listen.empty()) {
    return Error{.kind = Error::Kind::kConfiguration,
                 .message = "policy_service.listen: expected an address, there is none"};
  }
  const config::Endpoint& endpoint = config.service.listen.front();
  const auto started = std::chrono::steady_clock::now();
  const auto answer = Exchange(endpoint, MakeRequest(options, *rules::ReadAddress(options.client)), options.patience);
  if (!answer) return As(Error::Kind::kUnreachable, answer.error());
  if (!answer->starts_with(kAnswerStart)) {
    return Error{
        .kind = Error::Kind::kUnreachable,
        .message = fmt::format(R"({}: expected "action=...", got "{}")", endpoint.ToString(), runtime::Shown(*answer))};
  }
  const auto took = std::chrono::steady_clock::now() - started;
  return DaemonAnswer{.endpoint = endpoint.ToString(),
                      .action = answer->substr(kAnswerStart.size()),
                      .took = std::chrono::duration_cast<std::chrono::milliseconds>(took)};
}

runtime::Json ToJson(const DaemonAnswer& answer) {
  return runtime::Json::Object()
      .Add("endpoint", answer.endpoint)
      .Add("action", answer.action)
      .Add("took_ms", answer.took.count());
}

}  // namespace policyd::admin
