// What sekimorid would meet at its start: addresses that cannot be had, a store that cannot be used, files that its
// owner cannot read.
#pragma once

#include <string>
#include <vector>

#include "policyd/admin/error.h"
#include "policyd/config/config.h"

namespace policyd::admin {

struct StartTrial {
  std::optional<Error::Kind> fault;  // with which sekimorid would end, were it started now
  std::vector<std::string> errors, warnings;
};

// Where a daemon runs on this store, addresses that are in use are taken for its own, and those that systemd holds for
// it too.  Started by root, the process is the store's owner from here on.
StartTrial TryStart(const Config& config);

}  // namespace policyd::admin
