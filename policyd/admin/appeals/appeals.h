// Appeals, the requests of those turned away to be let in (`sekimorictl requests`): what they write, and what people
// here decide.
//
// An appeal is known by the reference of its mail.  Nothing is let in by it: allowing one is the same as unblocking its
// reference, for 90 days, and refusing it is remembered, so that it is not asked again.
#pragma once

#include <limits>
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

inline constexpr std::size_t kMostOfAppeal = 300;  // characters

// What a stranger wrote: at most so many characters of Unicode; ends of lines, tabs and what looks blank are blanks,
// and what is invisible, moves the cursor or changes the direction of text is left out, as are marks on nothing and
// more than a letter has (runtime/shown.h).
std::string AppealText(std::string_view text);

// What became of it.  One that was allowed is so only as long as the whitelist's entry stands: undone, removed or
// expired, it has ended.
enum class AppealStanding : std::uint8_t { kWaiting, kAllowed, kEnded, kRefused };
const char* Name(AppealStanding standing);  // "waiting", "allowed", "ended", "refused"
AppealStanding StandingOf(const cache::Stores& stores, const cache::AppealRow& row, rules::TimePoint now);

struct Appeal {
  cache::AppealRow row;
  AppealStanding standing = AppealStanding::kWaiting;
  std::optional<cache::JournalRow> verdict;  // nothing where it was pushed out of the journal
};

// Those that wait, or with `is_all` also those that were decided; the oldest first, at most so many.
std::vector<Appeal> FindAppeals(const cache::Stores& stores, bool is_all, rules::TimePoint now,
                                std::size_t most = std::numeric_limits<std::size_t>::max());
std::size_t CountWaiting(const cache::Stores& stores);
runtime::Json ToJson(const std::vector<Appeal>& appeals);  // {"requests": [...]}
runtime::Json AppealsToJson(const std::vector<Appeal>& appeals);

struct AppealWish {
  std::string id{};  // the reference
  std::string comment{};
  OptionalText expires{};  // of the entry where it is allowed; else 90 days
  OptionalText by{};
  bool is_dry_run = false;  // only says what allowing would do
  std::stop_token stop{};   // requested: DNS is waited for no more
};

// An error says what is wrong with the wish itself.
Status Check(const Caller& caller, const AppealWish& wish);

// What allowing it will do: as unblock plans it.
struct AppealPlan {
  cache::AppealRow row;
  UnblockWish wish;
  UnblockOutcome outcome;
};
Result<AppealPlan> PlanAllowance(const config::Config& config, const cache::Stores& stores, const Caller& caller,
                                 const AppealWish& wish);
// Notes who allowed it, adds the entry and releases what waits, as one change of the audit; nothing of it for a dry
// run. Of several who decide at once one does, for the others that is a conflict.
Status Allow(const config::Config& config, const cache::Stores& stores, AppealPlan& plan);
runtime::Json ToJson(const AppealPlan& plan);

// One that is allowed cannot be refused: its entry is undone.
Result<cache::AppealRow> Refuse(const cache::Stores& stores, const Caller& caller, const AppealWish& wish);
runtime::Json RefusedToJson(const cache::AppealRow& row);

}  // namespace policyd::admin
