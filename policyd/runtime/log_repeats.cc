#include "policyd/runtime/log_repeats.h"

#include <chrono>
#include <functional>

#include <fmt/format.h>

namespace policyd::runtime {
namespace {

constexpr std::chrono::minutes kMinute{1};
constexpr unsigned kMostOfText = 5;
constexpr std::size_t kMostOfEvent = 100;

}  // namespace

void RepeatedWarnings::Take(const LogLine& line, Deadline now, std::string& written) {
  const auto write = [&] { written.append(line.front).append(line.text).append("\n"); };
  if (line.level().empty()) return write();
  auto found = events_.find(line.event());
  if (found == events_.end()) found = events_.emplace(line.event(), Minute{.began = now}).first;
  Minute& minute = found->second;
  if (now - minute.began >= kMinute) {
    TellOf(minute, written);
    minute = Minute{.began = now};
  }
  const std::size_t text = std::hash<std::string_view>()(line.text);
  if (minute.written < kMostOfEvent && ++minute.by_text[text] <= kMostOfText) {
    ++minute.written;
    return write();
  }
  ++minute.held;
  minute.last_held = std::string(line.front).append(line.text);
}

void RepeatedWarnings::Tell(Deadline now, std::string& written) {
  std::erase_if(events_, [&](const auto& event) {
    const Minute& minute = event.second;
    if (now - minute.began < kMinute) return false;
    TellOf(minute, written);
    return true;
  });
}

void RepeatedWarnings::TellAll(std::string& written) {
  for (const auto& [event, minute] : events_) TellOf(minute, written);
  events_.clear();
}

std::optional<Deadline> RepeatedWarnings::next() const {
  std::optional<Deadline> next;
  for (const auto& [event, minute] : events_) {
    if (minute.held > 0 && (!next || minute.began + kMinute < *next)) next = minute.began + kMinute;
  }
  return next;
}

void RepeatedWarnings::TellOf(const Minute& minute, std::string& written) {
  if (minute.held > 0) written += fmt::format("{} repeated={}\n", minute.last_held, minute.held);
}

}  // namespace policyd::runtime
