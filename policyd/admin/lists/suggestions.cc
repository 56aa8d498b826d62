#include "policyd/admin/lists/suggestions.h"

#include <algorithm>
#include <map>
#include <utility>

#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/option_values.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "policyd/runtime/shown.h"
#include "rules/greylist/greylist.h"
#include "rules/greylist/sender_form.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

constexpr std::size_t kSeveral = 2;
constexpr unsigned kMostPointsEach = 10;
constexpr std::size_t kMostTexts = 100;        // of one client: enough to tell several from one
constexpr rules::seconds kProperInterval{60};  // a client that tries more often is no proper queue

// Did the client keep trying for as long as the greylist asks, as a queue does?
bool RetriedProperly(const cache::JournalRow& row, const rules::GreylistSettings& settings) {
  const rules::seconds lasted = row.last - row.first;
  return row.times > 1 && lasted >= settings.delay && lasted >= kProperInterval * (row.times - 1);
}

// Did the greylist let it in since?
bool WasLetIn(const cache::Stores& stores, cache::ReadTransaction& snapshot, const rules::Policy& policy,
              const cache::JournalRow& row) {
  const std::string sender = rules::NormalizeSender(row.sender, row.recipient);
  const std::string recipient = rules::LowerAscii(row.recipient);
  std::vector<std::string> keys{rules::NetworkKey(row.client, policy.greylist)};
  if (policy.suffixes) keys.push_back(policy.suffixes->RegisteredDomain(row.name));
  return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
    const auto record = stores.triplets().Get(snapshot, {key, sender, recipient});
    return record && !record->is_waiting();
  });
}

void AddText(std::set<std::string>& texts, const std::string& text) {
  if (texts.size() < kMostTexts) texts.insert(text);
}

bool IsWhitelisted(const cache::Stores& stores, cache::ReadTransaction& snapshot, const Suggestion& suggestion,
                   rules::TimePoint now) {
  const auto has_entry = [](const rules::ListMatches& matches) {
    return std::any_of(matches.entries.begin(), matches.entries.end(),
                       [](const auto& entry) { return entry.list == rules::ListKind::kWhitelist; });
  };
  return has_entry(stores.lists().MatchName(snapshot, suggestion.name, now)) ||
         std::all_of(suggestion.clients.begin(), suggestion.clients.end(), [&](const rules::IpAddress& client) {
           return has_entry(stores.lists().MatchClient(snapshot, client, now));
         });
}

std::map<std::string, Suggestion> ByName(const cache::Stores& stores, const rules::Policy& policy,
                                         rules::TimePoint since) {
  std::map<std::string, Suggestion> by_name;
  cache::ReadTransaction journal(stores.records_environment());
  cache::ReadTransaction triplets(stores.records_environment());
  stores.journal().Scan(journal, since, [&](const cache::JournalRow& row) {
    if (!IsTurnedAway(row) || !HasConfirmedName(row) || HasNameOfALine(row)) return true;
    Suggestion& suggestion = by_name[row.name];
    suggestion.name = row.name;
    suggestion.is_listed |= IsListed(row);
    if (suggestion.clients.size() < kMostTexts) suggestion.clients.insert(row.client);
    if (!row.sender.empty()) AddText(suggestion.senders, rules::NormalizeSender(row.sender, row.recipient));
    AddText(suggestion.recipients, rules::LowerAscii(row.recipient));
    AddText(suggestion.reasons, row.reason);
    ++suggestion.mails;
    const bool came_back = RetriedProperly(row, policy.greylist) || WasLetIn(stores, triplets, policy, row);
    suggestion.came_back += came_back ? 1U : 0U;
    suggestion.last = std::max(suggestion.last, row.last);
    return true;
  });
  return by_name;
}

std::string SeenOf(const Suggestion& suggestion) {
  return "suggested: " + std::to_string(suggestion.came_back) + " of " + std::to_string(suggestion.mails) +
         " mails came back, " + std::to_string(suggestion.senders.size()) + " senders, " +
         std::to_string(suggestion.recipients.size()) + " recipients";
}

// The suggestions that were named or have enough points; an error names the first that does not exist.
Result<std::vector<Suggestion>> Choose(const std::vector<Suggestion>& suggestions, const SuggestOptions& options) {
  std::vector<Suggestion> chosen;
  for (const std::string& text : options.names) {
    const auto name = rules::NormalizeHostName(text);
    const auto found = std::find_if(suggestions.begin(), suggestions.end(),
                                    [&](const Suggestion& one) { return name && one.name == *name; });
    if (found == suggestions.end())
      return Error{.kind = Error::Kind::kNotFound,
                   .message = "\"" + runtime::Shown(text) + "\" is not suggested; nothing was changed"};
    const bool is_known = std::any_of(chosen.begin(), chosen.end(), [&](const auto& one) { return one.name == *name; });
    if (!is_known) chosen.push_back(*found);
  }
  if (!options.apply) return chosen;
  std::copy_if(suggestions.begin(), suggestions.end(), std::back_inserter(chosen),
               [&](const Suggestion& one) { return one.points() >= *options.apply; });
  return chosen;
}

