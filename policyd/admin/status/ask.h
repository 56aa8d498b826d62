// One question to the running daemon, as Postfix would put it.
#pragma once

#include <chrono>
#include <string>

#include "policyd/admin/error.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

struct AskOptions {
  std::string client{};
  std::string name = "unknown";  // what Postfix believes and sends as client_name; shown, never believed
  std::string helo = "mail.example.com";
  std::string sender = "sender@example.com";
  std::string recipient = "recipient@example.com";
  std::string state = "RCPT";
  std::chrono::milliseconds patience{10'000};
};

struct DaemonAnswer {
  std::string endpoint;
  std::string action;  // what stands behind "action="
  std::chrono::milliseconds took{};
};

// Is the client an address, and is each value one line?
Status Check(const AskOptions& options);
// Asks the first address of policy_service.listen.
Result<DaemonAnswer> Ask(const config::Config& config, const AskOptions& options);
runtime::Json ToJson(const DaemonAnswer& answer);

}  // namespace policyd::admin
