// Repeated tries within a moment, gathered so that a client that hammers costs one row a second and not one a try;
// where many do, one row in ten seconds.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "cache/journal/journal.h"

namespace cache {

class JournalCounts {
 public:
  // Is this another try of a row that was seen since it was last taken, or, where many are, of one that is kept
  // already? Then it is counted here, else the caller writes it.
  bool IsRepeat(const JournalRecord& record, const std::function<bool()>& is_kept);

  // Up to `most` of the repeated rows, each with its number of times, where their time has come: at the end of time all
  // that is left.
  std::vector<JournalRecord> TakeDue(rules::TimePoint now, std::size_t most);
  // Is there more to be taken at once?
  bool has_due() const { return !due_.empty(); }

 private:
  struct Seen {
    bool is_repeated = false;
    JournalRecord repeats;
  };

  bool are_many() const;
  void MakeDue();

  std::map<std::pair<rules::Reference, std::chrono::sys_days>, Seen> seen_;
  rules::TimePoint since_{};  // seen_ was made due, last
  std::vector<JournalRecord> due_;
};

}  // namespace cache
