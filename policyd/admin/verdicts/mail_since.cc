#include "policyd/admin/verdicts/mail_since.h"

#include <algorithm>

#include "policyd/admin/stores/greylist.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

bool IsSameMail(const cache::JournalRow& a, const cache::JournalRow& b) {
  return a.client == b.client && rules::LowerAscii(a.sender) == rules::LowerAscii(b.sender) &&
         rules::LowerAscii(a.recipient) == rules::LowerAscii(b.recipient);
}

}  // namespace

MailSince WhatBecameOf(const cache::Stores& stores, const rules::Policy& policy, const cache::JournalRow& row,
                       const std::vector<cache::JournalRow>& recent, rules::TimePoint now) {
  MailSince since;
  const auto arrives = [&since](rules::TimePoint when) {
    since.arrived = since.arrived ? std::min(*since.arrived, when) : when;
  };
  for (const cache::JournalRow& other : recent) {
    if (IsSameMail(row, other) && !IsTurnedAway(other) && other.last >= row.last) arrives(other.last);
  }
  cache::ReadTransaction snapshot(stores.records_environment());
  for (const GreylistedTriplet& triplet : TripletsOf(policy, row)) {
    const auto record = stores.triplets().Get(snapshot, triplet.Id());
    if (!record) continue;
    if (!record->is_waiting()) {
      if (record->last_seen >= row.last) arrives(record->last_seen);
      continue;
    }
    const rules::TimePoint until = record->first_seen + policy.greylist.retry_window;
    const bool is_greylisted = row.action == rules::Name(rules::Action::kGreylist);
    if (!is_greylisted || until <= now) continue;
    since.passes_from = record->first_seen + policy.greylist.delay;
    since.passes_until = until;
  }
  if (since.arrived) since.passes_from = since.passes_until = std::nullopt;
  return since;
}

}  // namespace policyd::admin
