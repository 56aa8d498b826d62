#include "rules/health.h"

#include <gtest/gtest.h>

namespace rules {
namespace {

TEST(Health, CountsOnlySitesThatAreKnownToBeSound) {
  const std::pair<SiteState, bool> rows[] = {{SiteState::kUnknown, false},     {SiteState::kUnchecked, true},
                                             {SiteState::kHealthy, true},      {SiteState::kRefused, false},
                                             {SiteState::kQuarantined, false}, {SiteState::kDead, false},
                                             {SiteState::kSlow, false}};
  for (const auto& [state, want] : rows) {
    Health health;
    health.sites["zen.example"] = state;
    EXPECT_EQ(health.Counts("zen.example"), want) << static_cast<int>(state);
    EXPECT_TRUE(health.Counts("other.example"));
  }
}

}  // namespace
}  // namespace rules
