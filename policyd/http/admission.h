// Which route answers a request whose headers have come, or which error does.
//
// Belongs to the server's thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policyd/http/access.h"
#include "policyd/http/exchange.h"

namespace policyd::http {

inline constexpr std::size_t kMostOfBody = 64 * 1024;

class Admission {
 public:
  // `missing`: who is told that there is no such page; all others are refused as by a page.
  Admission(std::vector<Route> routes, std::function<void(const HttpRequest&)> locked_out,
            Route::Access missing = Route::Access::kReader)
      : routes_(std::move(routes)), access_(std::move(locked_out)), missing_(missing) {}

  // `target` is what stands in the request line.  Fills in path, query, rest and has_token; of HEAD it makes GET.
  std::variant<const Route*, HttpResponse> Admit(const config::HttpAccess& rules, std::string_view target,
                                                 HttpRequest& request, WrongTokens::Time now);

 private:
  // The routes with the longest path that stands for this one.
  std::vector<const Route*> RoutesOf(std::string_view path) const;

  const std::vector<Route> routes_;
  AccessControl access_;
  const Route::Access missing_;
};

}  // namespace policyd::http
