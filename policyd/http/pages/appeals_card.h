// What senders who were turned away ask, on the status page: who, what they write, and the two answers.
#pragma once

#include "policyd/admin/overview/overview.h"
#include "policyd/http/pages/frame.h"

namespace policyd::http::pages {

// Nothing where none waits.
void AddAppeals(Html& html, const Frame& frame, const admin::Overview& overview);

}  // namespace policyd::http::pages
