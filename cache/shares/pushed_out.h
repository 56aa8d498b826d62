// Remembers in little memory the first sights whose rows were pushed out of the greylist, so that a flood from
// everywhere does not turn away senders that come back: the last few million, until the process ends.
//
// A mark of four bytes a triplet: its time in seconds, and 14 bits to tell it from others.  A full table takes one
// stranger in a thousand or so for one of them, and lets it in without a delay; nobody can aim at that, as the marks
// come of a keyed hash.  Where a row of the table is full the oldest mark makes way.
//
// Takes memory as it fills, 32 MiB at most.  Add() and Clear() belong to the Writer's thread, Find() may be called from
// any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "rules/values/time.h"

namespace cache {

class PushedOut {
 public:
  static constexpr std::size_t kMarks = std::size_t{1} << 23;

  PushedOut();
  ~PushedOut();
  PushedOut(const PushedOut&) = delete;
  PushedOut& operator=(const PushedOut&) = delete;

  void Add(std::uint64_t hash, rules::TimePoint first_seen);
  // When it was seen first, a time before `now`.
  std::optional<rules::TimePoint> Find(std::uint64_t hash, rules::TimePoint now) const;
  // Forgets all and gives the memory back, where nothing was seen at `before` or later.
  void ClearIfOlder(rules::TimePoint before);

 private:
  std::uint32_t* RowOf(std::uint64_t hash) const;

  std::uint32_t* marks_ = nullptr;  // null: there was no memory, and nothing is remembered
  std::atomic<bool> is_used_ = false;
  std::optional<rules::TimePoint> latest_;
};

}  // namespace cache
