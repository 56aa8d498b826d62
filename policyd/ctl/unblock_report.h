// What unblock says of its plan, for people and as JSON.
#pragma once

#include <cstdint>

#include "policyd/ctl/context.h"
#include "policyd/ctl/unblock_plan.h"

namespace policyd::ctl {

// `released`: the triplets that waited, or with `is_dry_run` that wait.
void SayUnblocked(Context& context, const UnblockPlan& plan, std::uint64_t released, bool is_dry_run);

}  // namespace policyd::ctl
