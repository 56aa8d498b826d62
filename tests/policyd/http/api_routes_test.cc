// Which answers of the API are made beside the pages: what looks through a table or asks DNS must not hold a page up.
#include "policyd/http/api/api.h"

#include <set>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "tests/support/config_values.h"
#include "tests/support/temp_directory.h"

namespace policyd::http {
namespace {

TEST(ApiRoutes, ThatTakeTheirTimeAreLong) {
  const test::TempDirectory directory;
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
                                          "GET /api/v1/greylist", "GET /api/v1/audit", "POST /api/v1/unblock",
                                          "POST /api/v1/requests/"}));
}

}  // namespace
}  // namespace policyd::http
