// rows:   'm' or 'h', place in the ring (2 bytes, the high byte first) -> record
// record = version (2; 1 without answers), begin as time, number of numbers that are not 0, (distance from the one
// before, number)*,
//          number of lists, (shown name as text, asked, hits, unavailable, microseconds)*
//
// The form of keys is versioned by the table's name.
#include "cache/history/history.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "cache/lmdb/bytes.h"

namespace cache {
namespace {

constexpr std::uint8_t kVersion = 2;
constexpr std::uint8_t kWithoutAnswers = 1;  // an older version: what enforce does was taken for what was answered
constexpr std::size_t kMaxShown = 255;

std::int64_t SecondsOf(History::Step step) {
  return step == History::Step::kMinute ? 60 : 3600;
}

std::int64_t PlacesOf(History::Step step) {
  return step == History::Step::kMinute ? History::kMinutes : History::kHours;
}

// Since 1970.
std::int64_t NumberOf(History::Step step, rules::TimePoint time) {
  return std::chrono::floor<rules::seconds>(time).time_since_epoch().count() / SecondsOf(step);
}

char LetterOf(History::Step step) {
  return step == History::Step::kMinute ? 'm' : 'h';
}

std::string KeyOf(History::Step step, rules::TimePoint time) {
  const std::int64_t places = PlacesOf(step);
  ByteWriter key;
  key.Byte(static_cast<std::uint8_t>(LetterOf(step)));
  key.BigEndian(static_cast<std::uint64_t>((NumberOf(step, time) % places + places) % places), 2);
  return key.Take();
}

std::uint64_t More(std::uint64_t now, std::uint64_t before) {
  return now >= before ? now - before : 0;
}

template <class Combine>
ZoneCounts Combined(const ZoneCounts& a, const ZoneCounts& b, const Combine& combine) {
  return {.asked = combine(a.asked, b.asked),
          .hits = combine(a.hits, b.hits),
          .unavailable = combine(a.unavailable, b.unavailable),
          .microseconds = combine(a.microseconds, b.microseconds)};
}

// Null if there are too many lists.
ZoneCounts* FindOrAdd(HistoryCounts& counts, std::string_view shown) {
  auto known = counts.zones.find(shown);
  if (known == counts.zones.end()) {
    if (counts.zones.size() >= HistoryCounts::kMaxZones) return nullptr;
    known = counts.zones.emplace(shown, ZoneCounts{}).first;
  }
  return &known->second;
}

template <class Combine>
void CombineInto(HistoryCounts& counts, const HistoryCounts& others, const Combine& combine) {
  for (std::size_t i = 0; i < counts.numbers.size(); ++i) {
    counts.numbers[i] = combine(counts.numbers[i], others.numbers[i]);
  }
  for (const auto& [shown, list] : others.zones) {
    ZoneCounts* known = FindOrAdd(counts, shown);
    if (known) *known = Combined(*known, list, combine);
  }
}

void WriteCounts(ByteWriter& record, const HistoryCounts& counts) {
  const auto zeros = std::count(counts.numbers.begin(), counts.numbers.end(), 0U);
  record.Number(counts.numbers.size() - static_cast<std::size_t>(zeros));
  std::size_t last = 0;
  for (std::size_t i = 0; i < counts.numbers.size(); ++i) {
    if (counts.numbers[i] == 0) continue;
    record.Number(i - std::exchange(last, i));
    record.Number(counts.numbers[i]);
  }
  record.Number(std::min(counts.zones.size(), HistoryCounts::kMaxZones));
  std::size_t written = 0;
  for (const auto& [shown, list] : counts.zones) {
    if (written++ == HistoryCounts::kMaxZones) break;
    record.Text(std::string_view(shown).substr(0, kMaxShown));
    for (const std::uint64_t number : {list.asked, list.hits, list.unavailable, list.microseconds}) {
      record.Number(number);
    }
  }
}

// Adds the counts of a record to `sum`; with a null `sum` it only checks the record.
void ReadCounts(ByteReader& record, std::uint8_t version, HistoryCounts* sum) {
  const std::size_t numbers = record.Count(HistoryCounts::kNumbers);
  std::size_t place = 0;
  for (std::size_t i = 0; i < numbers && record.is_sound(); ++i) {
    const std::uint64_t distance = record.Number();
    if (distance >= HistoryCounts::kNumbers - place) return record.Refuse();
    place += distance;
    const std::uint64_t number = record.Number();
    if (!sum) continue;
    sum->numbers[place] += number;
    const bool is_verdict = place - HistoryCounts::kVerdicts.begin < HistoryCounts::kVerdicts.size;
    if (version == kWithoutAnswers && is_verdict) {
      sum->At(HistoryCounts::kAnswers, place - HistoryCounts::kVerdicts.begin) += number;
    }
  }
  const std::size_t lists = record.Count(HistoryCounts::kMaxZones);
  for (std::size_t i = 0; i < lists && record.is_sound(); ++i) {
    const std::string_view shown = record.Text();
    ZoneCounts counts;
    for (std::uint64_t* number : {&counts.asked, &counts.hits, &counts.unavailable, &counts.microseconds}) {
      *number = record.Number();
    }
    ZoneCounts* known = sum ? FindOrAdd(*sum, shown) : nullptr;
    if (known) *known = Combined(*known, counts, std::plus<>());
  }
}

// Returns when the record begins; nothing if it is damaged or of a newer version.  Leaves the reader before the counts.
std::optional<rules::TimePoint> BeginOfSound(std::string_view bytes) {
  ByteReader record(bytes);
  const std::uint8_t version = record.Byte();
  if (version != kVersion && version != kWithoutAnswers) return std::nullopt;
  const rules::TimePoint begin = record.Time();
  ReadCounts(record, version, nullptr);
  if (!record.Finish()) return std::nullopt;
  return begin;
}

void AddRecord(std::string_view bytes, HistoryCounts& sum) {
  ByteReader record(bytes);
  const std::uint8_t version = record.Byte();
  record.Time();
  ReadCounts(record, version, &sum);
}

}  // namespace

std::uint64_t HistoryCounts::Sum(Group group, rules::Action action) const {
  const auto* const begin = numbers.begin() + group.begin + PlaceOf(action, {});
  return std::accumulate(begin, begin + kReasonRoom, std::uint64_t{0});
}

bool HistoryCounts::empty() const {
  return zones.empty() && std::all_of(numbers.begin(), numbers.end(), [](std::uint64_t number) { return number == 0; });
}

void HistoryCounts::Add(const HistoryCounts& others) {
  CombineInto(*this, others, [](std::uint64_t a, std::uint64_t b) { return a + b; });
}

void HistoryCounts::Raise(const HistoryCounts& others) {
  CombineInto(*this, others, [](std::uint64_t a, std::uint64_t b) { return std::max(a, b); });
}

HistoryCounts HistoryCounts::Since(const HistoryCounts& before) const {
  HistoryCounts more;
  for (std::size_t i = 0; i < numbers.size(); ++i) more.numbers[i] = More(numbers[i], before.numbers[i]);
  for (const auto& [shown, list] : zones) {
    const auto known = before.zones.find(shown);
    const ZoneCounts change = Combined(list, known == before.zones.end() ? ZoneCounts{} : known->second, More);
    if (change != ZoneCounts{}) more.zones.emplace(shown, change);
  }
  return more;
}

std::string EncodeHistory(const HistoryMinute& minute) {
  ByteWriter record;
  record.Byte(kVersion);
  record.Time(minute.minute);
  WriteCounts(record, minute.counts);
  return record.Take();
}

std::optional<HistoryMinute> DecodeHistory(std::string_view bytes) {
  const auto begin = BeginOfSound(bytes);
  if (!begin) return std::nullopt;
  HistoryMinute minute{.minute = *begin, .counts = {}};
  AddRecord(bytes, minute.counts);
  return minute;
}

History::History(Environment& environment) : rows_(environment.table(7)) {}

rules::TimePoint History::BeginOf(Step step, rules::TimePoint time) {
  return rules::TimePoint{rules::seconds{NumberOf(step, time) * SecondsOf(step)}};
}

Status History::Add(WriteTransaction& transaction, const HistoryMinute& minute) const {
  for (const Step step : {Step::kMinute, Step::kHour}) {
    const std::string key = KeyOf(step, minute.minute);
    HistoryMinute row{.minute = BeginOf(step, minute.minute), .counts = minute.counts};
    const auto bytes = transaction.Get(rows_, key);
    const auto known = bytes ? DecodeHistory(*bytes) : std::nullopt;
    if (known && known->minute == row.minute) row.counts.Add(known->counts);
    if (Status put = transaction.Put(rows_, key, EncodeHistory(row)); !put) return put;
  }
  return rules::Done{};
}

void History::AddUp(ReadTransaction& snapshot, Step step, rules::TimePoint now, const SumOf& sum_of) const {
  const std::int64_t last = NumberOf(step, now);
  snapshot.Scan(rows_, std::string(1, LetterOf(step)), [&](std::string_view key, std::string_view value) {
    if (key.empty() || key.front() != LetterOf(step)) return false;
    const auto begin = BeginOfSound(value);
    if (!begin) return true;  // a gap in the plot
    const std::int64_t age = last - NumberOf(step, *begin);
    HistoryCounts* sum = age >= 0 && age < PlacesOf(step) ? sum_of(*begin) : nullptr;
    if (sum) AddRecord(value, *sum);
    return true;
  });
}

}  // namespace cache
