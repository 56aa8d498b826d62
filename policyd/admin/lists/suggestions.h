// Finds clients that were turned away and behave like mail servers, in the journal and the greylist.
//
// One is suggested that has a confirmed name, came back properly with at least one mail, and wrote from several senders
// to several recipients.  It has a point for each mail that came back, each sender and each recipient, of each at most
// ten.  One command accepts it: an entry for its name in the whitelist.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/option_values.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"
#include "rules/policy.h"
#include "rules/values/ip_address.h"

namespace policyd::admin {

struct Suggestion {
  std::string name;  // confirmed
  std::set<rules::IpAddress> clients;
  std::set<std::string> senders, recipients, reasons;
  std::uint64_t mails = 0;      // that were turned away
  std::uint64_t came_back = 0;  // of these
  rules::TimePoint last{};
  bool is_listed = false;  // a list spoke against one of its mails

  unsigned points() const;
};

// Those with several senders and recipients that came back, the most points first; without those that an entry of the
// whitelist lets in already, listed ones and dynamic lines: senders, recipients and retries are what a stranger
// chooses.
std::vector<Suggestion> Suggestions(const cache::Stores& stores, const rules::Policy& policy, rules::TimePoint since,
                                    rules::TimePoint now);

struct SuggestOptions {
  std::vector<std::string> names{};  // accept these
  std::optional<unsigned> apply{};   // accept all that have so many points or more
  OptionalText since{};
  std::size_t limit = 50;
  std::string comment{};  // of the entries, as the two below
  OptionalText expires{}, by{};
};

// Are the options right?
Status Check(const Caller& caller, const SuggestOptions& options);
Result<std::vector<Suggestion>> Suggest(const config::Config& config, const cache::Stores& stores, const Caller& caller,
                                        const SuggestOptions& options);
runtime::Json ToJson(const Suggestion& suggestion);
// Adds entries for those that are named or have the points; returns these.  A name that is not suggested is an error,
// and nothing is changed.
Result<std::vector<rules::ListEntry>> AcceptSuggestions(const cache::Stores& stores, const Caller& caller,
                                                        const SuggestOptions& options,
                                                        const std::vector<Suggestion>& suggestions);

}  // namespace policyd::admin
