// rows:    check (1 byte), subject, 0, list, 0, from (8 bytes, seconds since 1970, the high byte first) -> episode
//          255 -> last look
// episode = version (2), detail as text, 0 | 1 until as time, what the list says as text; version 1 ends before it
// last look = version (1), time
//
// The form of keys is versioned by the table's name.
#include "cache/watch/watch_log.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "cache/lmdb/bytes.h"

namespace cache {
namespace {

using rules::TimePoint;
using rules::WatchFinding;

constexpr std::uint8_t kVersion = 2, kWithoutText = 1;  // of an episode
constexpr std::uint8_t kLookVersion = 1;
constexpr int kTimeBytes = 8;
constexpr std::size_t kMaxDetail = 512;
constexpr std::string_view kLastLook = "\xff";

using Matter = std::tuple<std::string, rules::WatchCheck, std::string>;  // subject, check, list

Matter MatterOf(const auto& one) {
  return {one.subject, one.check, one.list};
}

std::string KeyOf(const WatchEpisode& episode) {
  ByteWriter key;
  key.Byte(static_cast<std::uint8_t>(episode.check));
  for (const std::string* text : {&episode.subject, &episode.list}) {
    key.Raw(*text);
    key.Byte(0);
  }
  key.BigEndian(static_cast<std::uint64_t>(episode.from.time_since_epoch().count()), kTimeBytes);
  return key.Take();
}

std::string Encode(const WatchEpisode& episode) {
  ByteWriter record;
  record.Byte(kVersion);
  record.Text(std::string_view(episode.detail).substr(0, kMaxDetail));
  record.Byte(episode.until ? 1 : 0);
  if (episode.until) record.Time(*episode.until);
  record.Text(std::string_view(episode.says).substr(0, kMaxDetail));
  return record.Take();
}

std::optional<WatchEpisode> Decode(std::string_view key, std::string_view value) {
  ByteReader record(value);
  const std::uint8_t version = record.Byte();
  if (version != kVersion && version != kWithoutText) return std::nullopt;
  WatchEpisode episode;
  episode.detail = record.Text();
  if (record.Byte() != 0) episode.until = record.Time();
  if (version == kVersion) episode.says = record.Text();
  if (!record.Finish()) return std::nullopt;

  ByteReader reader(key);
  const std::uint8_t check = reader.Byte();
  if (check >= rules::kWatchChecks) return std::nullopt;
  episode.check = static_cast<rules::WatchCheck>(check);
  std::string_view rest = key.substr(1);
  for (std::string* text : {&episode.subject, &episode.list}) {
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    *text = rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  ByteReader time(rest);
  episode.from = TimePoint{rules::seconds{static_cast<std::int64_t>(time.BigEndian(kTimeBytes))}};
  if (!time.Finish()) return std::nullopt;
  return episode;
}

template <class Transaction>
std::vector<WatchEpisode> ReadAll(Transaction& transaction, Table rows) {
  std::vector<WatchEpisode> all;
  transaction.Scan(rows, {}, [&](std::string_view key, std::string_view value) {
    if (auto episode = Decode(key, value)) all.push_back(*std::move(episode));
    return true;
  });
  std::ranges::stable_sort(all, {}, &WatchEpisode::from);
  return all;
}

std::vector<WatchEpisode> Changes(const std::vector<WatchEpisode>& known, const WatchLook& look) {
  std::set<Matter> lasting, watched;
  std::map<Matter, const WatchFinding*> problems;
  for (const WatchFinding& finding : look.findings) {
    watched.insert(MatterOf(finding));
    if (finding.state == WatchFinding::State::kUnknown) lasting.insert(MatterOf(finding));
    if (finding.state == WatchFinding::State::kProblem) problems.emplace(MatterOf(finding), &finding);
  }
  std::vector<WatchEpisode> changes;
  for (const WatchEpisode& episode : known) {
    if (episode.until) continue;
    const Matter matter = MatterOf(episode);
    if (problems.erase(matter) > 0 || lasting.contains(matter)) continue;
    changes.push_back(episode);
    changes.back().until = std::max(look.when, episode.from);
  }
  for (const auto& [matter, finding] : problems) {
    changes.push_back({.subject = finding->subject,
                       .check = finding->check,
                       .list = finding->list,
                       .detail = finding->detail.substr(0, kMaxDetail),
                       .from = look.when,
                       .until = {},
                       .says = finding->says});
  }
  return changes;
}

}  // namespace

Status WatchLog::Add(WriteTransaction& transaction, const WatchLook& look) const {
  const std::vector<WatchEpisode> known = ReadAll(transaction, rows_);
  for (const WatchEpisode& change : Changes(known, look)) {
    if (Status put = transaction.Put(rows_, KeyOf(change), Encode(change)); !put) return put;
  }
  // What has ended long ago goes, and of what comes and goes the oldest.
  std::map<Matter, std::size_t> newer;
  for (auto episode = known.rbegin(); episode != known.rend(); ++episode) {
    if (!episode->until) continue;
    const bool is_old = look.when - *episode->until > kKept || ++newer[MatterOf(*episode)] >= kMostOfOne;
    if (!is_old) continue;
    if (const Result<bool> deleted = transaction.Delete(rows_, KeyOf(*episode)); !deleted) return deleted.error();
  }
  ByteWriter last;
  last.Byte(kLookVersion);
  last.Time(look.when);
  return transaction.Put(rows_, kLastLook, last.Take());
}

std::vector<WatchEpisode> WatchLog::ChangesBy(ReadTransaction& snapshot, const WatchLook& look) const {
  return Changes(ReadAll(snapshot, rows_), look);
}

std::vector<WatchEpisode> WatchLog::All(ReadTransaction& snapshot) const {
  return ReadAll(snapshot, rows_);
}

std::vector<WatchEpisode> WatchLog::Open(ReadTransaction& snapshot) const {
  std::vector<WatchEpisode> all = ReadAll(snapshot, rows_);
  std::erase_if(all, [](const WatchEpisode& episode) { return episode.until.has_value(); });
  return all;
}

std::optional<TimePoint> WatchLog::LastLook(ReadTransaction& snapshot) const {
  const auto bytes = snapshot.Get(rows_, kLastLook);
  if (!bytes) return std::nullopt;
  ByteReader record(*bytes);
  if (record.Byte() != kLookVersion) return std::nullopt;
  const TimePoint when = record.Time();
  return record.Finish() ? std::optional(when) : std::nullopt;
}

}  // namespace cache
