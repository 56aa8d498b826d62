#include "rules/freshness.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/support/rule_words.h"

namespace rules::freshness_test {

Fact Lives(seconds life) {
  Fact fact = support::Present(HostNames{"mail.sender.example"});
  fact.learnt = support::Now();
  fact.until = support::Now() + life;
  return fact;
}

bool IsDueAfter(seconds age, seconds life, const Question& question = Question::Ptr()) {
  return IsDueForRefresh(support::Client(), question, Lives(life), support::Now() + age);
}

struct Case {
  const char* name;
  seconds life;
  seconds age;
  bool want;
};

class RefreshTest : public testing::TestWithParam<Case> {};

TEST_P(RefreshTest, IsDueInTheLastTenth) {
  const auto& [name, life, age, want] = GetParam();
  EXPECT_EQ(IsDueAfter(age, life), want) << name;
}

INSTANTIATE_TEST_SUITE_P(Ages, RefreshTest,
                         testing::Values(Case{"new", seconds{1000}, seconds{0}, false},
                                         Case{"before_the_last_tenth", seconds{1000}, seconds{899}, false},
                                         Case{"in_its_second_half", seconds{1000}, seconds{950}, true},
                                         Case{"just_before_its_end", seconds{1000}, seconds{999}, true},
                                         Case{"ended_is_asked_for_by_who_waits", seconds{1000}, seconds{1000}, false},
                                         Case{"a_minute", seconds{60}, seconds{57}, true},
                                         Case{"too_short_to_have_a_tenth", seconds{5}, seconds{4}, false}),
                         [](const auto& row) { return row.param.name; });

// The second at which a question about a fact of 10,000 s comes due.
seconds::rep DueAt(const Question& question) {
  for (seconds age{8000}; age < seconds{10000}; ++age) {
    if (IsDueAfter(age, seconds{10000}, question)) return age.count();
  }
  return 0;
}

TEST(Refresh, QuestionsThatWereAnsweredTogetherAreSpreadOverHalfOfTheTenth) {
  std::set<seconds::rep> times;
  for (int i = 0; i < 100; ++i) {
    const seconds::rep due = DueAt(Question::List("list" + std::to_string(i) + ".example"));
    EXPECT_GE(due, 9000);
    EXPECT_LE(due, 9500);
    times.insert(due);
  }
  EXPECT_GT(times.size(), 50U);
  EXPECT_EQ(DueAt(Question::Ptr()), DueAt(Question::Ptr()));
}

}  // namespace rules::freshness_test
