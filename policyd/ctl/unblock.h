// unblock: lets a partner in who was turned away by mistake.
//
// It finds the verdicts in the journal, says what was turned away and why, adds the narrowest whitelist entry that
// helps (see unblock_remedies.h; an address for 90 days), releases the triplets that wait, and says whether the mail
// would pass now and how to undo it.
#pragma once

#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct UnblockOptions {
  std::string subject{};  // as ReadSubject() takes it
  std::string comment{};
  std::string expires{};
  std::string by{};
  bool is_wide = false;  // .domain or the network instead
  bool is_dry_run = false;
};

// kNoSuchThing, and nothing changed, where no verdict is kept, or where verdicts on several mails fit: they are listed.
ExitStatus RunUnblock(Context& context, const UnblockOptions& options);

}  // namespace policyd::ctl
