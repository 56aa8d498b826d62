// ask: one question to the running daemon, as Postfix would put it.
#pragma once

#include <chrono>
#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct AskOptions {
  std::string client{};
  std::string name = "unknown";  // what Postfix believes and sends as client_name; shown, never believed
  std::string helo = "mail.example.com";
  std::string sender = "sender@example.com";
  std::string recipient = "recipient@example.com";
  std::string state = "RCPT";
  std::chrono::milliseconds patience{10'000};
};

// Prints what stands behind "action=".  Uses the first address of policy_service.listen and no store.
ExitStatus RunAsk(Context& context, const AskOptions& options);

}  // namespace policyd::ctl
