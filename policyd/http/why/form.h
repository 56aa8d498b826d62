// What a form sends, and whether a page of ours sent it.  Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policyd/http/exchange.h"

namespace policyd::http::why {

// The value of a field in application/x-www-form-urlencoded; any bytes.  Nothing where the body is something else or
// has no such field.
std::optional<std::string> FieldOf(const HttpRequest& request, std::string_view name);

// A browser says from which origin a form was sent; programs say nothing.  `url`: under which the world sees our pages.
bool IsFromOurPage(const HttpRequest& request, std::string_view url);

}  // namespace policyd::http::why
