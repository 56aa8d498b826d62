#include "policyd/serve/shadow.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "tests/support/rule_words.h"
#include "tests/support/temp_directory.h"

namespace policyd::serve::shadow_test {

using rules::Action;
using rules::Question;

class HeldServices : public InquiryServices {
 public:
  void Ask(std::optional<std::uint64_t> inquiry, const rules::IpAddress&, const Question& question,
           runtime::Deadline) override {
    asked.emplace_back(inquiry.value(), question);
  }
  bool Record(cache::RecordWrite write) override {
    recorded.push_back(std::move(write));
    return true;
  }
  void WakeAt(std::uint64_t, runtime::Deadline) override {}

  std::vector<std::pair<std::uint64_t, Question>> asked;
  std::vector<cache::RecordWrite> recorded;
};

class ShadowTest : public testing::Test {
 protected:
  ShadowTest() {
    auto opened =
        cache::Stores::OpenForDaemon({.directory = directory_ / "store", .max_size = std::uint64_t{64} << 20});
    stores_ = std::get<std::unique_ptr<cache::Stores>>(std::move(opened));
  }

  // Our verdict on a client about whom DNS says this; the Inquiry is gone when the shadow decides.
  void Decide(rules::Policy ours, const std::vector<support::Known>& known, rules::Policy shadow) {
    const InquiryView view{.policy = std::make_shared<const rules::Policy>(std::move(ours)),
                           .health = std::make_shared<const rules::Health>(),
                           .secret = stores_->secret(),
                           .now = support::Now(),
                           .began = {},
                           .close_at = runtime::Deadline{} + std::chrono::hours{1},
                           .answer_at = runtime::Deadline{} + std::chrono::hours{1}};
    StoreReader store_reader(*stores_, nullptr);
    HeldServices services;
    MailContext message;
    const rules::Request request = support::Mail();
    Inquiry inquiry(7, request, view, store_reader, services, message, nullptr);
    inquiry.Start();
    for (const auto& [question, fact] : known) inquiry.Answer(question, fact);
    inquiry.Written(true);
    ASSERT_TRUE(inquiry.finished());
    shadows_.emplace(*stores_, services_, counts_);
    shadows_->Add(inquiry, std::make_shared<const rules::Policy>(std::move(shadow)), std::chrono::seconds{4});
    EXPECT_TRUE(services_.asked.empty()) << "nothing is asked before the answer is out";
  }

  std::uint64_t Counted(Action ours, Action shadow) const {
    return counts_.shadow_verdicts[metrics::Index(ours)][metrics::Index(shadow)].get();
  }

  support::TempDirectory directory_;
  std::unique_ptr<cache::Stores> stores_;
  HeldServices services_;
  metrics::RequestCounts counts_;
  std::optional<Shadows> shadows_;
};

rules::Policy Strict() {
  rules::Policy policy = support::WithZones({});
  policy.points[static_cast<std::size_t>(rules::SignalKind::kNoPtr)] = {90};
  return policy;
}

TEST_F(ShadowTest, WhereBothAgreeNothingIsKept) {
  Decide(support::WithZones({}), {support::NoPtr()}, support::WithZones({}));
  shadows_->BeforeSleep();
  EXPECT_EQ(Counted(Action::kGreylist, Action::kGreylist), 1U);
  EXPECT_TRUE(services_.recorded.empty());
}

TEST_F(ShadowTest, ADifferenceGoesToTheRowOfOurVerdictAndNothingElseIsRemembered) {
  Decide(support::WithZones({}), {support::NoPtr()}, Strict());
  shadows_->BeforeSleep();
  EXPECT_EQ(Counted(Action::kGreylist, Action::kDefer), 1U);
  ASSERT_EQ(services_.recorded.size(), 1U);
  const cache::RecordWrite& write = services_.recorded.front();
  EXPECT_TRUE(write.triplets.empty());
  EXPECT_FALSE(write.auto_whitelist_key);
  ASSERT_TRUE(write.journal);
  EXPECT_EQ(write.journal->action, "greylist");
  EXPECT_EQ(write.journal->shadow, "defer; score=9.0; signals=no_ptr:9");
  EXPECT_EQ(write.journal->times, 0U) << "it is no other try";
  EXPECT_TRUE(services_.asked.empty()) << "all is known";
}

TEST_F(ShadowTest, WhatOnlyTheShadowNeedsIsAskedInTheBackground) {
  const std::string name = "mail.sender.example";
  Decide(support::WithZones({}), {support::Ptr({name}), support::Forward(name, support::kClient)},
         support::WithZones({"bl.example*8"}));
  shadows_->BeforeSleep();
  ASSERT_EQ(services_.asked.size(), 1U);
  const auto [number, question] = services_.asked.front();
  EXPECT_TRUE(Shadows::IsShadow(number));
  EXPECT_EQ(question, Question::List("bl.example"));
  EXPECT_TRUE(services_.recorded.empty());

  const rules::Fact listed = support::Listed("bl.example").second;
  shadows_->Bring(number, [&](Inquiry& inquiry) { inquiry.Answer(Question::List("bl.example"), listed); });
  EXPECT_EQ(Counted(Action::kPass, Action::kDefer), 1U);
  ASSERT_EQ(services_.recorded.size(), 1U);
  EXPECT_EQ(services_.recorded.front().journal->action, "pass");
  EXPECT_EQ(services_.recorded.front().journal->times, 1U) << "a plain pass has no row yet";
  EXPECT_NE(services_.recorded.front().journal->reference, rules::Reference{});

  shadows_->Bring(number, [](Inquiry&) { FAIL() << "it is decided"; });
}

TEST_F(ShadowTest, AGreylistOfTheShadowThatHasToWaitForNothingWaitsForNothing) {
  rules::Policy lenient = support::WithZones({});
  lenient.points[static_cast<std::size_t>(rules::SignalKind::kNoPtr)] = {};
  Decide(lenient, {support::NoPtr()}, support::WithZones({}));
  shadows_->BeforeSleep();
  EXPECT_EQ(Counted(Action::kPass, Action::kGreylist), 1U);
}

TEST_F(ShadowTest, WhatItDoesNotHearInTimeCountsAsUnknown) {
  const std::string name = "mail.sender.example";
  Decide(support::WithZones({}), {support::Ptr({name}), support::Forward(name, support::kClient)},
         support::WithZones({"bl.example*8"}));
  shadows_->BeforeSleep();
  ASSERT_EQ(services_.asked.size(), 1U);
  shadows_->Bring(services_.asked.front().first, [](Inquiry& inquiry) { inquiry.OnTime(inquiry.view().close_at); });
  EXPECT_EQ(Counted(Action::kPass, Action::kPass), 1U);
}

}  // namespace policyd::serve::shadow_test
