// unblock: lets a partner in who was turned away by mistake.
//
// It finds the verdicts in the journal, says what was turned away and why and what of it is proven, adds the narrowest
// whitelist entry that helps (see unblock_remedies.h; an address for 90 days), releases the triplets that wait, and
// says whether the mail would pass now and how to undo it.
//
// Nothing is changed where the caller may have been deceived: by a sender that anybody can claim (see unblock_proof.h),
// or by a bounce that tells of another mail than the verdict (see bounce_claims.h).
#pragma once

#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct UnblockOptions {
  std::string subject{};  // as admin::ReadSubject() takes it
  std::string comment{};
  std::string expires{};
  std::string by{};
  bool is_wide = false;  // .domain or the network instead
  bool is_dry_run = false;
  bool is_agreed = false;  // though the text tells of another mail than the verdict
};

// Nothing is changed with kNoSuchThing, where no verdict is kept, or one must be chosen by its reference; and with
// kBadInput, where text and verdict disagree.
ExitStatus RunUnblock(Context& context, const UnblockOptions& options);

}  // namespace policyd::ctl
