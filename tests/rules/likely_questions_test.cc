#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rules/evaluate.h"
#include "tests/support/rule_words.h"

namespace rules {
namespace {

using test::Known;
using test::Listed;
using test::Mail;
using test::NoPtr;
using test::NotListed;
using test::Now;
using test::Present;

Facts OfPeople() {
  Facts facts;
  for (const Question::Kind kind : kPeopleKinds) facts.Add(kind, Present(ListMatches{}));
  return facts;
}

ClientAssessment Assessed(const Policy& policy, const std::vector<Known>& dns) {
  Facts facts;
  for (const auto& [question, fact] : dns) facts.Add(question, fact);
  return Assess(policy, {}, test::Client(), facts);
}

TEST(LikelyQuestions, AreThoseThatEvaluateAsksNext) {
  const Policy policy = test::WithZones({"zen.example*8"});
  const ClientAssessment client = Assessed(policy, {NoPtr(), NotListed("zen.example")});
  const std::vector<Question> likely = LikelyQuestions(policy, Mail(), client);
  EXPECT_FALSE(likely.empty());
  EXPECT_EQ(likely, Evaluate(policy, {}, Mail(), OfPeople(), Now(), &client).open);
}

struct NoneCase {
  const char* name;
  std::vector<Known> dns;
  ProtocolState state;
};

class NoLikelyQuestionTest : public testing::TestWithParam<NoneCase> {};

// Each is decided without the greylist.
TEST_P(NoLikelyQuestionTest, IsAsked) {
  const Policy policy = test::WithZones({"zen.example*8"});
  Request request = Mail();
  request.state = GetParam().state;
  if (request.state != ProtocolState::kRcpt) request.recipient.clear();
  const ClientAssessment client = Assessed(policy, GetParam().dns);
  EXPECT_TRUE(Evaluate(policy, {}, request, OfPeople(), Now(), &client).verdict);
  EXPECT_EQ(LikelyQuestions(policy, request, client), std::vector<Question>());
}

INSTANTIATE_TEST_SUITE_P(
    Clients, NoLikelyQuestionTest,
    testing::Values(NoneCase{"clean",
                             {test::Ptr({"mail.sender.example"}), test::Forward("mail.sender.example", test::kClient),
                              NotListed("zen.example")},
                             ProtocolState::kRcpt},
                    NoneCase{"deferred", {NoPtr(), Listed("zen.example")}, ProtocolState::kRcpt},
                    NoneCase{"at_data_for_several", {NoPtr(), NotListed("zen.example")}, ProtocolState::kData}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace rules
