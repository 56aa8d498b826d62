// The regular expressions of both lists, matched with a client's confirmed name or address.
//
// Compiling a thousand of them together takes tens of milliseconds, longer than a loop may pause, so Compile() is for
// another thread.  Until it is done a look-up goes on with what was compiled before: an expression that is new since is
// matched by itself, and one that is gone counts no more.
//
// Safe from all threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "cache/locked.h"
#include "rules/people/list_entry.h"

namespace cache {

class ListPatterns {
 public:
  // The first unexpired entry that matches, in the order in which `read` gives the entries of this generation.
  std::optional<rules::ListEntry> Find(std::uint64_t generation,
                                       const std::function<std::vector<rules::ListEntry>()>& read,
                                       std::string_view name, rules::TimePoint now);

  // Has a look-up met a generation that was not compiled?  Says so to one caller a generation.
  bool TakeChange();
  void Compile(std::uint64_t generation, const std::vector<rules::ListEntry>& entries);

 private:
  struct Together;
  struct Current;

  std::shared_ptr<const Current> CurrentOf(std::uint64_t generation,
                                           const std::function<std::vector<rules::ListEntry>()>& read);

  struct Kept {
    std::shared_ptr<const Together> together;
    std::shared_ptr<const Current> current;
  };
  Locked<Kept> kept_;
  std::atomic<bool> is_changed_ = false;
};

}  // namespace cache
