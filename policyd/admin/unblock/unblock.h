// Lets a partner in after mail was turned away by mistake.
//
// The verdicts are found in the journal; the narrowest whitelist entry that helps (see unblock_remedies.h; an address
// for 90 days) is planned, then added, and the triplets that wait are released.
//
// Nothing is changed where the caller may have been deceived: by a sender that anybody can claim (see unblock_plan.h),
// or by a bounce that tells of another mail than the verdict (see bounce_claims.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policyd/admin/unblock/bounce_claims.h"
#include "policyd/admin/unblock/unblock_plan.h"
#include "policyd/admin/unblock/unblock_subject.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

// Why one must be chosen by its reference: several mails fit, the subject proves too little, or text and verdict
// differ.
struct UnblockRefusal {
  rules::Statement why;
  Error error;  // the same of this subject, without what to do about it
  std::vector<Disagreement> disagreements{};
};

struct UnblockFound {
  UnblockCase about;
  std::optional<UnblockRefusal> refusal;
};

// The verdicts that the subject is about; an error where none is kept.
Result<UnblockFound> FindUnblockCase(const config::Config& config, const cache::Stores& stores, const Subject& subject,
                                     const UnblockWish& wish);

// The plan for a case that is not refused, and then its outcome.
struct UnblockOutcome {
  UnblockCase about;
  UnblockPlan plan;
  std::vector<rules::Statement> warnings;
  std::uint64_t released = 0;  // the triplets that waited, or with `is_dry_run` that wait
  bool is_dry_run = false;
  bool is_audited = false;  // the audit has a row of it: something was changed
};

// Changes nothing.  REQUIRES: MakeEntry() takes the wish.
UnblockOutcome PlanUnblock(const config::Config& config, const cache::Stores& stores, const UnblockWish& wish,
                           UnblockCase about);
// Adds the entry and releases the triplets, unless that is only a wish to know.
Status Unblock(const config::Config& config, const cache::Stores& stores, const UnblockWish& wish,
               UnblockOutcome& outcome);

runtime::Json ToJson(const UnblockOutcome& outcome);
// REQUIRES: it is refused.
runtime::Json ToJson(const UnblockFound& found);

}  // namespace policyd::admin
