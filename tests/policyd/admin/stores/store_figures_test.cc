#include "policyd/admin/stores/store_figures.h"

#include <gtest/gtest.h>

namespace policyd::admin::store_figures_test {

TEST(StoreFigures, TellWhetherADaemonRunsAndItsPidWhereItIsKnown) {
  using HeldBy = cache::StoreLock::HeldBy;
  const std::pair<std::optional<HeldBy>, const char*> cases[] = {
      {std::nullopt, R"({"daemon_pid":null})"}, {HeldBy{4711}, R"({"daemon_pid":4711})"}, {HeldBy{}, "{}"}};
  for (const auto& [daemon, want] : cases) EXPECT_EQ(FiguresToJson({}, daemon).Dump(), want);
}

}  // namespace policyd::admin::store_figures_test
