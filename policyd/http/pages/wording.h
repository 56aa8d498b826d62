// Values of the rules in words, in the language of the reader.
#pragma once

#include <string>

#include "cache/journal/journal.h"
#include "cache/zone_states.h"
#include "policyd/admin/status/daemon_health.h"
#include "policyd/http/html.h"
#include "policyd/http/texts.h"
#include "rules/people/list_entry.h"
#include "rules/policy.h"

namespace policyd::http::pages {

// "tagged from 1; greylisted from 3; deferred from 8; rejected: off"
std::string BandsText(const Texts& texts, const rules::Treatment& treatment);

// "mail from the client 192.0.2.1, until 2026-12-01 08:30"
std::string MeaningText(const Texts& texts, const rules::ListEntry& entry);

// "listed 8 (zen.example), no PTR record 4"
std::string SignalsText(const Texts& texts, const cache::JournalRow& row);

// What a finding says, and what to do about it.
Html FindingText(const Texts& texts, const admin::Finding& finding);
Html HintText(const Texts& texts, const admin::Finding& finding);

}  // namespace policyd::http::pages
