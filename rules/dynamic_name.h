// Does a host name look like an end user's line?
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rules/ip_address.h"

namespace rules {

enum class NameClass : std::uint8_t { kPlain, kMail, kCloud, kDynamic };

const char* Name(NameClass name_class);  // "plain", "mail", "cloud", "dynamic"

struct NameVerdict {
  NameClass name_class = NameClass::kPlain;
  std::string_view rule;  // the rule that decided, a static text: "address_in_name", "s25r_1", ...
};

// REQUIRES: name is normalised.
NameVerdict ClassifyName(std::string_view name, const IpAddress& client);

}  // namespace rules
