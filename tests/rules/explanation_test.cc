#include "rules/explanation.h"

#include <gtest/gtest.h>

#include "tests/support/rule_words.h"

namespace rules::explanation_test {

std::vector<std::string> Sentences(const Policy& policy, const Request& request, const Verdict& verdict) {
  std::vector<std::string> sentences;
  for (const Statement& remedy : WhatWouldChange(policy, request, verdict)) {
    sentences.push_back(InEnglish(remedy, RemedyRows()));
  }
  return sentences;
}

TEST(Explanation, BandsAreNamedWithTheirLimits) {
  Treatment treatment;
  EXPECT_EQ(PrintBands(treatment), "tag from 1; greylist from 3; defer from 8; reject off");
  treatment.actions.defer = Action::kDiscard;
  EXPECT_EQ(PrintBands(treatment), "tag from 1; greylist from 3; discard from 8 (defer); reject off");
}

TEST(Explanation, EverySignalThatSpeaksAgainstHasARemedy) {
  const Policy policy = support::WithZones({});
  for (std::size_t kind = 0; kind < kSignalKinds; ++kind) {
    Verdict verdict;
    verdict.action = Action::kDefer;
    verdict.signals = {{static_cast<SignalKind>(kind), {40}, "zen.example", "name.example"}};
    const auto got = Sentences(policy, support::Mail(), verdict);
    ASSERT_EQ(got.size(), 2U) << Name(static_cast<SignalKind>(kind));
    EXPECT_NE(got[0].find("(4 points)"), std::string::npos) << got[0];
    EXPECT_EQ(got[1], "an entry here: sekimorictl whitelist add 203.0.113.45");
  }
}

TEST(Explanation, AConfirmedNameIsTheEntryToAdd) {
  Verdict verdict;
  verdict.action = Action::kGreylist;
  verdict.wait = seconds{180};
  verdict.reverse_dns = ReverseDns::kConfirmed;
  verdict.name = "mail.sender.example";
  const auto got = Sentences(support::WithZones({}), support::Mail(), verdict);
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0], "sending the same mail again in 3m or later, within 2d");
  EXPECT_EQ(got[1], "an entry here: sekimorictl whitelist add mail.sender.example");
}

// Somebody else has the name tomorrow.
TEST(Explanation, ADynamicNameIsTheAddress) {
  Verdict verdict;
  verdict.action = Action::kGreylist;
  verdict.reverse_dns = ReverseDns::kConfirmed;
  verdict.name = "203-0-113-45.adsl.sender.example";
  const auto got = Sentences(support::WithZones({}), support::Mail(), verdict);
  EXPECT_EQ(got.back(), "an entry here: sekimorictl whitelist add 203.0.113.45 --expires 90d");
}

TEST(Explanation, AnEntryOfPeopleIsNamed) {
  Verdict verdict;
  verdict.entry = support::Entry(ListKind::kWhitelist, "192.0.2.1");
  const auto got = Sentences(support::WithZones({}), support::Mail(), verdict);
  EXPECT_EQ(got, std::vector<std::string>{"removing the entry: sekimorictl whitelist remove 192.0.2.1"});
}

// A page words it in its own language.
TEST(Explanation, IsAValueWithWhatItIsAbout) {
  Verdict verdict;
  verdict.action = Action::kGreylist;
  verdict.wait = seconds{180};
  verdict.signals = {{SignalKind::kDnsbl, {80}, "{client}.example", ""}};
  const auto got = WhatWouldChange(support::WithZones({}), support::Mail(), verdict);
  ASSERT_EQ(got.size(), 3U);
  EXPECT_EQ(got[0].kind, "remedy.send_again");
  EXPECT_EQ(got[0].about.front().second, Statement::Value(seconds{180}));
  EXPECT_EQ(Worded("{list} {points} {list}{nothing}", got[1]), "{client}.example 8 {client}.example")
      << "what is filled in is not filled again";
}

TEST(Explanation, NothingStandsAgainstACleanMail) {
  EXPECT_TRUE(WhatWouldChange(support::WithZones({}), support::Mail(), Verdict{}).empty());
}

}  // namespace rules::explanation_test
