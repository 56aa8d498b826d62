#include "policyd/admin/overview/verdict_tail.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "cache/entry.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "rules/values/dns_name.h"
#include "rules/values/public_suffixes.h"

namespace policyd::admin {
namespace {

constexpr std::chrono::hours kAhead{48};
constexpr std::size_t kBatch = 50;  // rows that are counted at once: who asks waits for that, at a low priority

std::int64_t HourOf(rules::TimePoint time) {
  return std::chrono::floor<std::chrono::hours>(time).time_since_epoch().count();
}

std::string NetworkOf(const rules::IpAddress& client) {
  return rules::Network(client, client.is_v4() ? 24 : 64).ToString();
}

std::string DomainOf(const std::string& name) {
  static const auto kSuffixes = rules::PublicSuffixes::Builtin();
  const auto normalised = rules::NormalizeHostName(name);
  std::string domain = normalised ? kSuffixes->RegisteredDomain(*normalised) : std::string();
  return domain.empty() ? name : domain;
}

// "@example.com", or "<>" of a bounce.
std::string SenderDomainOf(const std::string& sender) {
  const std::size_t at = sender.rfind('@');
  return at == std::string::npos ? (sender.empty() ? "<>" : sender) : sender.substr(at);
}

}  // namespace

VerdictTail::VerdictTail(const cache::Stores& stores, rules::TimePoint now)
    : stores_(stores), thread_([this, now](const std::stop_token& stop) { Run(stop, now); }) {}

VerdictTail::~VerdictTail() = default;

void VerdictTail::Add(const cache::JournalRecord& record) {
  bool is_first = false;
  {
    const auto queue = queue_.Lock();
    queue->has_missed |= queue->waiting.size() >= kMaxWaiting;
    if (queue->waiting.size() >= kMaxWaiting) return;
    queue->waiting.push_back(record);
    is_first = queue->waiting.size() == 1;
  }
  if (is_first) wakes_.notify_one();
}

void VerdictTail::Run(const std::stop_token& stop, rules::TimePoint until) {
  // This thread alone reads, so that no mail waits for it.
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 19);
  ReadJournal(stop, until);
  while (!stop.stop_requested()) {
    std::vector<cache::JournalRow> rows;
    for (const cache::JournalRecord& record : TakeWaiting(stop)) {
      if (auto row = cache::DecodeJournalRow(cache::EncodeJournal(record))) rows.push_back(*std::move(row));
    }
    Count(rows);
  }
}

// Waits until there are some.
std::vector<cache::JournalRecord> VerdictTail::TakeWaiting(const std::stop_token& stop) {
  auto queue = queue_.Lock();
  queue->is_busy = !queue->waiting.empty();
  if (!queue->is_busy) is_idle_.notify_all();
  queue.Wait(wakes_, stop, [&queue] { return !queue->waiting.empty(); });
  queue->is_busy = true;
  const auto end = queue->waiting.begin() + static_cast<std::ptrdiff_t>(std::min(kBatch, queue->waiting.size()));
  std::vector<cache::JournalRecord> taken(std::make_move_iterator(queue->waiting.begin()),
                                          std::make_move_iterator(end));
  queue->waiting.erase(queue->waiting.begin(), end);
  return taken;
}

void VerdictTail::ReadJournal(const std::stop_token& stop, rules::TimePoint until) {
  std::vector<cache::JournalRow> rows;
  cache::ReadTransaction snapshot(stores_.records_environment());
  stores_.journal().Scan(snapshot, until - std::chrono::hours{kHours}, [&](const cache::JournalRow& row) {
    if (row.last >= until) return true;
    rows.push_back(row);
    if (rows.size() == kBatch) Count(std::exchange(rows, {}));
    return !stop.stop_requested();
  });
  Count(rows);
  if (!stop.stop_requested()) kept_.Lock()->begin = until - std::chrono::hours{kHours};
}

void VerdictTail::Count(const std::vector<cache::JournalRow>& rows) {
  const auto kept = kept_.Lock();
  for (const cache::JournalRow& row : rows) {
    kept->KeepNewest(row);
    if (IsTurnedAway(row)) kept->CountTurnedAway(row);
  }
}

