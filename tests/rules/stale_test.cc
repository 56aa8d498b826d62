#include "rules/freshness.h"

#include <gtest/gtest.h>

#include "tests/support/rule_words.h"

namespace rules::stale_test {

using support::Forward;
using support::Known;
using support::Listed;

struct Case {
  const char* name;
  Known known;
  seconds want;  // how long it serves past its end
};

class StaleTest : public testing::TestWithParam<Case> {};

TEST_P(StaleTest, ServesUntil) {
  const Policy policy = support::WithZones({"bl.example*8", "wl.example*-4"});
  const auto [question, fact] = GetParam().known;
  const auto serves = [&](seconds past) {
    return MayServeStale(policy, question, fact, support::Client(), fact.until + past);
  };
  if (GetParam().want == seconds{0}) {
    EXPECT_FALSE(serves(seconds{0}));
    return;
  }
  EXPECT_TRUE(serves(GetParam().want));
  EXPECT_FALSE(serves(GetParam().want + seconds{1}));
}

constexpr seconds kHour{3600};
constexpr seconds kDay{86400};

INSTANTIATE_TEST_SUITE_P(Cases, StaleTest,
                         testing::Values(Case{"a_name_speaks_for", support::Ptr({"a.example"}), kDay},
                                         Case{"no_name_speaks_against", support::NoPtr(), kHour},
                                         Case{"confirmed_speaks_for", Forward("a.example", support::kClient), kDay},
                                         Case{"no_forward_speaks_against", Forward("a.example", ""), kHour},
                                         Case{"mismatch_speaks_against", Forward("a.example", "192.0.2.1"), kHour},
                                         Case{"listed_speaks_against", Listed("bl.example"), kHour},
                                         Case{"not_listed_speaks_for", support::NotListed("bl.example"), kDay},
                                         Case{"on_an_allow_list_speaks_for", Listed("wl.example"), kDay},
                                         Case{"a_policy_may_speak_against",
                                              {Question::NameTexts("a.example"), Fact::Present(Texts{})},
                                              kHour},
                                         Case{"an_error_never_serves", support::ListUnavailable("bl.example"),
                                              seconds{0}}),
                         [](const auto& row) { return row.param.name; });

}  // namespace rules::stale_test
