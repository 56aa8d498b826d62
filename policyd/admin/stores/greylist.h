// The greylist as people see and change it: the triplets that wait for their client to come back, and the
// auto-whitelist of those that did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/option_values.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"
#include "rules/greylist/greylist_retries.h"
#include "rules/policy.h"

namespace policyd::admin {

// The strings of a cache::TripletId, owned.
struct GreylistedTriplet {
  std::string client_key, sender, recipient;

  cache::TripletId Id() const { return {.client_key = client_key, .sender = sender, .recipient = recipient}; }
};

// Under which the greylist may know the mail of a row.
std::vector<GreylistedTriplet> TripletsOf(const rules::Policy& policy, const cache::JournalRow& row);

// Those of the mails in these verdicts.
std::vector<GreylistedTriplet> WaitingTriplets(const cache::Stores& stores, const rules::Policy& policy,
                                               const std::vector<cache::JournalRow>& rows);

// Removes them in short steps, so that the daemon's writer never waits for long; returns how many were still there.
rules::Result<std::uint64_t> Release(const cache::Stores& stores, const std::vector<GreylistedTriplet>& triplets);

struct GreylistListOptions {
  std::string match{};  // only triplets that hold it in client key, sender or recipient
  std::size_t limit = 1000;
  bool shows_auto = false;  // instead of what waits: who is exempt because he always came back
};

// The oldest first.
std::vector<cache::TripletRow> FindWaiting(const cache::Stores& stores, const GreylistListOptions& options);
// When a client that waits may come back, and until when that counts.
rules::TimePoint OpensAt(const cache::TripletRow& row, const rules::GreylistSettings& settings);
rules::TimePoint ClosesAt(const cache::TripletRow& row, const rules::GreylistSettings& settings);
// {"waiting": [...]}
runtime::Json WaitingToJson(const std::vector<cache::TripletRow>& rows, const rules::GreylistSettings& settings);

// A client that is no longer greylisted, since it always came back.
struct ExemptClient {
  std::string name;
  rules::AutoWhitelistCount count;
  rules::TimePoint until{};
};
// The latest pass first.
std::vector<ExemptClient> FindExempt(const cache::Stores& stores, const rules::GreylistSettings& settings,
                                     const GreylistListOptions& options, rules::TimePoint now);
runtime::Json ToJson(const std::vector<ExemptClient>& exempt);

struct GreylistClientOptions {
  std::string client{};  // an address, a network as it is listed, or a host name
  OptionalText by{};     // the person who removes
};

struct GreylistedClient {
  std::vector<cache::TripletRow> waiting;
  std::string passes_name;  // under which its passes are counted
  std::optional<rules::AutoWhitelistCount> passes;
  bool is_exempt = false;
};
// All that is known of one client; an error where nothing is.
Result<GreylistedClient> FindGreylisted(const config::Config& config, const cache::Stores& stores,
                                        const GreylistClientOptions& options, rules::TimePoint now);
runtime::Json ToJson(const GreylistedClient& client, const rules::GreylistSettings& settings);

// The client's waiting triplets go; returns how many.  An error where there is none.
Result<std::uint64_t> RemoveGreylisted(const config::Config& config, const cache::Stores& stores, const Caller& caller,
                                       const GreylistClientOptions& options);

// The percentiles that are told of how long clients took to come back.
inline constexpr unsigned kRetryPercents[] = {50, 90, 99};
runtime::Json ToJson(const rules::RetryTimes& times);

}  // namespace policyd::admin
