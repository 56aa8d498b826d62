// Which answers of the API are made beside the pages: what looks through a table or asks DNS must not hold a page up.
#include "policyd/http/api/api.h"

#include <algorithm>
#include <set>
#include <stop_token>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "tests/support/config_values.h"
#include "tests/support/temp_directory.h"

namespace policyd::http::api_routes_test {

TEST(ApiRoutes, ThatTakeTheirTimeAreLong) {
  const support::TempDirectory directory;
  auto opened = cache::Stores::OpenForDaemon({.directory = directory.path(), .max_size = std::uint64_t{64} << 20U});
  const auto& stores = *std::get<std::unique_ptr<cache::Stores>>(opened);
  const auto config = std::make_shared<const config::Config>(support::ParseOrDie(""));
  std::set<std::string> found;
  for (const Route& route :
       ApiRoutes({.config = [&config] { return config; }, .stores = stores, .now = {}, .metrics = {}})) {
    if (route.is_long) found.insert(route.method + " " + route.path);
    EXPECT_FALSE(route.is_quick) << route.path << ": it reads a store";
    EXPECT_EQ(route.access == Route::Access::kChanger, route.method != "GET") << route.path;
  }
  EXPECT_EQ(found, (std::set<std::string>{"GET /api/v1/verdicts", "GET /api/v1/verdicts/", "GET /api/v1/explain",
                                          "GET /api/v1/greylist", "GET /api/v1/audit", "GET /api/v1/report",
                                          "GET /api/v1/outbound", "POST /api/v1/unblock", "POST /api/v1/requests/"}));
}

// Part of what there is would be read as all of it.
TEST(ApiRoutes, ASearchThatTheDaemonsEndCutsShortIsNoAnswer) {
  const support::TempDirectory directory;
  auto opened = cache::Stores::OpenForDaemon({.directory = directory.path(), .max_size = std::uint64_t{64} << 20U});
  const auto& stores = *std::get<std::unique_ptr<cache::Stores>>(opened);
  const auto config = std::make_shared<const config::Config>(support::ParseOrDie(""));
  const auto routes = ApiRoutes({.config = [&config] { return config; },
                                 .stores = stores,
                                 .now = [] { return rules::TimePoint{}; },
                                 .metrics = {}});
  const auto verdicts = std::ranges::find(routes, "/api/v1/verdicts", &Route::path);
  ASSERT_NE(verdicts, routes.end());
  std::stop_source stop;
  HttpRequest request{.method = "GET", .path = verdicts->path, .stop = stop.get_token()};
  EXPECT_EQ(verdicts->answer(request).status, 200);
  stop.request_stop();
  EXPECT_EQ(verdicts->answer(request).status, 503);
}

}  // namespace policyd::http::api_routes_test
