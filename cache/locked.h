// Keeps data behind its mutex: without the lock it cannot be reached.
//
//     Locked<std::vector<Job>> jobs_;
//     jobs_.Lock()->push_back(job);     // until the end of the statement
//     const auto jobs = jobs_.Lock();   // until the end of the scope
//
// The one place of the product where a mutex stands (scripts/layering).  While one lock is held, no other is asked for
// and no other class is called.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

namespace cache {

template <class T>
class Locked {
 public:
  // The value, and the lock for as long as this lives.
  template <class Value>
  class Held {
   public:
    Held(std::mutex& mutex, Value& value) : lock_(mutex), value_(value) {}

    Value* operator->() const { return &value_; }
    Value& operator*() const { return value_; }

    // These give the lock up while they wait.
    template <class Condition>
    void Wait(std::condition_variable& wakes, const Condition& condition) {
      wakes.wait(lock_, condition);
    }
    // Returns when `stop` is requested, too.
    template <class Condition>
    void Wait(std::condition_variable_any& wakes, const std::stop_token& stop, const Condition& condition) {
      wakes.wait(lock_, stop, condition);
    }
    template <class Duration, class Condition>
    void WaitFor(std::condition_variable& wakes, const Duration& time, const Condition& condition) {
      wakes.wait_for(lock_, time, condition);
    }
    template <class Time>
    void WaitUntil(std::condition_variable& wakes, const Time& time) {
      wakes.wait_until(lock_, time);
    }
    template <class Time, class Condition>
    void WaitUntil(std::condition_variable& wakes, const Time& time, const Condition& condition) {
      wakes.wait_until(lock_, time, condition);
    }

   private:
    std::unique_lock<std::mutex> lock_;
    Value& value_;
  };

  Locked() = default;
  explicit Locked(T value) : value_(std::move(value)) {}

  Held<T> Lock() { return {mutex_, value_}; }
  Held<const T> Lock() const { return {mutex_, value_}; }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace cache
