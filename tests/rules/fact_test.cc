#include "rules/fact.h"

#include <gtest/gtest.h>

namespace rules::fact_test {

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

TEST(Facts, AreAsNewlyMadeWhenCleared) {
  Facts facts;
  ASSERT_TRUE(facts.Add(Question::Ptr(), Fact::Absent()));
  for (const Question::Kind kind : kPeopleKinds) ASSERT_TRUE(facts.Add(kind, Fact::Present(ListMatches())));
  facts.SetEarlierRecipients({.came_back = true, .let_in = true});
  facts.Close();
  facts.Clear();
  EXPECT_TRUE(facts.all().empty());
  for (const Question::Kind kind : kPeopleKinds) EXPECT_EQ(facts.Find(kind), nullptr);
  EXPECT_FALSE(facts.is_closed());
  EXPECT_FALSE(facts.earlier_recipients().came_back || facts.earlier_recipients().let_in);
  EXPECT_TRUE(facts.Add(Question::Ptr(), Fact::Absent()));
}

TEST(Facts, Close) {
  Facts facts;
  EXPECT_FALSE(facts.is_closed());
  facts.Close();
  EXPECT_TRUE(facts.is_closed());
}

TEST(KeepTexts, PutsPoliciesFirstInOneOrder) {
  std::vector<std::string> records{"google-site-verification=abc", "v=DMARC1; p=none", "", "V=SPF1 mx", "v=spf1 -all"};
  const KeptTexts kept = KeepTexts(records);
  EXPECT_EQ(kept.texts.whole, (std::vector<std::string>{"V=SPF1 mx", "v=spf1 -all", "v=DMARC1; p=none", "",
                                                        "google-site-verification=abc"}));
  EXPECT_TRUE(kept.texts.begun.empty());
  std::ranges::reverse(records);
  EXPECT_EQ(KeepTexts(records).texts, kept.texts) << "servers rotate them";
}

// Of a record that is not kept whole there is still to be seen what it was.
TEST(KeepTexts, KeepsABoundedNumberOfBytes) {
  const std::string longest = "v=spf1 " + std::string(65536, 'x');
  const KeptTexts kept = KeepTexts({std::string(kMaxTextBytes - 11, 'y'), longest, "v=spf1 -all"});
  EXPECT_EQ(kept.texts.whole, (std::vector<std::string>{"v=spf1 -all", std::string(kMaxTextBytes - 11, 'y')}));
  EXPECT_EQ(kept.texts.begun, std::vector<std::string>{longest.substr(0, kBegunText)});
  EXPECT_FALSE(kept.is_cut);

  const KeptTexts many = KeepTexts(std::vector<std::string>(2000, std::string(30, 'z')));
  EXPECT_EQ(many.texts.whole.size(), kMaxTextBytes / 30);
  EXPECT_EQ(many.texts.begun.size(), kMaxBegunTexts);
  EXPECT_TRUE(many.is_cut);
  EXPECT_EQ(KeepTexts(std::vector<std::string>(2000)).texts.whole.size(), kMaxTexts);
}

TEST(Fact, GivesRecordsOfTheKindAskedForOrNone) {
  Fact fact{.state = Fact::State::kPresent, .records = HostNames{"mail.example.com"}};
  EXPECT_EQ(fact.Get<HostNames>(), HostNames{"mail.example.com"});
  EXPECT_TRUE(fact.Get<Addresses>().empty());
  EXPECT_TRUE(Fact::Unavailable().Get<HostNames>().empty());
  EXPECT_TRUE(Fact::Unavailable().is_unavailable());
}

}  // namespace rules::fact_test
