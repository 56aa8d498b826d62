#include "rules/client/reverse_dns.h"

#include <gtest/gtest.h>

#include "tests/support/rule_words.h"

namespace rules::reverse_dns_test {

using support::BlamesName;
using support::Forward;
using support::Known;
using support::NoPtr;
using support::Ptr;
using support::Unavailable;

struct Case {
  const char* name;
  std::vector<Known> facts;
  std::optional<ReverseDns> want;
  std::string want_name;
  std::vector<Question> want_open;
};

Question Asks(const char* host) {
  return Question::Forward(host);
}
const Known kTwo = Ptr({"a.example", "b.example"});
const Known kFails = {Question::Forward("b.example"), Unavailable()};

class ReverseDnsTest : public testing::TestWithParam<Case> {};

TEST_P(ReverseDnsTest, ComesFromPtrAndForwardFacts) {
  Facts facts;
  for (const auto& [question, fact] : GetParam().facts) facts.Add(question, fact);
  const ReverseDnsView got = ViewReverseDns(support::Client(), facts);
  EXPECT_EQ(got.state, GetParam().want);
  EXPECT_EQ(got.name, GetParam().want_name);
  EXPECT_EQ(got.open, GetParam().want_open);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ReverseDnsTest,
    testing::Values(Case{"nothing_known", {}, {}, "", {Question::Ptr()}},
                    Case{"no_ptr", {NoPtr()}, ReverseDns::kNoPtr, "", {}},
                    Case{"an_empty_set_is_no_ptr", {Ptr({})}, ReverseDns::kNoPtr, "", {}},
                    Case{"ptr_unavailable", {{Question::Ptr(), Unavailable()}}, ReverseDns::kUnavailable, "", {}},
                    Case{"the_first_name_is_asked_alone", {kTwo}, {}, "a.example", {Asks("a.example")}},
                    Case{"the_first_name_confirms",
                         {kTwo, Forward("a.example", support::kClient)},
                         ReverseDns::kConfirmed,
                         "a.example",
                         {}},
                    Case{"then_the_others", {kTwo, Forward("a.example", "")}, {}, "a.example", {Asks("b.example")}},
                    Case{"the_second_name_confirms",
                         {kTwo, Forward("a.example", ""), Forward("b.example", support::kClient)},
                         ReverseDns::kConfirmed,
                         "b.example",
                         {}},
                    Case{"a_later_name_waits_for_an_earlier_one",
                         {kTwo, Forward("b.example", support::kClient)},
                         {},
                         "a.example",
                         {Asks("a.example")}},
                    Case{"one_that_confirms_outweighs_one_that_fails",
                         {kTwo, kFails, Forward("a.example", support::kClient)},
                         ReverseDns::kConfirmed,
                         "a.example",
                         {}},
                    Case{"none_resolves",
                         {kTwo, Forward("a.example", ""), Forward("b.example", "")},
                         ReverseDns::kNoForward,
                         "a.example",
                         {}},
                    Case{"one_resolves_elsewhere",
                         {kTwo, Forward("a.example", ""), Forward("b.example", "192.0.2.1")},
                         ReverseDns::kMismatch,
                         "a.example",
                         {}},
                    Case{"one_fails_that_could_confirm",
                         {kTwo, Forward("a.example", "192.0.2.1"), kFails},
                         ReverseDns::kUnavailable,
                         "a.example",
                         {}}),
    [](const auto& row) { return row.param.name; });

Known Cut(Known known) {
  known.second.is_cut = true;
  return known;
}

TEST(ReverseDns, WhatWasCutOffAnAnswerContradictsNobody) {
  const std::string other = "192.0.2.1", own(support::kClient);
  const auto state_of = [](const std::vector<Known>& known) {
    Facts facts;
    for (const auto& [question, fact] : known) facts.Add(question, fact);
    const ReverseDnsView view = ViewReverseDns(support::Client(), facts);
    EXPECT_FALSE(view.blames_name);
    return view.state;
  };
  EXPECT_EQ(state_of({Ptr({"a.example"}), Cut(Forward("a.example", other))}), ReverseDns::kUnavailable);
  EXPECT_EQ(state_of({Ptr({"a.example"}), Cut(Forward("a.example", own))}), ReverseDns::kConfirmed);
  EXPECT_EQ(state_of({Cut(Ptr({"a.example"})), Forward("a.example", other)}), ReverseDns::kUnavailable);
  EXPECT_EQ(state_of({Cut(Ptr({"a.example"})), Forward("a.example", "")}), ReverseDns::kUnavailable);
  EXPECT_EQ(state_of({Cut(Ptr({"a.example"})), Forward("a.example", own)}), ReverseDns::kConfirmed);
}

TEST(ReverseDns, BlamesTheNameOnlyWhereTheServerAnswersOthers) {
  Facts dead;
  dead.Add(Question::Ptr(), Unavailable());
  EXPECT_FALSE(ViewReverseDns(support::Client(), dead).blames_name);
  Facts silent;
  silent.Add(Question::Ptr(), BlamesName());
  EXPECT_TRUE(ViewReverseDns(support::Client(), silent).blames_name);
}

}  // namespace rules::reverse_dns_test
