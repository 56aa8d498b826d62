// Keeps the last good copy of lists/ (STORE/lists.good), and notes how many entries they had (STORE/lists.known).
//
// The daemon writes both.  lists.known: how often lists/ had changed, and how many entries they had; by it a start
// notices that entries are gone, however they went.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "cache/lists/list_store.h"
#include "cache/locked.h"
#include "cache/store_layout.h"
#include "rules/values/time.h"

namespace cache {

struct KnownLists {
  std::uint64_t generation = 0;
  std::uint64_t entries = 0;

  bool operator==(const KnownLists&) const = default;
};

// Entries of all kinds; the shape has the one generation of them all.
KnownLists KnownIn(ReadTransaction& snapshot, const Environment& lists, const ListStore& store);
std::optional<KnownLists> ReadKnownLists(const std::string& store);

// Copies `lists` to STORE/lists.good, looks at every page of the copy, and only then lets it take the place of the one
// before.  `known`: of what is copied, or of less.
Status TakeListsCopy(const StoreSettings& settings, const Environment& lists, const KnownLists& known,
                     rules::TimePoint now);

struct ListsCopy {
  rules::TimePoint taken{};
  KnownLists known;
};
// Generation and entries of the copy that there is.
std::optional<ListsCopy> ReadListsCopy(const std::string& store);
// Puts the copy where lists/ were, which must not be open; an error where there is no sound one.
Result<ListsCopy> RestoreLists(const StoreSettings& settings);

// A thread that keeps both files: what is known is noted within a second, a copy is taken once a day and as soon as
// there is something to copy.
class ListsKeeper {
 public:
  // `failed` is told from its thread, at most once an hour, why no copy could be taken.
  ListsKeeper(const StoreSettings& settings, const Environment& lists, const ListStore& store,
              std::function<rules::TimePoint()> now, std::function<void(const std::string&)> failed);
  ~ListsKeeper();
  ListsKeeper(const ListsKeeper&) = delete;
  ListsKeeper& operator=(const ListsKeeper&) = delete;

 private:
  void Run();
  void Look();
  Status Keep(const KnownLists& known, rules::TimePoint now);

  const StoreSettings settings_;
  const Environment& lists_;
  const ListStore& store_;
  const std::function<rules::TimePoint()> now_;
  const std::function<void(const std::string&)> failed_;

  std::optional<KnownLists> noted_;
  std::optional<ListsCopy> copy_;
  std::optional<rules::TimePoint> told_;
  Locked<bool> is_stopping_{false};
  std::condition_variable wakes_;
  std::thread thread_;
};

}  // namespace cache
