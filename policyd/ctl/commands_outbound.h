// The commands about mail that leaves: outbound, outbound allow, lock, release and forget; forwards.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policyd/admin/outbound/outbound.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct OutboundOptions {
  std::optional<std::string> login{};  // nothing: all that sent
  unsigned limit = 50;
};

// What logins send; of one all that is known.  kNoSuchThing where nothing is known of it.
ExitStatus RunOutbound(Context& context, const OutboundOptions& options);

using admin::OutboundWish;

ExitStatus RunOutboundAllow(Context& context, const OutboundWish& wish);
ExitStatus RunOutboundLock(Context& context, const OutboundWish& wish);
ExitStatus RunOutboundRelease(Context& context, const OutboundWish& wish);
ExitStatus RunOutboundForget(Context& context, const OutboundWish& wish);

struct ForwardsOptions {
  std::vector<std::string> files{}, domains{}, mailboxes{};
};

// Where alias maps lead.  kBadInput where one of the files is none.
ExitStatus RunForwards(Context& context, const ForwardsOptions& options);

}  // namespace policyd::ctl
