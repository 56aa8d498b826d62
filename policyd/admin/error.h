// Why something that people asked for was not done: the one way in which admin/ says so.
//
// The tool makes an exit status of the kind, the HTTP interface a status code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/values/result.h"

namespace policyd::admin {

struct Error {
  enum class Kind : std::uint8_t {
    kUsage,           // an option has a value that it cannot have
    kBadInput,        // what was handed over cannot be taken; nothing was changed
    kNotFound,        // there is no such thing
    kConflict,        // what is there stands in the way, or several fit; nothing was changed
    kUnreachable,     // nobody answers
    kStore,           // the store cannot be read or written
    kAlreadyRunning,  // somebody else has what is needed alone
    kNotPermitted,
    kConfiguration,  // the configuration does not allow it
  };
  Kind kind = Kind::kBadInput;
  std::string message{};
  std::vector<Error> details{};  // said before the message, where several things are wrong
  // The value that is wrong: "if_confirmed".  Whoever shows the error says how it was given: as the option
  // --if-confirmed, the parameter if_confirmed.  Nothing where the message says all.
  std::optional<std::string> input{};
};

// An error of the value that was given as `input`.
inline Error ErrorIn(std::string_view input, std::string message, Error::Kind kind = Error::Kind::kUsage) {
  return {.kind = kind, .message = std::move(message), .input = std::string(input)};
}

// An error of a layer below, which knows no kinds.
inline Error As(Error::Kind kind, const rules::Error& error) {
  return {.kind = kind, .message = error.message};
}

template <class T>
using Result = rules::Result<T, Error>;
using Status = Result<rules::Done>;

}  // namespace policyd::admin
