// The file that http.token_file names: one line, the token.
#pragma once

#include <string>
#include <variant>

#include "rules/values/result.h"

namespace policyd::config {

// The token is not here because this process may not read the file, which is no fault of the file.
struct NotForUs {};

// Errors name the path, and never say what the file holds.
std::variant<std::string, NotForUs, rules::Error> ReadTokenFile(const std::string& path);

}  // namespace policyd::config
