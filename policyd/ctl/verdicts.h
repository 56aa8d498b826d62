// verdicts: what was decided lately and was not a plain pass.
#pragma once

#include <cstddef>
#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct VerdictsOptions {
  std::string client{};     // an address, a network or a host name
  std::string sender{};     // an address or @domain
  std::string recipient{};  // likewise
  std::string reference{};
  std::string reason{};  // "dnsbl"
  std::string since{};   // "2h", or a time
  std::string until{};   // likewise
  std::size_t limit = 50;
  bool follow = false;  // prints new ones as they come, with --json one document a line
};

// The newest first, where they are not followed.
ExitStatus RunVerdicts(Context& context, const VerdictsOptions& options);

}  // namespace policyd::ctl
