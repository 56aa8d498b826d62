// Tells whether a host name looks like an end user's line.
//
// Points are added up: for the client's own address in its name, for the shape of its numbers, for words (name_words).
// From 4 on a name is dynamic, or a cloud provider's default.  A mail server's word takes off more than an address
// adds, so that numbered farms ("mail180-6" for 192.0.180.6) stay mail servers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rules/values/ip_address.h"

namespace rules {

enum class NameClass : std::uint8_t { kPlain, kMail, kCloud, kDynamic };

const char* Name(NameClass name_class);  // "plain", "mail", "cloud", "dynamic"

struct NameVerdict {
  NameClass name_class = NameClass::kPlain;
  std::string_view rule;  // what weighed most, a static text: "address_in_name", "s25r_1", "dhcp", ...
  int weight = 0;         // the sum: 4 and more speak for an end user's line
};

// `ignored`: words of name_words.h, and cloud domains, that say nothing.  Linear time.
// REQUIRES: name is normalised.
NameVerdict ClassifyName(std::string_view name, const IpAddress& client, std::span<const std::string> ignored = {});

}  // namespace rules
