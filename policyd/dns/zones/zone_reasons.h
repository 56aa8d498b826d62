// Why a DNS list is in its state, by kind, with what each says in English.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rules/values/statement.h"

namespace policyd::dns {

std::span<const rules::StatementRow> ZoneReasonRows();

// "zone_reason.KIND".  REQUIRES: there is a row of it.
rules::Statement ZoneReason(std::string_view kind, rules::StatementPlaces about = {});

// As the tool and the log say it; empty where there is no reason.
std::string ZoneReasonText(const std::optional<rules::Statement>& reason);

}  // namespace policyd::dns
