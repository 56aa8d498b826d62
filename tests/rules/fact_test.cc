#include "rules/fact.h"

#include <gtest/gtest.h>

namespace rules {
namespace {

TEST(Facts, AreOnlyAddedTo) {
  Facts facts;
  EXPECT_EQ(facts.Find(Question::Ptr()), nullptr);
  EXPECT_TRUE(facts.Add(Question::Ptr(), Fact{.state = Fact::State::kAbsent}));
  EXPECT_FALSE(facts.Add(Question::Ptr(), Fact::Unavailable()));
  ASSERT_NE(facts.Find(Question::Ptr()), nullptr);
  EXPECT_TRUE(facts.Find(Question::Ptr())->is_absent());
  EXPECT_EQ(facts.Find(Question::List("zen.example")), nullptr);
  EXPECT_EQ(facts.all().size(), 1U);
}

TEST(Facts, Close) {
  Facts facts;
  EXPECT_FALSE(facts.is_closed());
  facts.Close();
  EXPECT_TRUE(facts.is_closed());
}

TEST(Fact, GivesRecordsOfTheKindAskedForOrNone) {
  Fact fact{.state = Fact::State::kPresent, .records = HostNames{"mail.example.com"}};
  EXPECT_EQ(fact.Get<HostNames>(), HostNames{"mail.example.com"});
  EXPECT_TRUE(fact.Get<Addresses>().empty());
  EXPECT_TRUE(Fact::Unavailable().Get<HostNames>().empty());
  EXPECT_TRUE(Fact::Unavailable().is_unavailable());
}

}  // namespace
}  // namespace rules
