// verdicts: what was decided lately and was not a plain pass.
#pragma once

#include <cstddef>
#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct VerdictsOptions {
  std::string client{};  // an address, a network or a host name
  std::string sender{};  // an address or @domain
  std::string since{};   // "2h"
  std::size_t limit = 50;
};

ExitStatus RunVerdicts(Context& context, const VerdictsOptions& options);

}  // namespace policyd::ctl
