// Carries a value, or an error with a message for the operator.
//
// Expected failures are values: where, what was expected, what was there.  Nothing in this project throws.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace rules {

struct Error {
  std::string message;
};

// `Failure`: an error that says more than its message, where a layer has one.
template <class T, class Failure = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Failure error) : state_(std::move(error)) {}

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }

  // REQUIRES: ok().
  const T& operator*() const { return value(); }
  T& operator*() { return const_cast<T&>(std::as_const(*this).value()); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &**this; }

  // REQUIRES: !ok().
  const Failure& error() const {
    assert(!ok() && "an error is asked for only where there is one");
    return *std::get_if<Failure>(&state_);
  }

 private:
  const T& value() const {
    assert(ok() && "a value is asked for only where there is one");
    return *std::get_if<T>(&state_);
  }

  std::variant<T, Failure> state_;
};

struct Done {};

// Success without a value, or an error.
using Status = Result<Done>;

}  // namespace rules
