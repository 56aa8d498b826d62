#include "policyd/admin/lists/suggestions.h"

#include <algorithm>
#include <map>
#include <utility>

#include "policyd/admin/verdicts/journal_rows.h"
#include "rules/greylist/greylist.h"
#include "rules/greylist/sender_form.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

constexpr std::size_t kSeveral = 2;
constexpr unsigned kMostPointsEach = 10;
constexpr std::size_t kMostTexts = 100;        // of one client: enough to tell several from one
constexpr rules::seconds kProperInterval{60};  // who tries more often than that hammers

// Kept trying for as long as the greylist asks, as a queue does.
bool RetriedProperly(const cache::JournalRow& row, const rules::GreylistSettings& settings) {
  const rules::seconds lasted = row.last - row.first;
  return row.times > 1 && lasted >= settings.delay && lasted >= kProperInterval * (row.times - 1);
}

// The greylist let it in since.
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

}  // namespace policyd::admin
