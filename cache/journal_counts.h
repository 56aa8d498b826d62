// Repeated tries within a moment, gathered so that a client that hammers costs one row a second and not one a try.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "cache/journal.h"

namespace cache {

class JournalCounts {
 public:
  // Is the row another try of one seen since the last TakeAll()?  Then it is counted here, else the caller writes it.
  bool IsRepeat(const JournalRow& row);

  // The repeated rows, each with its number of times; forgets all.
  std::vector<JournalRow> TakeAll();

 private:
  struct Seen {
    bool is_repeated = false;
    JournalRow repeats;
  };
  std::map<std::pair<rules::Reference, std::chrono::sys_days>, Seen> seen_;
};

}  // namespace cache
