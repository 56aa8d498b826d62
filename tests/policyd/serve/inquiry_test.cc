#include "policyd/serve/inquiry.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "tests/support/rule_words.h"
#include "tests/support/temp_directory.h"

namespace policyd::serve::inquiry_test {

using rules::Question;
using support::Forward;
using support::Known;
using support::Ptr;

// Holds what an Inquiry asks and records until the test answers.
class HeldServices : public InquiryServices {
 public:
  void Ask(std::optional<std::uint64_t> inquiry, const rules::IpAddress&, const Question& question,
           runtime::Deadline) override {
    (inquiry ? asked : refreshed).push_back(question);
  }
  bool Record(cache::RecordWrite write) override {
    if (is_full) return false;
    recorded.push_back(std::move(write));
    return true;
  }
  void WakeAt(std::uint64_t, runtime::Deadline when) override { wakes.push_back(when); }

  bool DnsHasWorkedSince(runtime::Deadline when) const override { return worked && *worked >= when; }

  std::optional<runtime::Deadline> worked;  // when DNS did, last
  std::vector<Question> asked;
  std::vector<Question> refreshed;  // nobody waits
  std::vector<cache::RecordWrite> recorded;
  std::vector<runtime::Deadline> wakes;
  bool is_full = false;
};

class InquiryTest : public testing::Test {
 protected:
  InquiryTest() {
    auto opened =
        cache::Stores::OpenForDaemon({.directory = directory_ / "store", .max_size = std::uint64_t{64} << 20});
    stores_ = std::get<std::unique_ptr<cache::Stores>>(std::move(opened));
    store_reader_.emplace(*stores_, nullptr);
  }

  Inquiry& Begin(rules::Request request = support::Mail()) {
    const InquiryView view{.policy = std::make_shared<const rules::Policy>(policy_),
                           .health = std::make_shared<const rules::Health>(health_),
                           .secret = stores_->secret(),
                           .now = support::Now(),
                           .close_at = began_ + std::chrono::milliseconds{3700},
                           .answer_at = began_ + std::chrono::milliseconds{4000}};
    request_ = std::move(request);
    inquiry_ = std::make_unique<Inquiry>(7, request_, view, *store_reader_, services_, message_, nullptr);
    inquiry_->Start();
    return *inquiry_;
  }

  void Store(const Known& known, rules::TimePoint until) {
    auto [question, fact] = known;
    fact.until = until;
    const auto transaction = std::move(*cache::WriteTransaction::Begin(*stores_->facts_environment()));
    ASSERT_TRUE(stores_->facts()->Put(*transaction, support::Client(), {{question, fact}}, rules::TimePoint{}));
    ASSERT_TRUE(transaction->Commit());
    store_reader_->Reset();
  }

