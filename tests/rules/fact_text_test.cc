#include "rules/fact_text.h"

#include <gtest/gtest.h>

#include "tests/support/rule_words.h"

namespace rules {
namespace {

FactText Told(const Policy& policy, test::Known known) {
  known.second.learnt = test::Now() - seconds{60};
  return Describe(policy, known.first, known.second, test::Now());
}

TEST(FactText, SaysWhatWasAskedAndAnsweredAndHowOldItIs) {
  const FactText ptr = Told({}, test::Ptr({"mail.example.com", "www.example.com"}));
  EXPECT_EQ(ptr.asked, "ptr");
  EXPECT_EQ(ptr.About(), "");
  EXPECT_EQ(ptr.answer, "present");
  EXPECT_EQ(ptr.records, (std::vector<std::string>{"mail.example.com", "www.example.com"}));
  EXPECT_EQ(ptr.age, seconds{60});

  const FactText forward = Told({}, test::Forward("mail.example.com", "192.0.2.1"));
  EXPECT_EQ(forward.About(), "mail.example.com");
  EXPECT_EQ(forward.records, std::vector<std::string>{"192.0.2.1"});
  EXPECT_EQ(Told({}, test::NoPtr()).answer, "absent");
}

TEST(FactText, AnAnswerThatNeverCameHasNoAge) {
  EXPECT_EQ(Describe({}, Question::Ptr(), Fact::Unavailable(), test::Now()).age, std::nullopt);
  EXPECT_EQ(Describe({}, Question::Ptr(), Fact::Unavailable(), test::Now()).answer, "unavailable");
}

TEST(FactText, AnAnswerThatCameWhileTheRequestWaitedIsNew) {
  test::Known known = test::NoPtr();
  known.second.learnt = test::Now() + seconds{2};
  EXPECT_EQ(Describe({}, known.first, known.second, test::Now()).age, seconds{0});
}

TEST(FactText, AKeyInAZoneStaysHidden) {
  const std::string zone = "abcdefghijklmnopqrstuvwxyz.zen.dq.spamhaus.net";
  EXPECT_EQ(Told(test::WithZones({zone}), test::Listed(zone)).list, "zen.dq.spamhaus.net");
  EXPECT_EQ(Told({}, test::Listed(zone)).list, "zen.dq.spamhaus.net") << "of a list that is no longer asked, too";
  EXPECT_EQ(Told({}, test::Listed("sh0rt.paid.example")).list, "*.paid.example") << "which hid it by dnsbl.names";
  const FactText name = Describe({}, Question::NameList("bad.example", zone), test::Absent(), test::Now());
  EXPECT_EQ(name.About(), "bad.example in zen.dq.spamhaus.net");
}

// The journal keeps it.
TEST(FactText, CutsTheTextsOfStrangers) {
  const Fact fact = Fact::Present(Texts{.whole = {std::string(4000, 'x'), "v=spf1 -all"}, .begun = {}});
  const FactText text = Describe(Policy(), Question::NameTexts("sender.example"), fact, test::Now());
  ASSERT_EQ(text.records.size(), 2U);
  EXPECT_EQ(text.records[0], std::string(255, 'x') + "...");
  EXPECT_EQ(text.records[1], "v=spf1 -all");
}

}  // namespace
}  // namespace rules
