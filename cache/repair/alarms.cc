// alarms = { store " " state " " seconds-since-1970 " " text LF }
#include "cache/repair/alarms.h"

#include <algorithm>
#include <charconv>
#include <optional>

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
  alarm.text = line;
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
    text.append(std::to_string(alarm.when.time_since_epoch().count())).append(" ").append(alarm.text).append("\n");
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
  std::replace(alarms.back().text.begin(), alarms.back().text.end(), '\n', ' ');
  return WriteAll(directory, alarms);
}

}  // namespace cache
