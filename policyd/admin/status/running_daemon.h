// The running daemon, from outside: its process as the system knows it, and one exchange with it, with plain blocking
// steps and one deadline: of the Postfix policy protocol, or a page of its HTTP address.
//
// An exchange blocks its thread, for `patience` at most.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "policyd/config/config.h"
#include "rules/values/result.h"
#include "rules/values/time.h"

namespace policyd::admin {

// When it began; nothing where /proc does not tell.
std::optional<rules::TimePoint> StartedAt(int pid);

// Is it a sekimorid?  The lock file is the store owner's: what it says must not make root signal another process.
bool IsDaemon(int pid);

// Connects, sends `request` and returns all up to the empty line that ends the answer.  Errors name the address.
rules::Result<std::string> Exchange(const config::Endpoint& endpoint, std::string_view request,
                                    std::chrono::milliseconds patience);

// The body of the page at `path` of http.listen, also where its status is 503; an error where there is no such server
// or it refuses.  Off loopback the token goes with it, as far as this process may read it.  REQUIRES: config.http.
rules::Result<std::string> GetPage(const config::Config& config, std::string_view path,
                                   std::chrono::milliseconds patience);

}  // namespace policyd::admin
