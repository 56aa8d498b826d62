// greylist: list, show, remove, stats.
#pragma once

#include <cstddef>
#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct GreylistListOptions {
  std::string match{};  // only triplets that hold it in client key, sender or recipient
  std::size_t limit = 1000;
  bool shows_auto = false;  // instead of what waits: who is exempt because he always came back
};

// The triplets that wait, oldest first; or the auto-whitelist, the latest pass first.
ExitStatus RunGreylistList(Context& context, const GreylistListOptions& options);

struct GreylistClientOptions {
  std::string client{};  // an address, a network as it is listed, or a host name
  std::string by{};      // who removes
};

// The triplets of one client that wait, and how far it is on the way to the auto-whitelist.
ExitStatus RunGreylistShow(Context& context, const GreylistClientOptions& options);

// The client's waiting triplets go; kNoSuchThing where there is none.
ExitStatus RunGreylistRemove(Context& context, const GreylistClientOptions& options);

struct GreylistStatsOptions {};

ExitStatus RunGreylistStats(Context& context, const GreylistStatsOptions& options);

}  // namespace policyd::ctl
