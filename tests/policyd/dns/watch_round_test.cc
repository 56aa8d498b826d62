#include "policyd/dns/watch/watch_round.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "policyd/runtime/uv_handle.h"
#include "tests/support/held_dns.h"

namespace policyd::dns::watch_round_test {

constexpr std::size_t kNames = 40;
constexpr std::size_t kMostAtOnce = 16;

// Wants the addresses of forty names, and then tells that it has them.
rules::WatchView LookForNames(const rules::WatchAnswers& answers) {
  rules::WatchView view;
  for (std::size_t i = 0; i < kNames; ++i) {
    const rules::DnsQuestion question{.name = std::to_string(i) + ".example", .type = rules::RecordType::kA};
    if (!answers.contains(question)) view.open.push_back(question);
  }
  if (view.open.empty()) view.findings = {{.subject = "forty names"}};
  return view;
}

class WatchRoundTest : public testing::Test {
 protected:
  void Begin(WatchRound::Look look) {
    round_.emplace(loop_.get(), dns_, std::move(look), [this](std::vector<rules::WatchFinding> findings) {
      ++times_done_;
      findings_ = std::move(findings);
    });
  }
  // Runs the loop until DNS is asked or nothing is to be done any more.
  void RunUntilAsked() {
    while (dns_.held.empty() && uv_run(loop_.get(), UV_RUN_ONCE) != 0) {
    }
  }
  void AnswerAll() {
    const auto held = std::exchange(dns_.held, {});
    for (const auto& one : held) one.callback({.reply = {.status = DnsReply::Status::kAbsent}, .was_sent = true});
  }

  runtime::Loop loop_;
  support::HeldDns dns_;
  std::optional<WatchRound> round_;
  int times_done_ = 0;
  std::vector<rules::WatchFinding> findings_;
};

TEST_F(WatchRoundTest, AsksAFewAtATimeUntilNothingIsOpen) {
  Begin(LookForNames);
  std::size_t asked = 0, most = 0;
  for (RunUntilAsked(); !dns_.held.empty(); RunUntilAsked()) {
    asked += dns_.held.size();
    most = std::max(most, dns_.held.size());
    AnswerAll();
  }
  EXPECT_EQ(asked, kNames);
  EXPECT_LE(most, kMostAtOnce);
  EXPECT_EQ(times_done_, 1);
  ASSERT_EQ(findings_.size(), 1U);
  EXPECT_EQ(findings_.front().subject, "forty names");
}

// A look of the largest plan takes a second, and the loop answers mail.
TEST_F(WatchRoundTest, LooksOnNoThreadOfTheLoop) {
  std::vector<std::thread::id> threads;
  Begin([&threads](const rules::WatchAnswers& answers) {
    threads.push_back(std::this_thread::get_id());
    return LookForNames(answers);
  });
  for (RunUntilAsked(); !dns_.held.empty(); RunUntilAsked()) AnswerAll();
  EXPECT_EQ(threads.size(), 2U);
  for (const std::thread::id& thread : threads) EXPECT_NE(thread, std::this_thread::get_id());
}

TEST_F(WatchRoundTest, TellsNothingOnceItIsGone) {
  Begin(LookForNames);
  round_.reset();  // while it looks
  RunUntilAsked();
  EXPECT_TRUE(dns_.held.empty());

  Begin(LookForNames);
  RunUntilAsked();
  round_.reset();  // while questions are out
  AnswerAll();
  RunUntilAsked();
  EXPECT_TRUE(dns_.held.empty());
  EXPECT_EQ(times_done_, 0);
}

TEST_F(WatchRoundTest, IsDoneLaterWhereThereIsNothingToAsk) {
  Begin([](const rules::WatchAnswers&) { return rules::WatchView(); });
  EXPECT_EQ(times_done_, 0);
  RunUntilAsked();
  EXPECT_EQ(times_done_, 1);
}

}  // namespace policyd::dns::watch_round_test
