#include "policyd/admin/lists/recent_verdicts.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "policyd/admin/verdicts/journal_rows.h"
#include "rules/values/dns_name.h"
#include "rules/verdict.h"

namespace policyd::admin {
namespace {

using rules::Target;

constexpr std::string_view kRecipientPrefix = "rcpt:";
constexpr int kDays = 367;  // no journal keeps more

bool Holds(const std::vector<Target>& targets, const Target& target) {
  return std::ranges::find(targets, target) != targets.end();
}

bool HoldsFor(const rules::ListEntry& entry, const cache::JournalRow& row) {
  return !entry.if_confirmed || (HasConfirmedName(row) && rules::IsUnder(row.name, *entry.if_confirmed));
}

bool WasListed(const cache::JournalRow& row) {
  const auto names = [&row](const char* signal) { return row.signals.find(signal) != std::string::npos; };
  return names("dnsbl:") || names("name_list:");
}

}  // namespace

std::vector<cache::JournalRow> RecentVerdicts(const cache::Stores& stores, rules::TimePoint now, std::size_t most) {
  std::vector<cache::JournalRow> rows;
  cache::ReadTransaction snapshot(stores.records_environment());
  const auto today = std::chrono::floor<std::chrono::days>(now);
  for (auto day = today; day > today - std::chrono::days(kDays) && rows.size() < most; day -= std::chrono::days(1)) {
    stores.journal().Scan(snapshot, day, [&](const cache::JournalRow& row) {
      if (row.first >= day + std::chrono::days(1)) return false;
      rows.push_back(row);
      return rows.size() < most;
    });
  }
  return rows;
}

EntryOnRecord::EntryOnRecord(const rules::ListEntry& entry) : entry_(entry) {
  if (entry.target.kind != Target::Kind::kPattern) return;
  const auto table = rules::PatternTable::Parse("list", entry.target.text + " OK");
  if (table) pattern_ = *table;
}

bool EntryOnRecord::IsAbout(const cache::JournalRow& row) const {
  const std::string_view text = entry_.target.text;
  switch (entry_.target.kind) {
    case Target::Kind::kAddress:
    case Target::Kind::kNetwork:
      return entry_.target.network().Contains(row.client);
    case Target::Kind::kHost:
      return HasConfirmedName(row) && row.name == text;
    case Target::Kind::kDomain:
      return HasConfirmedName(row) && rules::IsUnder(row.name, text.substr(1));
    case Target::Kind::kPattern:
      return pattern_ && ((HasConfirmedName(row) && pattern_->Find(row.name)) || pattern_->Find(row.client.ToString()));
    case Target::Kind::kSender:
    case Target::Kind::kSenderDomain:
      return Holds(rules::SenderTargets(row.sender), entry_.target) && HoldsFor(entry_, row);
    case Target::Kind::kRecipient:
    case Target::Kind::kRecipientDomain:
      return Holds(rules::RecipientTargets(row.recipient), entry_.target);
  }
  return false;
}

bool EntryOnRecord::WouldHaveChanged(const cache::JournalRow& row) const {
  if (!IsAbout(row)) return false;
  if (entry_.list == rules::ListKind::kBlocklist) return row.intended() != rules::Name(entry_.action);
  // A sender alone is easily forged: it lifts no list hit.
  if (rules::IsForgeable(entry_) && WasListed(row)) return false;
  return IsTurnedAway(row);
}

std::size_t EntryOnRecord::CountChanged(const std::vector<cache::JournalRow>& rows) const {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [this](const cache::JournalRow& row) { return WouldHaveChanged(row); }));
}

std::vector<OriginOfSender> OriginsOf(const rules::ListEntry& sender_entry, const std::vector<cache::JournalRow>& rows,
                                      const rules::PublicSuffixes& suffixes) {
  const EntryOnRecord entry(sender_entry);
  std::map<std::string, std::size_t> counts;
  for (const cache::JournalRow& row : rows) {
    if (!HasConfirmedName(row) || !entry.IsAbout(row)) continue;
    const std::string domain = suffixes.RegisteredDomain(row.name);
    if (!domain.empty()) ++counts[domain];
  }
  std::vector<OriginOfSender> origins;
  origins.reserve(counts.size());
  for (const auto& [domain, count] : counts) origins.push_back({domain, count});
  std::stable_sort(origins.begin(), origins.end(),
                   [](const OriginOfSender& a, const OriginOfSender& b) { return a.rows > b.rows; });
  return origins;
}

}  // namespace policyd::admin
