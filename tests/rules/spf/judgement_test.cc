// When SPF is asked about a mail, and what it brings: through Evaluate, which alone decides that.
#include "rules/spf/judgement.h"

#include <gtest/gtest.h>

#include "tests/support/rule_words.h"

namespace rules::judgement_test {

using support::Known;

constexpr const char* kCloud = "ec2-203-0-113-45.compute-1.amazonaws.com";  // 1 point: a fail makes it wait
constexpr const char* kOwn = "mail.sender.example";

Known Txt(const char* name, const char* record) {
  return {Question::NameTexts(name), Fact::Present(Texts{.whole = {record}, .begun = {}})};
}

Policy Asking() {
  Policy policy = support::WithZones({});
  policy.spf.check = SpfUse::kWhenNeeded;
  return policy;
}

struct Mail {
  std::string name = kCloud;
  Request request = support::Mail();
  Policy policy = Asking();
};

struct Judged {
  Verdict verdict;
  std::vector<std::string> asked;  // of SPF
};

// What is not among `dns` does not exist.
Judged Judge(const Mail& mail, const std::vector<Known>& dns) {
  std::vector<Known> known = {support::Ptr({mail.name}), support::Forward(mail.name, support::kClient)};
  if (mail.name.empty()) known = {support::NoPtr()};
  Facts facts = support::FactsOf(known);
  Fact no_name = support::Absent();
  no_name.is_no_name = true;
  Judged judged;
  for (;;) {
    Outcome outcome = Evaluate(mail.policy, {}, mail.request, facts, support::Now());
    if (outcome.verdict) {
      judged.verdict = *std::move(outcome.verdict);
      return judged;
    }
    for (const Question& question : outcome.open) {
      if (question.kind == Question::Kind::kNameTexts) judged.asked.push_back(question.name);
      const auto found = std::ranges::find_if(dns, [&](const Known& one) { return one.first == question; });
      facts.Add(question, found == dns.end() ? no_name : found->second);
    }
  }
}

std::string SignalsOf(const Judged& judged) {
  std::string text;
  for (const Signal& signal : judged.verdict.signals) {
    text += (text.empty() ? "" : " ") + std::string(Name(signal.kind)) + ":" + PrintPoints(signal.points);
  }
  return text;
}

TEST(SpfJudgement, OfACleanClientNothingIsAsked) {
  const Judged judged = Judge({.name = kOwn}, {Txt("sender.example", "v=spf1 -all")});
  EXPECT_EQ(judged.verdict.action, Action::kPass);
  EXPECT_TRUE(judged.asked.empty());
  EXPECT_FALSE(judged.verdict.spf);
}

TEST(SpfJudgement, AlwaysAsksOfACleanClientToo) {
  Mail mail{.name = kOwn};
  mail.policy.spf.check = SpfUse::kAlways;
  const Judged judged = Judge(mail, {Txt("sender.example", "v=spf1 ip4:203.0.113.45 -all")});
  EXPECT_EQ(judged.verdict.action, Action::kPass);
  EXPECT_EQ(judged.verdict.spf, (SpfSeen{SpfIdentity::kMailFrom, SpfResult::kPass}));
  const Judged fails = Judge(mail, {Txt("sender.example", "v=spf1 -all")});
  EXPECT_EQ(fails.verdict.action, Action::kPass) << "forwarded mail fails, too";
  EXPECT_EQ(SignalsOf(fails), "");
  EXPECT_EQ(fails.verdict.spf, (SpfSeen{SpfIdentity::kMailFrom, SpfResult::kFail}));
  mail.policy.points = {};
  EXPECT_EQ(Judge(mail, {}).verdict.spf, (SpfSeen{SpfIdentity::kMailFrom, SpfResult::kNone})) << "for the header";
}

TEST(SpfJudgement, OffAsksNothing) {
  Mail mail;
  mail.policy.spf.check = SpfUse::kOff;
  EXPECT_TRUE(Judge(mail, {}).asked.empty());
}

TEST(SpfJudgement, IsAskedOnlyWhereItCouldChangeTheAction) {
  const std::vector<Known> fails = {Txt("sender.example", "v=spf1 -all")};
  const Judged none = Judge({.name = ""}, fails);  // 4 points and 3 are greylisted, as 4 are
  EXPECT_EQ(none.verdict.action, Action::kGreylist);
  EXPECT_TRUE(none.asked.empty());

  const Judged judged = Judge({}, fails);
  EXPECT_EQ(judged.verdict.action, Action::kGreylist);
  EXPECT_EQ(judged.verdict.reason, Reason::kSpf);
  EXPECT_EQ(SignalsOf(judged), "spf_fail:3 cloud_name:1");
  EXPECT_EQ(judged.verdict.signals[0].detail, "sender.example");
}

struct Case {
  const char* name;
  std::vector<Known> dns;
  std::string signals;
  SpfResult seen;
};

class SpfResultTest : public testing::TestWithParam<Case> {};

TEST_P(SpfResultTest, BringsItsPoints) {
  Mail mail;
  mail.policy.points[static_cast<std::size_t>(SignalKind::kSpfPermerror)] = Points{20};
  const Judged judged = Judge(mail, GetParam().dns);
  EXPECT_EQ(SignalsOf(judged), GetParam().signals);
  ASSERT_TRUE(judged.verdict.spf);
  EXPECT_EQ(judged.verdict.spf->result, GetParam().seen);
}

INSTANTIATE_TEST_SUITE_P(
    Results, SpfResultTest,
    testing::Values(
        Case{"fail", {Txt("sender.example", "v=spf1 -all")}, "spf_fail:3 cloud_name:1", SpfResult::kFail},
        Case{"softfail", {Txt("sender.example", "v=spf1 ~all")}, "cloud_name:1 spf_softfail:1", SpfResult::kSoftfail},
        Case{"permerror", {Txt("sender.example", "v=spf1 x")}, "spf_permerror:2 cloud_name:1", SpfResult::kPermerror},
        Case{"neutral", {Txt("sender.example", "v=spf1 ?all")}, "cloud_name:1", SpfResult::kNeutral},
        Case{"none", {}, "cloud_name:1", SpfResult::kNone},
        Case{"pass", {Txt("sender.example", "v=spf1 ip4:203.0.113.45")}, "cloud_name:1", SpfResult::kPass},
        Case{"pass_for_anybody", {Txt("sender.example", "v=spf1 +all")}, "cloud_name:1", SpfResult::kNone},
        Case{"temperror",
             {{Question::NameTexts("sender.example"), Fact::Unavailable()}},
             "cloud_name:1",
             SpfResult::kTemperror},
        Case{"too_many_voids_cost_nothing",
             {Txt("sender.example", "v=spf1 a:a.example a:b.example a:c.example -all")},
             "cloud_name:1",
             SpfResult::kPermerror},
        Case{"helo", {Txt("mail.sender.example", "v=spf1 -all")}, "helo_spf_fail:3 cloud_name:1", SpfResult::kNone},
        Case{"both_count_once",
             {Txt("sender.example", "v=spf1 -all"), Txt("mail.sender.example", "v=spf1 -all")},
             "spf_fail:3 cloud_name:1",
             SpfResult::kFail},
        Case{"helo_softfail", {Txt("mail.sender.example", "v=spf1 ~all")}, "cloud_name:1", SpfResult::kNone}),
    [](const auto& row) { return row.param.name; });

TEST(SpfJudgement, OfABounceTheHeloNameIsJudged) {
  Mail mail;
  mail.request.sender.clear();
  const Judged judged = Judge(mail, {Txt("mail.sender.example", "v=spf1 -all")});
  EXPECT_EQ(SignalsOf(judged), "helo_spf_fail:3 cloud_name:1");
  EXPECT_EQ(judged.verdict.spf, (SpfSeen{SpfIdentity::kHelo, SpfResult::kFail}));
}

TEST(SpfJudgement, ForwardersAreNotJudged) {
  const std::vector<Known> fails = {Txt("sender.example", "v=spf1 -all")};
  const auto with = [&](SpfForwarder forwarder) {
    Mail mail;
    mail.policy.spf.check = SpfUse::kAlways;
    mail.policy.spf.forwarders = {std::move(forwarder)};
    return Judge(mail, fails);
  };
  for (const auto& known : {SpfForwarder{.network = *Network::Parse("203.0.113.0/24")}, SpfForwarder{.name = kCloud},
                            SpfForwarder{.name = ".amazonaws.com"}}) {
    const Judged judged = with(known);
    EXPECT_EQ(SignalsOf(judged), "cloud_name:1") << known.name;
    EXPECT_TRUE(judged.asked.empty()) << known.name;
    EXPECT_FALSE(judged.verdict.spf) << known.name;
  }
  EXPECT_EQ(SignalsOf(with({.name = "amazonaws.com"})), "spf_fail:3 cloud_name:1") << "that very name";
}

}  // namespace rules::judgement_test
