// What was wrong with our own addresses and domains, from when to when (records/): kept for a year after its end.
//
// Const methods may be called from any thread, each with its own snapshot; nothing here reads a clock.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cache/lmdb/lmdb.h"
#include "rules/values/time.h"
#include "rules/watch/watch.h"

namespace cache {

// "listed on X from ... to ..."
struct WatchEpisode {
  std::string subject;
  rules::WatchCheck check = rules::WatchCheck::kList;
  std::string list;
  std::string detail;  // what was seen first
  rules::TimePoint from{};
  std::optional<rules::TimePoint> until{};  // nothing while it lasts
  std::string says{};                       // what the list wrote of it at first, bytes of strangers

  bool operator==(const WatchEpisode&) const = default;
};

// The end of one look at everything that is watched.
struct WatchLook {
  rules::TimePoint when{};
  std::vector<rules::WatchFinding> findings;
};

class WatchLog {
 public:
  static constexpr std::chrono::days kKept{365};
  static constexpr std::size_t kMostOfOne = 100;  // episodes of one subject, check and list: the oldest go

  explicit WatchLog(Table rows) : rows_(rows) {}

  // Begins and ends episodes; what is not known changes nothing, and what is not watched any more ends.
  Status Add(WriteTransaction& transaction, const WatchLook& look) const;
  // The episodes that Add() would begin, and those that it would end, with their end.
  std::vector<WatchEpisode> ChangesBy(ReadTransaction& snapshot, const WatchLook& look) const;

  // The oldest first.
  std::vector<WatchEpisode> All(ReadTransaction& snapshot) const;
  std::vector<WatchEpisode> Open(ReadTransaction& snapshot) const;
  // When all was looked at last; nothing where it never was.
  std::optional<rules::TimePoint> LastLook(ReadTransaction& snapshot) const;

 private:
  Table rows_;
};

}  // namespace cache
