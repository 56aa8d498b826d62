// The [outbound] table of the configuration file: limits, and the classes under [[outbound.class]].
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policyd/config/config_value.h"
#include "rules/outbound/settings.h"
#include "rules/values/result.h"

namespace policyd::config {

// "off": mail that leaves is not looked at.
rules::Result<std::optional<rules::Mode>> ParseOutboundMode(std::string_view text);
// A host name, or "" for nothing.
rules::Result<std::optional<std::string>> ParseLoginDomain(std::string_view text);
// "example.org", or ".example.org" for all below it, too.
rules::Result<std::string> ParseOwnDomain(std::string_view text);

// "120": from 1 on.
rules::Result<std::uint32_t> ParseLimitNumber(std::string_view text);
// A whole number from 1 on, or "off".
std::optional<rules::Limit> ReadLimit(const ConfigValue& setting, const Report& report);

// Reports are `outbound.class: KEY: expected ...`.
std::optional<std::vector<rules::OutboundClass>> ReadOutboundClasses(const ConfigValue& setting, const Report& report);

}  // namespace policyd::config