ListEdit EditOf(const std::vector<Suggestion>& chosen, const rules::ListEntry& common) {
  ListEdit edit{.author = common.author, .command = "suggest", .now = common.created};
  for (const Suggestion& one : chosen) {
    rules::ListEntry entry = common;
    entry.target = {rules::Target::Kind::kHost, one.name};
    if (entry.comment.empty()) entry.comment = SeenOf(one);
    edit.changes.push_back({.entry = std::move(entry)});
  }
  return edit;
}

Result<rules::ListEntry> CommonEntry(const Caller& caller, const SuggestOptions& options) {
  return MakeEntry(caller, rules::ListKind::kWhitelist,
                   {.comment = options.comment, .expires = options.expires, .by = options.by});
}

}  // namespace

unsigned Suggestion::points() const {
  const auto capped = [](std::uint64_t count) {
    return static_cast<unsigned>(std::min<std::uint64_t>(count, kMostPointsEach));
  };
  return capped(came_back) + capped(senders.size()) + capped(recipients.size());
}

std::vector<Suggestion> Suggestions(const cache::Stores& stores, const rules::Policy& policy, rules::TimePoint since,
                                    rules::TimePoint now) {
  std::vector<Suggestion> suggestions;
  cache::ReadTransaction lists(stores.lists_environment());
  for (auto& [name, suggestion] : ByName(stores, policy, since)) {
    const bool is_server = !suggestion.is_listed && suggestion.came_back > 0 && suggestion.senders.size() >= kSeveral &&
                           suggestion.recipients.size() >= kSeveral;
    if (is_server && !IsWhitelisted(stores, lists, suggestion, now)) suggestions.push_back(std::move(suggestion));
  }
  std::stable_sort(suggestions.begin(), suggestions.end(),
                   [](const Suggestion& a, const Suggestion& b) { return a.points() > b.points(); });
  return suggestions;
}

Status Check(const Caller& caller, const SuggestOptions& options) {
  const auto since = ParseSince(options.since, caller.now);
  if (!since) return since.error();
  if (!options.names.empty() && options.apply) {
    return Error{.kind = Error::Kind::kUsage, .message = "expected names or --apply, got both"};
  }
  const auto common = CommonEntry(caller, options);
  if (!common) return common.error();
  return rules::Done{};
}

Result<std::vector<Suggestion>> Suggest(const config::Config& config, const cache::Stores& stores, const Caller& caller,
                                        const SuggestOptions& options) {
  const auto since = ParseSince(options.since, caller.now);
  if (!since) return since.error();
  return Suggestions(stores, *config.policy, *since, caller.now);
}

runtime::Json ToJson(const Suggestion& suggestion) {
  runtime::Json clients = runtime::Json::Array();
  for (const rules::IpAddress& client : suggestion.clients) clients.Append(client.ToString());
  runtime::Json reasons = runtime::Json::Array();
  for (const std::string& reason : suggestion.reasons) reasons.Append(reason);
  return runtime::Json::Object()
      .Add("name", suggestion.name)
      .Add("clients", std::move(clients))
      .Add("reasons", std::move(reasons))
      .Add("mails", suggestion.mails)
      .Add("came_back", suggestion.came_back)
      .Add("senders", suggestion.senders.size())
      .Add("recipients", suggestion.recipients.size())
      .Add("points", suggestion.points())
      .Add("last", rules::PrintTime(suggestion.last));
}

Result<std::vector<rules::ListEntry>> AcceptSuggestions(const cache::Stores& stores, const Caller& caller,
                                                        const SuggestOptions& options,
                                                        const std::vector<Suggestion>& suggestions) {
  const auto common = CommonEntry(caller, options);
  if (!common) return common.error();
  const auto chosen = Choose(suggestions, options);
  if (!chosen) return chosen.error();
  const ListEdit edit = EditOf(*chosen, *common);
  const auto applied = Apply(stores, edit);
  if (!applied) return As(Error::Kind::kStore, applied.error());
  std::vector<rules::ListEntry> accepted;
  for (const ListChange& change : edit.changes) accepted.push_back(change.entry);
  return accepted;
}

}  // namespace policyd::admin
