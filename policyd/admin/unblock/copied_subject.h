// What people copy out of mail programs, headers, logs and tickets: "Ann Smith <ann@partner.example>", "192.0.2.20.",
// "[IPv6:2001:db8::1]", "mailto:ann@partner.example", "smtp; mail.partner.example[192.0.2.20]:25".  Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/values/ip_address.h"

namespace policyd::admin {

// Each once, in the order of the text.
struct Copied {
  std::vector<rules::IpAddress> addresses;
  std::vector<std::string> mail_addresses;  // lower case; also "@partner.example"
  std::vector<std::string> names;           // normalised host names and domains
};

Copied ReadCopied(std::string_view text);

}  // namespace policyd::admin
