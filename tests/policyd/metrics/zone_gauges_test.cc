#include "policyd/metrics/zone_gauges.h"

#include <gtest/gtest.h>

#include "rules/zones/zone.h"

namespace policyd::metrics::zone_gauges_test {

using rules::ZoneFamily;
using rules::ZoneState;

rules::Zone MakeZone(const char* name, const char* shown) {
  return {.name = name, .shown = shown, .entries = {}};
}

struct Case {
  const char* name;
  ZoneState ipv4, ipv6;
  bool lists_ipv6;
  ZoneState want;
};

class ZoneGaugesTest : public testing::TestWithParam<Case> {};

TEST_P(ZoneGaugesTest, ShowTheFamilyThatDoesNotCount) {
  const auto& [name, ipv4, ipv6, lists_ipv6, want] = GetParam();
  rules::Policy policy;
  policy.zones = {MakeZone("key.zen.example", "zen.example")};
  rules::Health health;
  rules::ZoneHealth& states = health.zones["key.zen.example"];
  states[ZoneFamily::kIpv4] = ipv4;
  states[ZoneFamily::kIpv6] = ipv6;
  states.lists_ipv6 = lists_ipv6;
  const auto gauges = ZoneGauges(policy, health);
  ASSERT_EQ(gauges.size(), 1U);
  EXPECT_EQ(gauges[0].shown, "zen.example");
  EXPECT_STREQ(rules::Name(gauges[0].state), rules::Name(want));
}

INSTANTIATE_TEST_SUITE_P(
    Families, ZoneGaugesTest,
    testing::Values(Case{"both", ZoneState::kHealthy, ZoneState::kHealthy, true, ZoneState::kHealthy},
                    Case{"ipv4_lies", ZoneState::kQuarantined, ZoneState::kHealthy, true, ZoneState::kQuarantined},
                    Case{"ipv6_lies", ZoneState::kHealthy, ZoneState::kQuarantined, true, ZoneState::kQuarantined},
                    Case{"ipv6_is_not_asked", ZoneState::kHealthy, ZoneState::kDead, false, ZoneState::kHealthy},
                    Case{"ipv6_comes_later", ZoneState::kHealthy, ZoneState::kUnknown, true, ZoneState::kHealthy},
                    Case{"not_tested", ZoneState::kUnknown, ZoneState::kHealthy, true, ZoneState::kUnknown}),
    [](const auto& row) { return row.param.name; });

TEST(ZoneGauges, OneLineAShownName) {
  rules::Policy policy;
  policy.zones = {MakeZone("a.zen.example", "zen.example"), MakeZone("plain.example", "plain.example")};
  policy.name_zones = {MakeZone("b.zen.example", "zen.example")};
  rules::Health health;
  health.zones["b.zen.example"][ZoneFamily::kNames] = ZoneState::kDead;
  const auto gauges = ZoneGauges(policy, health);
  ASSERT_EQ(gauges.size(), 2U);
  EXPECT_EQ(gauges[0].state, ZoneState::kDead);
  EXPECT_EQ(gauges[1].state, ZoneState::kUnchecked) << "nobody looks after it, so it counts";
}

}  // namespace policyd::metrics::zone_gauges_test
