// What unblock says, for people and as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policyd/admin/unblock/bounce_claims.h"
#include "policyd/admin/unblock/unblock_plan.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct UnblockOutcome {
  const admin::UnblockCase& about;
  admin::UnblockPlan plan;
  std::vector<std::string> warnings;
  std::uint64_t released = 0;  // the triplets that waited, or with `is_dry_run` that wait
  bool is_dry_run = false;
};

// The case, what of it is proven, and where there are warnings also what is about to be allowed: said before it is
// done.
void SayBefore(Context& context, const UnblockOutcome& outcome);
// The rest, once it is done; as JSON all of it.
void SayUnblocked(Context& context, const UnblockOutcome& outcome);

// The cases, and why one must be chosen by its reference; returns `status`.
ExitStatus SayUnchanged(Context& context, const admin::UnblockCase& about, ExitStatus status, const std::string& why);
// Text and verdict side by side.
ExitStatus SayDisagreements(Context& context, const admin::UnblockCase& about,
                            const std::vector<admin::Disagreement>& disagreements);

}  // namespace policyd::ctl
