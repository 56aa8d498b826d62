#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rules/evaluate.h"
#include "tests/support/rule_words.h"

namespace rules::preparation_test {

using support::Known;
using support::Listed;
using support::Mail;
using support::NoPtr;
using support::NotListed;
using support::Now;
using support::Present;
using Step = Preparation::Step;

Facts OfPeople() {
  Facts facts;
  for (const Question::Kind kind : kPeopleKinds) facts.Add(kind, Present(ListMatches{}));
  return facts;
}

ClientAssessment Assessed(const Policy& policy, const std::vector<Known>& dns) {
  Facts facts;
  for (const auto& [question, fact] : dns) facts.Add(question, fact);
  return Assess(policy, {}, support::Client(), facts);
}

TEST(Preparation, PeopleAreAskedThenTheClientThenTheGreylistAsEvaluateWould) {
  const Policy policy = support::WithZones({"zen.example*8"});
  EXPECT_EQ(NextPreparation(policy, Mail(), {}, nullptr).step, Step::kPeople);
  EXPECT_EQ(NextPreparation(policy, Mail(), OfPeople(), nullptr).step, Step::kClient);
  const ClientAssessment client = Assessed(policy, {NoPtr(), NotListed("zen.example")});
  const Preparation next = NextPreparation(policy, Mail(), OfPeople(), &client);
  EXPECT_EQ(next.step, Step::kGreylist);
  EXPECT_FALSE(next.questions.empty());
  EXPECT_EQ(next.questions, Evaluate(policy, {}, Mail(), OfPeople(), Now(), &client).open);
}

TEST(Preparation, WherePeopleHaveSpokenDnsIsNotPrepared) {
  Facts with_entry;
  with_entry.Add(Question::Kind::kClientEntries, Present(ListMatches{.entries = {ListEntry{}}}));
  for (const Question::Kind kind : kPeopleKinds) with_entry.Add(kind, Present(ListMatches{}));
  EXPECT_EQ(NextPreparation({}, Mail(), with_entry, nullptr).step, Step::kNone);
}

struct NoFactCase {
  const char* name;
  void (*change)(Request&);
};

class NoFactTest : public testing::TestWithParam<NoFactCase> {};

TEST_P(NoFactTest, NothingIsAskedAndTheVerdictIsThere) {
  Policy policy = support::WithZones({"zen.example*8"});
  policy.own_networks = {*Network::Parse("10.0.0.0/8")};
  ASSERT_TRUE(NeedsFacts(policy, Mail()));
  Request request = Mail();
  GetParam().change(request);
  EXPECT_FALSE(NeedsFacts(policy, request));
  EXPECT_EQ(NextPreparation(policy, request, {}, nullptr).step, Step::kNone);
  EXPECT_TRUE(Evaluate(policy, {}, request, {}, Now()).verdict);
}

INSTANTIATE_TEST_SUITE_P(
    Requests, NoFactTest,
    testing::Values(NoFactCase{"authenticated", [](Request& request) { request.sasl_username = "user"; }},
                    NoFactCase{"own_network", [](Request& request) { request.client = IpAddress::Parse("10.1.2.3"); }},
                    NoFactCase{"no_client", [](Request& request) { request.client.reset(); }},
                    NoFactCase{"vrfy", [](Request& request) { request.state = ProtocolState::kVrfy; }},
                    NoFactCase{"etrn", [](Request& request) { request.state = ProtocolState::kEtrn; }}),
    [](const auto& row) { return row.param.name; });

struct NoneCase {
  const char* name;
  std::vector<Known> dns;
  ProtocolState state;
};

class NoGreylistTest : public testing::TestWithParam<NoneCase> {};

// Each is decided without the greylist.
TEST_P(NoGreylistTest, IsPrepared) {
  const Policy policy = support::WithZones({"zen.example*8"});
  Request request = Mail();
  request.state = GetParam().state;
  if (request.state != ProtocolState::kRcpt) request.recipient.clear();
  const ClientAssessment client = Assessed(policy, GetParam().dns);
  EXPECT_TRUE(Evaluate(policy, {}, request, OfPeople(), Now(), &client).verdict);
  EXPECT_EQ(NextPreparation(policy, request, OfPeople(), &client).step, Step::kNone);
}

INSTANTIATE_TEST_SUITE_P(
    Clients, NoGreylistTest,
    testing::Values(NoneCase{"clean",
                             {support::Ptr({"mail.sender.example"}),
                              support::Forward("mail.sender.example", support::kClient), NotListed("zen.example")},
                             ProtocolState::kRcpt},
                    NoneCase{"deferred", {NoPtr(), Listed("zen.example")}, ProtocolState::kRcpt},
                    NoneCase{"at_data_for_several", {NoPtr(), NotListed("zen.example")}, ProtocolState::kData}),
    [](const auto& row) { return row.param.name; });

}  // namespace rules::preparation_test
