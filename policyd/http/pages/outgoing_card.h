// Mail that leaves, on the status page: how much, and the logins that need a look.
#pragma once

#include "policyd/admin/overview/overview.h"
#include "policyd/http/pages/frame.h"

namespace policyd::http::pages {

// Nothing where mail that leaves is not looked at.
void AddOutgoing(Html& html, const Frame& frame, const admin::Overview& overview);

}  // namespace policyd::http::pages
