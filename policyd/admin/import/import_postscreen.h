// The block lists of Postfix's postscreen, as our configuration.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policyd/admin/error.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

struct PostscreenLists {
  std::vector<std::string> zones;  // as [dnsbl] takes them
  int threshold = 1;
};
// `text`: main.cf, or what postconf prints; `name`: of the file, for people.
Result<PostscreenLists> ReadPostscreen(std::string_view text, const std::string& name);
Json ToJson(const PostscreenLists& lists);

}  // namespace policyd::admin
