// Verdicts for the journal of a test's store.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cache/stores.h"
#include "rules/greylist/sender_form.h"
#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl {

inline bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline std::string RefText(std::uint64_t code) {
  return rules::Reference{code}.ToString();
}

// Greylisted an hour ago for its HELO name alone.
inline cache::JournalRow GreylistedRow(std::uint64_t code, const char* client, const char* name,
                                       const char* reverse_dns) {
  cache::JournalRow row;
  row.reference = rules::Reference{code};
  row.first = kNow - std::chrono::hours(1);
  row.last = kNow - std::chrono::hours(1);
  row.client = *rules::IpAddress::Parse(client);
  row.name = name;
  row.reverse_dns = reverse_dns;
  row.helo = "helo.example";
  row.sender = "ann@partner.example";
  row.recipient = "bob@here.example";
  row.action = "greylist";
  row.reason = "helo";
  row.mode = "enforce";
  row.score = "3.0";
  row.signals = "helo_unrelated:3";
  row.reply = "DEFER_IF_PERMIT 4.7.1 Greylisted (ref " + row.reference.ToString() + ")";
  return row;
}

// The greylist's record of the row's mail, under its network.
struct SeenTriplet {
  cache::JournalRow row;
  const char* client_key;
  rules::Triplet record;
};

inline void AddToStores(cache::Stores& stores, const std::vector<cache::JournalRow>& rows,
                        const std::vector<SeenTriplet>& triplets = {}) {
  const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
  ASSERT_TRUE(transaction);
  for (const auto& row : rows) ASSERT_TRUE(stores.journal().Add(**transaction, row));
  for (const SeenTriplet& seen : triplets) {
    const std::string sender = rules::NormalizeSender(seen.row.sender, seen.row.recipient);
    ASSERT_TRUE(stores.triplets().Put(
        **transaction, {.client_key = seen.client_key, .sender = sender, .recipient = seen.row.recipient},
        seen.record));
  }
  ASSERT_TRUE((*transaction)->Commit());
}

}  // namespace policyd::ctl