void VerdictTail::Kept::CountTurnedAway(const cache::JournalRow& row) {
  const std::int64_t number = HourOf(row.last);
  // The journal is read by day, so what is much later was written while the clock was ahead.
  hours.erase(hours.upper_bound(number + kAhead.count()), hours.end());
  Texts& texts = WasTurnedAway(row) ? hours[number].done : hours[number].let_in;
  texts.networks.Add(NetworkOf(row.client), row.times);
  if (!row.name.empty()) texts.names.Add(DomainOf(row.name), row.times);
  texts.senders.Add(SenderDomainOf(row.sender), row.times);
  while (hours.size() > static_cast<std::size_t>(kHours)) hours.erase(hours.begin());
}

void VerdictTail::Kept::KeepNewest(const cache::JournalRow& row) {
  while (!newest.empty() && newest.back().last > row.last + kAhead) newest.pop_back();
  const auto known = std::find_if(newest.begin(), newest.end(),
                                  [&row](const cache::JournalRow& one) { return one.reference == row.reference; });
  cache::JournalRow newer = row;
  if (known != newest.end()) {
    newer.times += known->times;
    newer.first = std::min(newer.first, known->first);
    newest.erase(known);
  } else if (newest.size() >= kNewest && newest.front().last > row.last) {
    return;
  }
  const auto behind = std::find_if(newest.rbegin(), newest.rend(),
                                   [&row](const cache::JournalRow& one) { return one.last <= row.last; });
  newest.insert(behind.base(), std::move(newer));
  if (newest.size() > kNewest) newest.pop_front();
}

VerdictTail::Tops VerdictTail::TopsOf(const Wanted& wanted, std::size_t most) const {
  std::vector<const TopTexts*> networks, names, senders;
  const auto add = [&](const Texts& texts) {
    networks.push_back(&texts.networks);
    names.push_back(&texts.names);
    senders.push_back(&texts.senders);
  };
  const auto kept = kept_.Lock();
  const auto& hours = kept->hours;
  const std::int64_t last = HourOf(wanted.until);
  for (auto hour = hours.lower_bound(HourOf(wanted.since)); hour != hours.end() && hour->first <= last; ++hour) {
    add(hour->second.done);
    if (wanted.basis == Basis::kEnforced) add(hour->second.let_in);
  }
  return {.networks = Highest(networks, most), .names = Highest(names, most), .senders = Highest(senders, most)};
}

std::vector<cache::JournalRow> VerdictTail::Newest(std::size_t limit) const {
  const auto kept = kept_.Lock();
  const auto& newest = kept->newest;
  return {newest.rbegin(), newest.rbegin() + static_cast<std::ptrdiff_t>(std::min(limit, newest.size()))};
}

std::optional<std::vector<cache::JournalRow>> VerdictTail::NewestSince(rules::TimePoint since,
                                                                       std::size_t limit) const {
  if (queue_.Lock()->has_missed) return std::nullopt;
  const auto kept = kept_.Lock();
  const auto& newest = kept->newest;
  const bool is_full = newest.size() >= kNewest;
  const auto first =
      std::find_if(newest.begin(), newest.end(), [since](const cache::JournalRow& row) { return row.last >= since; });
  const auto found = static_cast<std::size_t>(newest.end() - first);
  // Rows before the first that is kept are older than all of these.
  const bool has_all = found >= limit || (is_full ? first != newest.begin() : kept->begin && since >= *kept->begin);
  if (!kept->begin || !has_all) return std::nullopt;
  return std::vector<cache::JournalRow>(newest.rbegin(),
                                        newest.rbegin() + static_cast<std::ptrdiff_t>(std::min(found, limit)));
}

void VerdictTail::Await() {
  auto queue = queue_.Lock();
  queue.Wait(is_idle_, [&queue] { return !queue->is_busy && queue->waiting.empty(); });
}

}  // namespace policyd::admin
