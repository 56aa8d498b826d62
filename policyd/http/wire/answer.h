// An answer as it leaves: with the headers that every one has.
#pragma once

#include <string>

#include "policyd/http/exchange.h"

struct MHD_Connection;

namespace policyd::http {

// Hands it to the library; false where that has no memory.
bool Send(MHD_Connection* connection, const HttpResponse& answer);
// All of its bytes, for a connection that the library never sees.
std::string WholeAnswer(const HttpResponse& answer, bool wants_body);

}  // namespace policyd::http
