// What became of a mail since it was turned away.
#pragma once

#include <optional>
#include <vector>

#include "cache/stores.h"
#include "rules/policy.h"

namespace policyd::admin {

struct MailSince {
  std::optional<rules::TimePoint> arrived;  // the same mail was let in then
  // Greylisted: it passes by itself when the client tries again in this time.
  std::optional<rules::TimePoint> passes_from, passes_until;

  bool operator==(const MailSince&) const = default;
};

// `recent`: verdicts of the last days, of all mails.
MailSince WhatBecameOf(const cache::Stores& stores, const rules::Policy& policy, const cache::JournalRow& row,
                       const std::vector<cache::JournalRow>& recent, rules::TimePoint now);

}  // namespace policyd::admin
