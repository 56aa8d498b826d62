// dnsbl status: what is known of every list: does it tell the truth, and since when?
#pragma once

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct DnsblStatusOptions {};

ExitStatus RunDnsblStatus(Context& context, const DnsblStatusOptions& options);

}  // namespace policyd::ctl
