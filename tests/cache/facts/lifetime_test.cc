#include "cache/facts/lifetime.h"

#include <gtest/gtest.h>

namespace cache::lifetime_test {

using rules::seconds;
using State = rules::Fact::State;

const LifetimeLimits kLimits{
    .min_ttl = seconds{60}, .max_ttl = seconds{86400}, .max_negative_ttl = seconds{3600}, .failure_ttl = seconds{30}};

struct Case {
  const char* name;
  State state;
  std::optional<std::uint32_t> ttl;
  seconds want;
};

class LifetimeTest : public testing::TestWithParam<Case> {};

TEST_P(LifetimeTest, StaysWithinTheLimits) {
  EXPECT_EQ(Lifetime(GetParam().state, GetParam().ttl, kLimits), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Lifetime, LifetimeTest,
                         testing::Values(Case{"between", State::kPresent, 300, seconds{300}},
                                         Case{"ttl_0_is_raised", State::kPresent, 0, seconds{60}},
                                         Case{"largest_ttl_is_cut", State::kPresent, 0xffffffff, seconds{86400}},
                                         Case{"negative_keeps_the_soas", State::kAbsent, 900, seconds{900}},
                                         Case{"negative_is_cut", State::kAbsent, 86400, seconds{3600}},
                                         Case{"negative_without_soa", State::kAbsent, std::nullopt, seconds{60}},
                                         Case{"failure_ignores_ttls", State::kUnavailable, 9999, seconds{30}}),
                         [](const auto& row) { return row.param.name; });

}  // namespace cache::lifetime_test
