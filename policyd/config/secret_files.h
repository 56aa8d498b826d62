// The files that hold what only the daemon may know: the token that http.token_file names, and password and key of what
// several hosts share.  Their group may read them, nobody else anything.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>

#include "rules/values/result.h"

namespace policyd::config {

// The secret is not here because this process may not read the file, which is no fault of the file.
struct NotForUs {};

template <class Secret>
using SecretRead = std::variant<Secret, NotForUs, rules::Error>;

// 32 bytes that all hosts have.
using SharedKey = std::array<std::uint8_t, 32>;

// Errors name the path, and never say what the file holds.
SecretRead<std::string> ReadTokenFile(const std::string& path);     // one line of 16 to 512 characters
SecretRead<std::string> ReadPasswordFile(const std::string& path);  // one line of 1 to 512 characters
SecretRead<SharedKey> ReadKeyFile(const std::string& path);         // exactly these bytes

}  // namespace policyd::config
