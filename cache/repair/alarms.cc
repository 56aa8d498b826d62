// alarms = { store " " state " " seconds-since-1970 " " what LF }
// what   = a line of rules/values/statement.h; older versions wrote an English sentence
#include "cache/repair/alarms.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <optional>
#include <utility>

#include "cache/lmdb/durable_file.h"

namespace cache {
namespace {

constexpr std::size_t kMaxFile = 64 * 1024;
constexpr rules::seconds kFactsShownFor{86400};

std::string AlarmFile(const std::string& directory) {
  return directory + "/alarms";
}

std::string_view TakeWord(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(word.size() + 1, line.size()));
  return word;
}

std::optional<Alarm> ParseLine(std::string_view line) {
  Alarm alarm;
  alarm.store = TakeWord(line);
  const std::string_view state = TakeWord(line);
  const auto known = std::find_if(std::begin(kStoreStates), std::end(kStoreStates),
                                  [&](StoreState one) { return Name(one) == state; });
  const std::string_view when = TakeWord(line);
  std::int64_t seconds = 0;
  const bool is_time = std::from_chars(when.data(), when.data() + when.size(), seconds).ec == std::errc();
  if (known == std::end(kStoreStates) || !is_time || line.empty()) return std::nullopt;
  alarm.state = *known;
  alarm.when = rules::TimePoint(rules::seconds(seconds));
  alarm.what = rules::FromLine(line);
  return alarm;
}

std::vector<Alarm> ReadAll(const std::string& directory) {
  std::vector<Alarm> alarms;
  const std::string text = ReadSmallFile(AlarmFile(directory), kMaxFile).value_or("");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (auto alarm = ParseLine(std::string_view(text).substr(at, end - at))) alarms.push_back(*std::move(alarm));
    at = end + 1;
  }
  return alarms;
}

rules::Status WriteAll(const std::string& directory, const std::vector<Alarm>& alarms) {
  std::string text;
  for (const Alarm& alarm : alarms) {
    text.append(alarm.store).append(" ").append(Name(alarm.state)).append(" ");
    text.append(std::to_string(alarm.when.time_since_epoch().count())).append(" ");
    text.append(rules::ToLine(alarm.what)).append("\n");
  }
  return ReplaceFile(AlarmFile(directory), text);
}

}  // namespace

std::string_view Name(StoreState state) {
  switch (state) {
    case StoreState::kSound:
      return "sound";
    case StoreState::kReplaced:
      return "replaced";
    case StoreState::kRestored:
      return "restored";
    case StoreState::kLost:
      return "lost";
    case StoreState::kReadOnly:
      return "read_only";
    case StoreState::kInMemory:
      return "in_memory";
    case StoreState::kFailing:
      return "failing";
  }
  return "failing";
}

std::span<const rules::StatementRow> AlarmRows() {
  static const std::vector<rules::StatementRow> kRows{
      {"alarm.damaged", "{store}/ was damaged ({why}) and is now {moved}/; it began anew"},
      {"alarm.damaged_in_use", "{store}/ was found damaged in use and is now {moved}/; it began anew"},
      {"alarm.read_only", "{store}/ can be read only: {error}"},
      {"alarm.in_memory", "{store}/ cannot be used, memory takes its place until a restart: {why}"},
      {"alarm.cannot_be_moved", "what stands in its place cannot be moved"},
      {"alarm.failing", "{store}/ fails: it will be opened again"},
      {"alarm.lists_were_damaged", "lists/ were damaged"},
      {"alarm.lists_were_gone", "lists/ were gone"},
      {"alarm.lists_lost",
       "{what}: whitelist and blocklist are empty (entries before: {before}); restore a backup; {error}"},
      {"alarm.lists_restored", "{what} and are as they were at {taken} (entries: {entries}, before: {before})"},
      {"alarm.lists_restored_older",
       "{what} and are as they were at {taken} (entries: {entries}, before: {before}); what was added since is gone, "
       "what was removed since is back"},
      {"alarm.unknown", "unknown"},
      {"alarm.lists_restored_in_use",
       "lists/ were found damaged in use and are now {moved}/; they are as they were at {taken}"},
      {"alarm.lists_lost_in_use",
       "lists/ were found damaged in use and are now {moved}/; there is no copy: whitelist and blocklist are empty; "
       "restore a backup"},
      {"alarm.writing_hangs", "writing to the store hangs"},
      {"alarm.held_full", "{store}/ is full, and process {pid} holds what could be freed"},
      {"alarm.crashed", "the last process crashed while it used the store"},
      {"alarm.table_closed", "table {table} does not open"},
      {"alarm.table_out_of_order", "table {table} is out of order"},
      {"alarm.table_fails", "table {table}: {error}"},
      {"alarm.table_lacks_rows", "table {table} has not the rows that it counts"},
      {"alarm.free_list", "the free list is not one"},
      {"alarm.foreign", "another program's file, or another version's: it has no table of ours"},
      {"alarm.look_crashed", "a look at every page ended by: {signal}"},
      {"alarm.no_folder", "{path} is no folder"},
      {"alarm.no_file", "{path} is no file"},
  };
  return kRows;
}

rules::Statement AlarmOf(std::string_view kind, rules::StatementPlaces about) {
  rules::Statement statement{.kind = "alarm." + std::string(kind), .about = std::move(about)};
  assert(std::ranges::any_of(AlarmRows(), [&](const auto& row) { return row.kind == statement.kind; }) &&
         "there is a row of it");
  return statement;
}

std::vector<Alarm> ReadAlarms(const std::string& directory, rules::TimePoint now) {
  std::vector<Alarm> alarms = ReadAll(directory);
  std::erase_if(alarms,
                [now](const Alarm& alarm) { return alarm.store == "facts" && now - alarm.when > kFactsShownFor; });
  return alarms;
}

rules::Status KeepAlarm(const std::string& directory, const Alarm& alarm) {
  std::vector<Alarm> alarms = ReadAll(directory);
  std::erase_if(alarms, [&](const Alarm& old) { return old.store == alarm.store && old.state == alarm.state; });
  alarms.push_back(alarm);
  return WriteAll(directory, alarms);
}

}  // namespace cache
