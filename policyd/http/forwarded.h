// What a web server before us says about a request that it passes on.  Pure.
#pragma once

#include <optional>
#include <string_view>

#include "policyd/http/exchange.h"
#include "rules/values/ip_address.h"

namespace policyd::http {

// Did a web server pass it on?  Each of them says so in one header or another.
bool IsPassedOn(const HttpRequest& request);

// One of the addresses in X-Forwarded-For: "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]",
// "[2001:db8::1]:4711".  Nothing where it is none.
std::optional<rules::IpAddress> ReadHop(std::string_view text);

// The address that the web server before us saw: the last in X-Forwarded-For, which it wrote itself; anybody may have
// written what stands before.  Nothing where it says none.
std::optional<rules::IpAddress> LastHop(const HttpRequest& request);

}  // namespace policyd::http
