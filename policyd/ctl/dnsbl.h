// dnsbl status: what is known of every list: does it tell the truth, and since when?  dnsbl test: asks it now.
#pragma once

#include "policyd/admin/status/dnsbl.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct DnsblStatusOptions {};

ExitStatus RunDnsblStatus(Context& context, const DnsblStatusOptions& options);

using admin::DnsblTestOptions;

// Changes nothing: what the daemon knows of a list comes from its own tests.  kNoSuchThing where a list failed, or
// where there is none of this name.
ExitStatus RunDnsblTest(Context& context, const DnsblTestOptions& options);

}  // namespace policyd::ctl
