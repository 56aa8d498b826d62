// What a request asks for: the path and the query behind it, percent-decoded.  Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace policyd::http {

struct PathAndQuery {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query{};
};

// "/verdicts?client=192.0.2.1&since=2h"; in the query '+' is a blank, as forms send it.  Nothing if it does not begin
// with '/', if a '%' has no two hexadecimal digits behind it, or if the result is not UTF-8 or holds a control
// character (in the query tabs and line ends are allowed).
std::optional<PathAndQuery> ParsePathAndQuery(std::string_view text);

}  // namespace policyd::http
