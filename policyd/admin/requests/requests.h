// Requests of those turned away to be let in: what they write, and what people here decide.
//
// A request is known by the reference of its mail.  Nothing is let in by it: allowing one is the same as unblocking its
// reference, and refusing it is remembered, so that it is not asked again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/admin/option_values.h"
#include "policyd/admin/unblock/unblock.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

inline constexpr std::size_t kMostOfRequest = 300;  // characters

// What a stranger wrote: at most so many characters of Unicode; ends of lines, tabs and what looks blank are blanks,
// and what is invisible, moves the cursor or changes the direction of text is left out, as are marks on nothing and
// more than a letter has (runtime/shown.h).
std::string RequestText(std::string_view text);

struct Request {
  cache::RequestRow row;
  std::optional<cache::JournalRow> verdict;  // nothing where it was pushed out of the journal
};

// Those that wait, or with `is_all` also those that were decided; the oldest first.
std::vector<Request> FindRequests(const cache::Stores& stores, bool is_all);
std::size_t CountWaiting(const cache::Stores& stores);
runtime::Json ToJson(const std::vector<Request>& requests);

struct RequestWish {
  std::string id{};  // the reference
  std::string comment{};
  OptionalText expires{};  // of the entry where it is allowed
  OptionalText by{};
  std::stop_token stop{};  // requested: DNS is waited for no more
};

// An error says what is wrong with the wish itself.
Status Check(const Caller& caller, const RequestWish& wish);

// What allowing it will do: as unblock plans it.
struct RequestPlan {
  cache::RequestRow row;
  UnblockWish wish;
  UnblockOutcome outcome;
};
Result<RequestPlan> PlanAllowance(const config::Config& config, const cache::Stores& stores, const Caller& caller,
                                  const RequestWish& wish);
// Adds the entry, releases what waits, and notes who allowed it.
Status Allow(const config::Config& config, const cache::Stores& stores, RequestPlan& plan);
runtime::Json ToJson(const RequestPlan& plan);

// One that was allowed cannot be refused any more.
Result<cache::RequestRow> Refuse(const cache::Stores& stores, const Caller& caller, const RequestWish& wish);
runtime::Json RefusedToJson(const cache::RequestRow& row);

}  // namespace policyd::admin
