// What DNS said and is remembered, as people see and forget it.
//
// Where facts/ cannot be used (the machine crashed, and the daemon has not started since) nothing is remembered.
#pragma once

#include <cstdint>
#include <string>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/config/config.h"

namespace policyd::admin {

struct CacheSubjectOptions {
  std::string subject{};  // a client's address, or a name that name lists were asked about
};

// Is the subject an address or a name?
Status Check(const CacheSubjectOptions& options);
// Every fact; an error where there is none.
Result<cache::KnownFacts> FindFacts(const Config& config, const cache::Stores& stores,
                                    const CacheSubjectOptions& options);
// The facts go, the next request asks DNS again; an error where there is none.
Status ForgetFacts(const cache::Stores& stores, const CacheSubjectOptions& options);
// All facts go, in short steps; returns how many clients and names had some.
Result<std::uint64_t> ForgetAllFacts(const cache::Stores& stores);

}  // namespace policyd::admin
