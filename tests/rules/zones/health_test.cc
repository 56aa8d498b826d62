#include "rules/zones/health.h"

#include <gtest/gtest.h>

#include "rules/evaluate.h"
#include "tests/support/rule_words.h"

namespace rules::health_test {

TEST(Health, CountsOnlyZonesThatAreKnownToBeSound) {
  const std::pair<ZoneState, bool> rows[] = {{ZoneState::kUnknown, false},     {ZoneState::kUnchecked, true},
                                             {ZoneState::kHealthy, true},      {ZoneState::kRefused, false},
                                             {ZoneState::kQuarantined, false}, {ZoneState::kDead, false},
                                             {ZoneState::kSlow, false}};
  for (const auto& [state, want] : rows) {
    Health health;
    health.zones["zen.example"][ZoneFamily::kIpv4] = state;
    EXPECT_EQ(health.Counts("zen.example", ZoneFamily::kIpv4), want) << Name(state);
    EXPECT_TRUE(health.Counts("zen.example", ZoneFamily::kIpv6)) << "families fail apart";
    EXPECT_TRUE(health.Counts("other.example", ZoneFamily::kIpv4));
    EXPECT_EQ(ParseZoneState(Name(state)), state);
  }
  EXPECT_FALSE(ParseZoneState("well"));
}

std::vector<Question> Asked(const Health& health, const IpAddress& client) {
  return Assess(support::WithZones({"zen.example*8"}), health, client, {}).open;
}

bool AsksList(const std::vector<Question>& questions) {
  return std::find(questions.begin(), questions.end(), Question::List("zen.example")) != questions.end();
}

TEST(Health, AListWithoutATestPointForIpv6IsAskedForIpv4Only) {
  Health health;
  health.zones["zen.example"].lists_ipv6 = false;
  EXPECT_TRUE(AsksList(Asked(health, *IpAddress::Parse("192.0.2.1"))));
  const IpAddress six = *IpAddress::Parse("2001:db8::1");
  EXPECT_FALSE(AsksList(Asked(health, six)));
  const auto assessment = Assess(support::WithZones({"zen.example*-8"}), health, six, {});
  EXPECT_FALSE(assessment.lacks_answers) << "there is nothing that could have answered";
  EXPECT_FALSE(assessment.lacks_favour);
}

TEST(Health, EachFamilyCountsByItsOwnState) {
  const Facts facts = support::FactsOf({support::Listed("zen.example")});
  Health health;
  health.zones["zen.example"][ZoneFamily::kIpv6] = ZoneState::kQuarantined;
  const Policy policy = support::WithZones({"zen.example*8"});
  EXPECT_TRUE(Assess(policy, health, *IpAddress::Parse("192.0.2.1"), facts).is_listed);
  const auto six = Assess(policy, health, *IpAddress::Parse("2001:db8::1"), facts);
  EXPECT_FALSE(six.is_listed);
  EXPECT_TRUE(six.lacks_answers);
}

}  // namespace rules::health_test
