// An immutable value that is swapped whole while others hold the old one.  (Not atomic<shared_ptr>: libstdc++ 12 has it
// behind a spin lock.)
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace policyd {

template <class T>
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  std::shared_ptr<const T> Get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void Set(std::shared_ptr<const T> value) {
    const std::lock_guard lock(mutex_);
    value_.swap(value);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace policyd