  support::TempDirectory directory_;
  std::unique_ptr<cache::Stores> stores_;
  std::optional<StoreReader> store_reader_;
  HeldServices services_;
  MailContext message_;
  rules::Policy policy_ = support::WithZones({});
  rules::Health health_;
  const runtime::Deadline began_{};
  rules::Request request_;
  std::unique_ptr<Inquiry> inquiry_;
};

const std::string kName = "mail.sender.example";
const Known kPtr = Ptr({kName});
const Known kForward = Forward(kName, support::kClient);

TEST_F(InquiryTest, AsksEachQuestionOnceAndAnswersWhenTheAnswersAreThere) {
  Inquiry& inquiry = Begin();
  EXPECT_EQ(services_.asked, std::vector{Question::Ptr()});
  inquiry.Answer(kPtr.first, kPtr.second);
  EXPECT_EQ(services_.asked, (std::vector{Question::Ptr(), Question::Forward(kName)}));
  inquiry.Answer(kPtr.first, kPtr.second);
  ASSERT_FALSE(inquiry.finished());
  inquiry.Answer(kForward.first, kForward.second);
  ASSERT_TRUE(inquiry.finished());
  EXPECT_EQ(inquiry.finished()->reply, "DUNNO");
  EXPECT_EQ(services_.asked.size(), 2U);
  EXPECT_TRUE(services_.recorded.empty()) << "a clean client leaves nothing to write";
}

TEST_F(InquiryTest, ARequestThatNeedsNoFactReadsNoStore) {
  policy_.own_networks = {*rules::Network::Parse("203.0.113.0/24")};
  rules::Request request = support::Mail();
  request.client = rules::IpAddress::Parse("203.0.113.9");
  Inquiry& inquiry = Begin(request);
  ASSERT_TRUE(inquiry.finished());
  EXPECT_EQ(inquiry.finished()->verdict.reason, rules::Reason::kOwnNetwork);
  EXPECT_TRUE(inquiry.AllFacts().all().empty()) << "not even what people say";
}

TEST_F(InquiryTest, WhatIsRememberedIsNotAsked) {
  Store(kPtr, support::Now() + rules::seconds{1});
  Store(kForward, support::Now() + rules::seconds{1});
  EXPECT_TRUE(Begin().finished());
  EXPECT_TRUE(services_.asked.empty());
}

TEST_F(InquiryTest, AStaleFactIsHeldBackUntilFactsClose) {
  Store(kPtr, support::Now());
  Store(kForward, support::Now() + rules::seconds{1});
  Inquiry& inquiry = Begin();
  ASSERT_FALSE(inquiry.finished());
  EXPECT_EQ(services_.asked, std::vector{Question::Ptr()});
  inquiry.OnTime(began_ + std::chrono::milliseconds{3700});
  ASSERT_TRUE(inquiry.finished());
  EXPECT_EQ(inquiry.finished()->verdict.reason, rules::Reason::kClean);
}

TEST_F(InquiryTest, AStaleFactServesAtOnceWhileTheServersAreDown) {
  Store(kPtr, support::Now());
  Store(kForward, support::Now());
  health_.servers_are_down = true;
  EXPECT_TRUE(Begin().finished());
  EXPECT_TRUE(services_.asked.empty());
}

TEST_F(InquiryTest, AStaleFactServesWhereANewerAnswerCannotBeHad) {
  Store(kPtr, support::Now());
  Store(kForward, support::Now() + rules::seconds{1});
  Inquiry& inquiry = Begin();
  inquiry.Answer(Question::Ptr(), support::BlamesName());
  ASSERT_TRUE(inquiry.finished());
  EXPECT_EQ(inquiry.finished()->verdict.reason, rules::Reason::kClean);
}

TEST_F(InquiryTest, AFailureIsRememberedBesideTheAnswerThatItCouldNotRenew) {
  Store(kPtr, support::Now());
  Store(kForward, support::Now() + rules::seconds{1});
  Store({Question::Ptr(), support::Unavailable()}, support::Now() + rules::seconds{30});
  ASSERT_TRUE(Begin().finished());
  EXPECT_TRUE(services_.asked.empty()) << "it failed a moment ago";
  EXPECT_EQ(inquiry_->finished()->verdict.reason, rules::Reason::kClean);
}

TEST_F(InquiryTest, AFailureIsNotAskedAgainForItsTime) {
  Store({Question::Ptr(), support::Unavailable()}, support::Now() + rules::seconds{30});
  ASSERT_TRUE(Begin().finished());
  EXPECT_TRUE(services_.asked.empty());
  EXPECT_EQ(inquiry_->finished()->reply, "DUNNO");
  EXPECT_EQ(inquiry_->finished()->fail_open, metrics::FailOpenCause::kDns);
}

Known Aged(Known known, rules::seconds age) {
  known.second.learnt = support::Now() - age;
  return known;
}

TEST_F(InquiryTest, InTheLastTenthOfItsLifeAFactServesAndIsRefreshed) {
  Store(Aged(kPtr, rules::seconds{980}), support::Now() + rules::seconds{20});
  Store(Aged(kForward, rules::seconds{500}), support::Now() + rules::seconds{500});
  ASSERT_TRUE(Begin().finished());
  EXPECT_TRUE(services_.asked.empty()) << "nobody waits";
  EXPECT_EQ(services_.refreshed, std::vector{Question::Ptr()});
}

TEST_F(InquiryTest, WhatCouldNotBeRefreshedIsLeftAloneForTheTimeOfAFailure) {
  Store(Aged(kPtr, rules::seconds{980}), support::Now() + rules::seconds{20});
  Store({Question::Ptr(), support::Unavailable()}, support::Now() + rules::seconds{10});
  Store(Aged(kForward, rules::seconds{500}), support::Now() + rules::seconds{500});
  ASSERT_TRUE(Begin().finished());
  EXPECT_TRUE(services_.refreshed.empty());
}

TEST_F(InquiryTest, WithoutAnswersMailFlowsAtTheDeadline) {
  Inquiry& inquiry = Begin();
  ASSERT_FALSE(services_.wakes.empty());
  inquiry.OnTime(services_.wakes.front() - std::chrono::milliseconds{1});
  EXPECT_FALSE(inquiry.finished()) << "not before its time";
  inquiry.OnTime(services_.wakes.front());
  ASSERT_TRUE(inquiry.finished());
  EXPECT_EQ(inquiry.finished()->reply, "DUNNO");
  EXPECT_EQ(inquiry.finished()->fail_open, metrics::FailOpenCause::kDeadline);
}

TEST_F(InquiryTest, WithAFailureThatIsRememberedMailFlowsAtOnceAndIsCounted) {
  Store({Question::Ptr(), support::Unavailable()}, support::Now() + rules::seconds{10});
  Inquiry& inquiry = Begin();
  ASSERT_TRUE(inquiry.finished());
  EXPECT_EQ(inquiry.finished()->reply, "DUNNO");
  EXPECT_STREQ(rules::Name(inquiry.finished()->verdict.reason), "fail_open");
  EXPECT_EQ(inquiry.finished()->fail_open, metrics::FailOpenCause::kDns);
}

TEST_F(InquiryTest, AFirstSightIsAnsweredOnceItIsDurable) {
  Inquiry& inquiry = Begin();
  inquiry.Answer(Question::Ptr(), support::Absent());
  ASSERT_FALSE(inquiry.finished());
  ASSERT_EQ(services_.recorded.size(), 1U);
  EXPECT_EQ(services_.recorded[0].triplets.size(), 1U);
  EXPECT_EQ(services_.recorded[0].triplets[0].client_key, "203.0.113.0/24");
  ASSERT_TRUE(services_.recorded[0].ticket);
  EXPECT_EQ(services_.recorded[0].ticket->number, 7U);
  ASSERT_TRUE(services_.recorded[0].journal);
  ASSERT_EQ(services_.recorded[0].journal->facts.size(), 1U) << "what was known";
  EXPECT_EQ(services_.recorded[0].journal->facts[0].answer, "absent");
  inquiry.Written(true);
  ASSERT_TRUE(inquiry.finished());
  EXPECT_TRUE(
      inquiry.finished()->reply.starts_with("DEFER_IF_PERMIT 4.7.1 Greylisted, try again in 180 seconds. Cannot "
                                            "resolve PTR record for [203.0.113.45] (ref "));
}

struct StoreFault {
  const char* name;
  void (*happens)(Inquiry& inquiry, const HeldServices& services);
  bool may_be_written = false;  // the row of the first answer
};

class StoreFaultTest : public InquiryTest, public testing::WithParamInterface<StoreFault> {};

TEST_P(StoreFaultTest, NobodyIsToldToComeBackWhoWouldNotBeKnownThen) {
  services_.is_full = GetParam().happens == nullptr;
  Inquiry& inquiry = Begin();
  inquiry.Answer(Question::Ptr(), support::Absent());
  if (GetParam().happens) GetParam().happens(inquiry, services_);
  ASSERT_TRUE(inquiry.finished());
  EXPECT_EQ(inquiry.finished()->reply, "DUNNO");
  EXPECT_EQ(inquiry.finished()->fail_open, metrics::FailOpenCause::kStore);
  // The row must say so: "greylist" stands there already, or will, once a slow commit is through.
  if (services_.is_full) return;
  ASSERT_EQ(services_.recorded.size(), 2U);
  const auto& rows = services_.recorded;
  ASSERT_TRUE(rows[0].journal && rows[1].journal);
  EXPECT_EQ(rows[0].journal->action, "greylist");
  EXPECT_EQ(rows[1].journal->action, "pass");
  EXPECT_EQ(rows[1].journal->reason, "fail_open");
  EXPECT_EQ(rows[1].journal->reply, "DUNNO");
  EXPECT_EQ(rows[1].journal->reference, rows[0].journal->reference);
  EXPECT_EQ(rows[1].journal->times, GetParam().may_be_written ? 0U : 1U) << "it is one try";
  EXPECT_TRUE(rows[1].triplets.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Faults, StoreFaultTest,
    testing::Values(StoreFault{"queue_full", nullptr},
                    StoreFault{"commit_failed", [](Inquiry& inquiry, const HeldServices&) { inquiry.Written(false); }},
                    StoreFault{"commit_too_late",
                               [](Inquiry& inquiry, const HeldServices& s) { inquiry.OnTime(s.wakes.back()); }, true}),
    [](const auto& row) { return row.param.name; });

TEST_F(InquiryTest, RecipientsOfOneMessageShareFactsAndFirstSeen) {
  Inquiry& first = Begin();
  first.OnTime(began_ + std::chrono::milliseconds{3700});
  ASSERT_TRUE(first.finished());
  // DNS came too late for the first recipient: it stays unavailable for all, so that the message is not split.
  rules::Request second = support::Mail();
  second.recipient = "other@example.com";
  EXPECT_TRUE(Begin(second).finished());
  EXPECT_EQ(services_.asked, std::vector{Question::Ptr()});
}

// Who runs a slow zone chooses which question is open at the deadline.
struct SlowZone {
  const char* name;
  std::vector<Known> answers;  // before the deadline
};

class SlowZoneTest : public InquiryTest, public testing::WithParamInterface<SlowZone> {
 protected:
  const Inquiry::Finished& Decide() {
    Inquiry& inquiry = Begin();
    for (const Known& known : GetParam().answers) inquiry.Answer(known.first, known.second);
    EXPECT_FALSE(inquiry.finished());
    inquiry.OnTime(began_ + std::chrono::milliseconds{3700});
    inquiry.Written(true);
    return *inquiry.finished();
  }
};

TEST_P(SlowZoneTest, GainsNothingWhereDnsWorks) {
  services_.worked = began_;
  const auto& finished = Decide();
  EXPECT_EQ(finished.answered, rules::Action::kGreylist) << finished.reply;
  EXPECT_FALSE(finished.fail_open);
}

TEST_P(SlowZoneTest, PassesWhereDnsDoesNot) {
  services_.worked = began_ - std::chrono::milliseconds{1};
  EXPECT_EQ(Decide().fail_open, metrics::FailOpenCause::kDeadline);
}

INSTANTIATE_TEST_SUITE_P(
    Inquiry, SlowZoneTest,
    testing::Values(SlowZone{"ptr", {}}, SlowZone{"forward", {kPtr}},
                    SlowZone{"second_forward", {Ptr({kName, "other.sender.example"}), Forward(kName, "192.0.2.99")}}),
    [](const auto& row) { return row.param.name; });

TEST_F(InquiryTest, ASlowListIsNobodysFault) {
  policy_ = support::WithZones({"zen.example*8"});
  services_.worked = began_;
  Inquiry& inquiry = Begin();
  inquiry.Answer(kPtr.first, kPtr.second);
  inquiry.Answer(kForward.first, kForward.second);
  inquiry.OnTime(began_ + std::chrono::milliseconds{3700});
  EXPECT_EQ(inquiry.finished()->reply, "DUNNO");
  EXPECT_EQ(inquiry.finished()->fail_open, metrics::FailOpenCause::kDeadline);
}

TEST_F(InquiryTest, WhereWeStopNobodyIsBlamed) {
  services_.worked = began_;
  Inquiry& inquiry = Begin();
  inquiry.CloseQuestions(Inquiry::Closing::kStopping);
  EXPECT_EQ(inquiry.finished()->reply, "DUNNO");
}

TEST_F(InquiryTest, BeyondItsShareANetworkIsJudgedAtOnce) {
  services_.worked = began_ - std::chrono::milliseconds{900};
  Inquiry& inquiry = Begin();
  inquiry.CloseQuestions(Inquiry::Closing::kOverShare);
  inquiry.Written(true);
  EXPECT_EQ(inquiry.finished()->answered, rules::Action::kGreylist);
}

TEST_F(InquiryTest, AllFirstSightsOfAMessageHaveOneTime) {
  message_.first_seen = support::Now() - rules::seconds{5};
  Begin().Answer(Question::Ptr(), support::Absent());
  ASSERT_EQ(services_.recorded.size(), 1U);
  EXPECT_EQ(services_.recorded[0].triplets[0].record.first_seen, support::Now() - rules::seconds{5});
}

TEST_F(InquiryTest, AFactFromTheFutureIsAskedAgainAndDoesNotServe) {
  Known ahead = support::NoPtr();
  ahead.second.learnt = support::Now() + rules::seconds{365 * 86400};
  Store(ahead, support::Now() + rules::seconds{365 * 86400 + 3600});
  Inquiry& inquiry = Begin();
  EXPECT_EQ(services_.asked, std::vector{Question::Ptr()});
  inquiry.OnTime(began_ + std::chrono::milliseconds{3700});
  ASSERT_TRUE(inquiry.finished());
  EXPECT_EQ(inquiry.finished()->verdict.reason, rules::Reason::kFailOpen) << "nor where nothing better can be had";
}

// One message: whose client came back for one recipient does so for all whose turn comes later.
TEST_F(InquiryTest, ANewRecipientPassesBesideOneWhoseMailCameBack) {
  const rules::Triplet waited{.first_seen = support::Now() - rules::seconds{600},
                              .last_seen = support::Now() - rules::seconds{600},
                              .passes = 0};
  const auto transaction = std::move(*cache::WriteTransaction::Begin(stores_->records_environment()));
  const rules::Request first = support::Mail();
  ASSERT_TRUE(stores_->triplets().Put(*transaction, {"203.0.113.0/24", first.sender, first.recipient}, waited));
  ASSERT_TRUE(transaction->Commit());
  const Known no_ptr = support::NoPtr();
  Begin(first).Answer(no_ptr.first, no_ptr.second);
  ASSERT_TRUE(inquiry_->finished());
  EXPECT_EQ(inquiry_->finished()->verdict.action, rules::Action::kPass);

  rules::Request next = first;
  next.recipient = "another@example.com";
  EXPECT_EQ(Begin(next).finished()->verdict.reason, rules::Reason::kKnownTriplet);
  EXPECT_EQ(services_.recorded.back().triplets.at(0).recipient, "another@example.com");
  EXPECT_EQ(services_.recorded.back().triplets.at(0).record.passes, 1U);

  next.sender = "someone-else@sender.example";
  Begin(next);
  EXPECT_FALSE(inquiry_->finished()) << "a first sight, which waits to be durable";
  next.sender = first.sender;
  message_.Begin("another.message");
  Begin(next).Answer(no_ptr.first, no_ptr.second);
  EXPECT_FALSE(inquiry_->finished());
}

TEST_F(InquiryTest, InTagModeTheFirstSightIsNotWaitedForAndTheHeaderIsGivenOnce) {
  policy_.mode = rules::Mode::kTag;
  Inquiry& inquiry = Begin();
  inquiry.Answer(Question::Ptr(), support::Absent());
  ASSERT_TRUE(inquiry.finished());
  EXPECT_TRUE(inquiry.finished()->reply.starts_with("PREPEND X-Sekimori: greylist; score=4.0; signals=no_ptr:4; ref="));
  ASSERT_EQ(services_.recorded.size(), 1U);
  EXPECT_EQ(services_.recorded[0].triplets[0].record.passes, 1U);
  EXPECT_EQ(services_.recorded[0].journal->action, "tag") << "what was answered";
  EXPECT_EQ(services_.recorded[0].journal->would, "greylist");
  EXPECT_FALSE(services_.recorded[0].ticket);
  rules::Request second = support::Mail();
  second.recipient = "other@example.com";
  EXPECT_EQ(Begin(second).finished()->reply, "DUNNO");
}

// Nothing could find it by its client, and a row with an address that nobody said would be a lie.
TEST_F(InquiryTest, ARequestWithoutAClientLeavesNoRow) {
  message_.state.first_let_in = rules::Action::kHold;
  rules::Request request = support::Mail();
  request.client.reset();
  const Inquiry& inquiry = Begin(request);
  ASSERT_TRUE(inquiry.finished());
  EXPECT_TRUE(inquiry.finished()->reply.starts_with("DEFER_IF_PERMIT 4.5.3")) << inquiry.finished()->reply;
  EXPECT_FALSE(inquiry.RowOf(*inquiry.finished()));
  for (const cache::RecordWrite& write : services_.recorded) EXPECT_FALSE(write.journal);
}

TEST_F(InquiryTest, LateAnswersToAnAnsweredRequestAreNothing) {
  Inquiry& inquiry = Begin();
  inquiry.OnTime(began_ + std::chrono::milliseconds{3700});
  const std::string reply = inquiry.finished()->reply;
  inquiry.Answer(Question::Ptr(), support::Absent());
  inquiry.Written(true);
  inquiry.OnTime(began_ + std::chrono::milliseconds{9000});
  EXPECT_EQ(inquiry.finished()->reply, reply);
}

}  // namespace policyd::serve::inquiry_test
