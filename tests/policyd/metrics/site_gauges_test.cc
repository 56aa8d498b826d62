#include "policyd/metrics/site_gauges.h"

#include <gtest/gtest.h>

#include "rules/zones/dnsbl_site.h"

namespace policyd {
namespace {

using rules::SiteFamily;
using rules::SiteState;

rules::DnsblSite Site(const char* zone, const char* shown) {
  return {.zone = zone, .shown = shown, .entries = {}};
}

struct Case {
  const char* name;
  SiteState ipv4, ipv6;
  bool lists_ipv6;
  SiteState want;
};

class SiteGaugesTest : public testing::TestWithParam<Case> {};

TEST_P(SiteGaugesTest, ShowTheFamilyThatDoesNotCount) {
  const auto& [name, ipv4, ipv6, lists_ipv6, want] = GetParam();
  rules::Policy policy;
  policy.sites = {Site("key.zen.example", "zen.example")};
  rules::Health health;
  rules::SiteHealth& states = health.sites["key.zen.example"];
  states[SiteFamily::kIpv4] = ipv4;
  states[SiteFamily::kIpv6] = ipv6;
  states.lists_ipv6 = lists_ipv6;
  const auto gauges = SiteGauges(policy, health);
  ASSERT_EQ(gauges.size(), 1U);
  EXPECT_EQ(gauges[0].shown, "zen.example");
  EXPECT_STREQ(rules::Name(gauges[0].state), rules::Name(want));
}

INSTANTIATE_TEST_SUITE_P(
    Families, SiteGaugesTest,
    testing::Values(Case{"both", SiteState::kHealthy, SiteState::kHealthy, true, SiteState::kHealthy},
                    Case{"ipv4_lies", SiteState::kQuarantined, SiteState::kHealthy, true, SiteState::kQuarantined},
                    Case{"ipv6_lies", SiteState::kHealthy, SiteState::kQuarantined, true, SiteState::kQuarantined},
                    Case{"ipv6_is_not_asked", SiteState::kHealthy, SiteState::kDead, false, SiteState::kHealthy},
                    Case{"ipv6_comes_later", SiteState::kHealthy, SiteState::kUnknown, true, SiteState::kHealthy},
                    Case{"not_tested", SiteState::kUnknown, SiteState::kHealthy, true, SiteState::kUnknown}),
    [](const auto& row) { return row.param.name; });

TEST(SiteGauges, OneLineAShownName) {
  rules::Policy policy;
  policy.sites = {Site("a.zen.example", "zen.example"), Site("plain.example", "plain.example")};
  policy.name_sites = {Site("b.zen.example", "zen.example")};
  rules::Health health;
  health.sites["b.zen.example"][SiteFamily::kNames] = SiteState::kDead;
  const auto gauges = SiteGauges(policy, health);
  ASSERT_EQ(gauges.size(), 2U);
  EXPECT_EQ(gauges[0].state, SiteState::kDead);
  EXPECT_EQ(gauges[1].state, SiteState::kUnchecked) << "nobody looks after it, so it counts";
}

}  // namespace
}  // namespace policyd
