// Why a DNS list is in its state, in words.  records/ keep the sentence; the rows say of which kind it is, so that a
// page can word it in another language (rules::ReadBack).
#pragma once

#include <span>
#include <string>

#include "rules/values/statement.h"

namespace policyd::dns {

std::span<const rules::StatementRow> ZoneReasonRows();

// The sentence.  `kind`: that of a row, without "zone_reason.".
std::string ZoneReason(const std::string& kind,
                       std::vector<std::pair<std::string, rules::Statement::Value>> about = {});

}  // namespace policyd::dns
