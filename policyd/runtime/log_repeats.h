// Warnings and errors that repeat themselves: the first ones are written, the rest counted.
//
// Of one event and text 5 lines a minute are written, of one event 100.  When the minute is over, the last line that
// was held back follows with ` repeated=N`: so many more of this event were there.  Pure; not safe from several
// threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "policyd/runtime/clock.h"
#include "policyd/runtime/log_line.h"

namespace policyd::runtime {

class RepeatedWarnings {
 public:
  // Appends the line to `written`, unless it is held back.  Lines without a level are always written.
  void Take(const LogLine& line, Deadline now, std::string& written);
  // Appends what is to be said of the minutes that are over; TellAll(), of all.
  void Tell(Deadline now, std::string& written);
  void TellAll(std::string& written);
  // When Tell() has something to say; nothing where nothing is held back.
  std::optional<Deadline> next() const;

 private:
  struct Minute {
    Deadline began{};
    std::size_t written = 0;
    std::unordered_map<std::size_t, unsigned> by_text{};  // hashes; at most as many as are written
    std::uint64_t held = 0;
    std::string last_held{};
  };
  static void TellOf(const Minute& minute, std::string& written);

  std::map<std::string, Minute, std::less<>> events_;  // by event: words of ours
};

}  // namespace policyd::runtime
