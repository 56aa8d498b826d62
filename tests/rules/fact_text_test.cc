#include "rules/fact_text.h"

#include <gtest/gtest.h>

#include "tests/support/rule_words.h"

namespace rules::fact_text_test {

FactText Told(const Policy& policy, support::Known known) {
  known.second.learnt = support::Now() - seconds{60};
  return Describe(policy, known.first, known.second, support::Now());
}

TEST(FactText, SaysWhatWasAskedAndAnsweredAndHowOldItIs) {
  const FactText ptr = Told({}, support::Ptr({"mail.example.com", "www.example.com"}));
  EXPECT_EQ(ptr.asked, "ptr");
  EXPECT_EQ(ptr.About(), "");
  EXPECT_EQ(ptr.answer, "present");
  EXPECT_EQ(ptr.records, (std::vector<std::string>{"mail.example.com", "www.example.com"}));
  EXPECT_EQ(ptr.age, seconds{60});

  const FactText forward = Told({}, support::Forward("mail.example.com", "192.0.2.1"));
  EXPECT_EQ(forward.About(), "mail.example.com");
  EXPECT_EQ(forward.records, std::vector<std::string>{"192.0.2.1"});
  EXPECT_EQ(Told({}, support::NoPtr()).answer, "absent");
}

TEST(FactText, AnAnswerThatNeverCameHasNoAge) {
  EXPECT_EQ(Describe({}, Question::Ptr(), Fact::Unavailable(), support::Now()).age, std::nullopt);
  EXPECT_EQ(Describe({}, Question::Ptr(), Fact::Unavailable(), support::Now()).answer, "unavailable");
}

TEST(FactText, AnAnswerThatCameWhileTheRequestWaitedIsNew) {
  support::Known known = support::NoPtr();
  known.second.learnt = support::Now() + seconds{2};
  EXPECT_EQ(Describe({}, known.first, known.second, support::Now()).age, seconds{0});
}

TEST(FactText, AKeyInAZoneStaysHidden) {
  const std::string zone = "abcdefghijklmnopqrstuvwxyz.zen.dq.spamhaus.net";
  EXPECT_EQ(Told(support::WithZones({zone}), support::Listed(zone)).list, "zen.dq.spamhaus.net");
  EXPECT_EQ(Told({}, support::Listed(zone)).list, "zen.dq.spamhaus.net") << "of a list that is no longer asked, too";
  EXPECT_EQ(Told({}, support::Listed("sh0rt.paid.example")).list, "*.paid.example") << "which hid it by dnsbl.names";
  const FactText name = Describe({}, Question::NameList("bad.example", zone), support::Absent(), support::Now());
  EXPECT_EQ(name.About(), "bad.example in zen.dq.spamhaus.net");
}

// The journal keeps it.
TEST(FactText, CutsTheTextsOfStrangers) {
  const Fact fact = Fact::Present(Texts{.whole = {std::string(4000, 'x'), "v=spf1 -all"}, .begun = {}});
  const FactText text = Describe(Policy(), Question::NameTexts("sender.example"), fact, support::Now());
  ASSERT_EQ(text.records.size(), 2U);
  EXPECT_EQ(text.records[0], std::string(255, 'x') + "...");
  EXPECT_EQ(text.records[1], "v=spf1 -all");
}

}  // namespace rules::fact_text_test
