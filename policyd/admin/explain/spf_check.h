// Asks DNS whether a client may send mail for a domain (SPF, RFC 7208), as it is published at this moment.  Opens no
// store and changes nothing.
#pragma once

#include <string>

#include "policyd/admin/error.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"
#include "rules/spf/spf.h"

namespace policyd::admin {

struct SpfOptions {
  std::string client{}, helo{}, sender{};  // sender: <> for a bounce, for which its HELO name answers
};

struct SpfChecked {
  rules::SpfRequest request;
  rules::SpfCheck check;
};

Status Check(const SpfOptions& options);

// Takes 20 s at most: what DNS has not answered by then is temperror.
Result<SpfChecked> CheckSpf(const config::Config& config, const SpfOptions& options, rules::TimePoint now);

// Why it came out so, in one sentence.
std::string WhyOf(const SpfChecked& checked);

runtime::Json ToJson(const SpfChecked& checked);

}  // namespace policyd::admin
