// The name servers of resolv.conf(5).  Pure.
//
// c-ares would read the file once and with it search lists and options that we do not want.
#pragma once

#include <string_view>
#include <vector>

#include "policyd/config/config.h"

namespace policyd::dns {

inline constexpr const char* kResolvConf = "/etc/resolv.conf";

// The first three `nameserver` lines with a numeric address, as the C library takes them; 127.0.0.1 where there is
// none. An address with a zone ("fe80::1%eth0") is left out.
std::vector<Endpoint> ParseResolvConf(std::string_view text);

}  // namespace policyd::dns
