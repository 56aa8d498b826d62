// An immutable value that is swapped whole while others hold the old one.  (Not atomic<shared_ptr>: libstdc++ 12 has it
// behind a spin lock.)
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "cache/locked.h"

namespace policyd::runtime {

template <class T>
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  std::shared_ptr<const T> Get() const { return *value_.Lock(); }
  void Set(std::shared_ptr<const T> value) {
    const auto held = value_.Lock();
    held->swap(value);
    ++changes_;
  }
  // Grows with each Set().
  std::uint64_t changes() const { return changes_; }

 private:
  cache::Locked<std::shared_ptr<const T>> value_;
  std::atomic<std::uint64_t> changes_ = 0;
};

// The reader of a Snapshot for one thread.  Its pointers have a count of their own: threads that all counted the same
// one would take its cache line from each other with every request.
template <class T>
class SnapshotReader {
 public:
  explicit SnapshotReader(const Snapshot<T>& snapshot) : snapshot_(snapshot) {}

  // Valid until the next Get(); its owner's count may be shared further.
  const std::shared_ptr<const T>& Get() {
    const std::uint64_t changes = snapshot_.changes();
    if (value_ && changes == changes_) return value_;
    changes_ = changes;
    const auto owner = std::make_shared<const std::shared_ptr<const T>>(snapshot_.Get());
    value_ = std::shared_ptr<const T>(owner, owner->get());
    return value_;
  }

 private:
  const Snapshot<T>& snapshot_;
  std::uint64_t changes_ = 0;
  std::shared_ptr<const T> value_;
};

}  // namespace policyd::runtime
