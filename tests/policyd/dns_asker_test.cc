#include "policyd/dns/asker.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "policyd/dns/dns_query.h"
#include "tests/support/dns_message.h"

namespace policyd::dns {
namespace {

using rules::DnsQuestion;
using rules::RecordType;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::Bytes;
using support::Message;
using Outcome = NameServer::Result::Outcome;
using Status = DnsReply::Status;

// What was sent, for the test to answer.
struct Wire {
  struct Sent {
    std::string host;
    std::uint64_t attempt;
    Bytes query;
    NameServer::Deliver deliver;
  };
  std::vector<Sent> sent;
  bool edns_was_stopped = false;
};

class HeldServer final : public NameServer {
 public:
  HeldServer(Wire& wire, Endpoint endpoint, Deliver deliver)
      : wire_(wire), endpoint_(std::move(endpoint)), deliver_(std::move(deliver)) {}

  void Send(std::uint64_t attempt, std::span<const std::uint8_t> query) override {
    wire_.sent.push_back({endpoint_.host, attempt, Bytes(query.begin(), query.end()), deliver_});
  }
  bool speaks_edns() const override { return !wire_.edns_was_stopped; }
  void StopEdns() override { wire_.edns_was_stopped = true; }
  void GaveUp() override {}
  void Tick() override {}

 private:
  Wire& wire_;
  Endpoint endpoint_;
  Deliver deliver_;
};

const DnsQuestion kQuestion{"abcdefghijklmnopqrstuvwxyz.example", RecordType::kA};

class AskerTest : public testing::Test {
 protected:
  void Start(std::vector<std::string> hosts, unsigned in_flight = 2000) {
    DnsSettings settings;
    settings.in_flight = in_flight;
    settings.timeout = seconds(60);  // no test waits for it
    for (auto& host : hosts) settings.servers.push_back({.is_unix = false, .host = std::move(host), .port = 53});
    asker_ = std::make_unique<Asker>(
        loop_.get(), settings,
        ResolverEvents{
            .warn = [this](const std::string& text) { warnings_.push_back(text); },
            .server_changed = [this](const Endpoint& server,
                                     bool is_down) { changes_.push_back(server.host + (is_down ? " down" : " up")); },
            .health_changed = {}},
        [this](uv_loop_t*, const Endpoint& endpoint, milliseconds, NameServer::Deliver deliver) {
          return std::make_unique<HeldServer>(wire_, endpoint, std::move(deliver));
        });
  }
  void Ask(QuestionClass question_class = QuestionClass::kList, Deadline deadline = Deadline::max(),
           const DnsQuestion& question = kQuestion) {
    asker_->Ask(question, question_class, deadline, [this](const Answer& answer) { answers_.push_back(answer); });
  }
  void Deliver(std::size_t number, Outcome outcome, Bytes message = {}) {
    const auto sent = wire_.sent.at(number);
    const NameServer::Result result{.attempt = sent.attempt, .outcome = outcome, .message = std::move(message)};
    sent.deliver(std::span(&result, 1));
  }
  void Reply(std::size_t number, DnsQuestion question) {
    Deliver(number, Outcome::kReply, Message{.rcode = 3, .questions = {std::move(question)}}.ToBytes());
  }
  void ReplyRight(std::size_t number) { Reply(number, AskedIn(number)); }
  void ReplyLowerCase(std::size_t number) { Reply(number, kQuestion); }
  DnsQuestion AskedIn(std::size_t number) const { return support::QuestionOf(wire_.sent.at(number).query); }
  bool HasTurnedLetters(std::size_t number) const { return AskedIn(number).name != kQuestion.name; }

  Loop loop_;
  Wire wire_;
  std::unique_ptr<Asker> asker_;
  std::vector<Answer> answers_;
  std::vector<std::string> warnings_, changes_;
};

TEST_F(AskerTest, LettersAreTurnedForServersThatAreNotOnThisMachine) {
  Start({"192.0.2.53"});
  Ask();
  ASSERT_TRUE(HasTurnedLetters(0));  // 32 letters: one in 4 thousand million stays as it was
  ReplyRight(0);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].reply.status, Status::kAbsent);
}

TEST_F(AskerTest, LoopbackServersAreAskedAsTheNameIs) {
  Start({"127.0.0.1"});
  Ask();
  EXPECT_FALSE(HasTurnedLetters(0));
}

TEST_F(AskerTest, IdsDiffer) {
  Start({"127.0.0.1"});
  Ask();
  Ask();
  Ask();
  const auto id = [this](std::size_t i) { return wire_.sent[i].query[0] << 8U | wire_.sent[i].query[1]; };
  EXPECT_FALSE(id(0) == id(1) && id(1) == id(2));
}

TEST_F(AskerTest, AServerThatNeverKeptTheCaseIsAskedWithoutAndWarnedOfOnce) {
  Start({"192.0.2.53"});
  Ask();
  ReplyLowerCase(0);
  ASSERT_EQ(wire_.sent.size(), 2U) << "asked again at once";
  EXPECT_FALSE(HasTurnedLetters(1));
  EXPECT_TRUE(answers_.empty());
  ReplyLowerCase(1);
  EXPECT_EQ(answers_.size(), 1U);
  Ask();
  EXPECT_FALSE(HasTurnedLetters(2));
  EXPECT_EQ(warnings_.size(), 1U);
}

TEST_F(AskerTest, AWrongCaseOfAServerThatKeepsItIsForged) {
  Start({"192.0.2.53"});
  Ask();
  ReplyRight(0);
  Ask();
  ReplyLowerCase(1);
  EXPECT_EQ(answers_.size(), 1U);
  ASSERT_EQ(wire_.sent.size(), 3U);
  EXPECT_TRUE(HasTurnedLetters(2));
  ReplyRight(2);
  EXPECT_EQ(answers_.size(), 2U);
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(AskerTest, NoMoreThan64AreYoung) {
  Start({"127.0.0.1"});
  for (int i = 0; i < 200; ++i) Ask();
  EXPECT_EQ(wire_.sent.size(), 64U);
  ReplyRight(0);
  EXPECT_EQ(wire_.sent.size(), 65U) << "each answer makes room for one";
}

TEST_F(AskerTest, OldOnesMakeRoomInTheBurstButNotInTheTotal) {
  Start({"127.0.0.1"}, 100);
  for (int i = 0; i < 200; ++i) Ask();
  while (wire_.sent.size() < 100) uv_run(loop_.get(), UV_RUN_ONCE);
  for (int i = 0; i < 5; ++i) uv_run(loop_.get(), UV_RUN_ONCE);
  EXPECT_EQ(wire_.sent.size(), 100U);
}

TEST_F(AskerTest, ReverseQuestionsHoldHalfAtMost) {
  Start({"127.0.0.1"}, 20);
  for (int i = 0; i < 20; ++i) Ask(QuestionClass::kReverse);
  EXPECT_EQ(wire_.sent.size(), 10U);
  for (int i = 0; i < 20; ++i) Ask(QuestionClass::kList);
  EXPECT_EQ(wire_.sent.size(), 20U);
}

TEST_F(AskerTest, TheQueueGoesByDeadline) {
  Start({"127.0.0.1"}, 1);
  const auto now = std::chrono::steady_clock::now();
  Ask();
  Ask(QuestionClass::kList, now + seconds(50), {"later.example", RecordType::kA});
  Ask(QuestionClass::kReverse, now + seconds(40), {"soon.example", RecordType::kA});
  Ask(QuestionClass::kList, now + seconds(30), {"sooner.example", RecordType::kA});
  for (std::size_t i = 0; i < 3; ++i) ReplyRight(i);
  EXPECT_EQ(AskedIn(1).name, "sooner.example");
  EXPECT_EQ(AskedIn(2).name, "soon.example");
  EXPECT_EQ(AskedIn(3).name, "later.example");
}

TEST_F(AskerTest, WhatCouldNotBeSentByItsDeadlineTeachesNothing) {
  Start({"127.0.0.1"}, 1);
  Ask();
  Ask(QuestionClass::kList, std::chrono::steady_clock::now());
  while (answers_.empty()) uv_run(loop_.get(), UV_RUN_ONCE);
  EXPECT_FALSE(answers_[0].was_sent);
  EXPECT_EQ(answers_[0].reply.status, Status::kNotAnAnswer);
}

TEST_F(AskerTest, AFullFirstServerSpillsOverToTheSecond) {
  Start({"127.0.0.1", "127.0.0.2"}, 1);
  Ask();
  Ask();
  EXPECT_EQ(wire_.sent[0].host, "127.0.0.1");
  EXPECT_EQ(wire_.sent[1].host, "127.0.0.2");
}

TEST_F(AskerTest, ADeadServerIsProbedWithACopyThatCostsNobody) {
  Start({"127.0.0.1", "127.0.0.2"});
  for (std::size_t i = 0; i < 3; ++i) {
    Ask();
    Deliver(2 * i, Outcome::kRefused);
    ReplyRight(2 * i + 1);
  }
  Ask();
  ASSERT_EQ(wire_.sent.size(), 7U);
  EXPECT_EQ(wire_.sent[6].host, "127.0.0.2");
  ReplyRight(6);

  const auto a_second_later = std::chrono::steady_clock::now() + seconds(1);
  while (std::chrono::steady_clock::now() < a_second_later) uv_run(loop_.get(), UV_RUN_ONCE);
  Ask();
  ASSERT_EQ(wire_.sent.size(), 9U);
  EXPECT_EQ(wire_.sent[7].host, "127.0.0.2");
  EXPECT_EQ(wire_.sent[8].host, "127.0.0.1") << "the probe";
  ReplyRight(7);
  EXPECT_EQ(answers_.size(), 5U);
  ReplyRight(8);
  Ask();
  EXPECT_EQ(wire_.sent[9].host, "127.0.0.1") << "it answered the probe, so it is up";
  EXPECT_EQ(changes_, (std::vector<std::string>{"127.0.0.1 down", "127.0.0.1 up"}));
}

TEST_F(AskerTest, ARightAnswerAfterTheEndHarmsNothing) {
  Start({"127.0.0.1"});
  Ask();
  ReplyRight(0);
  ReplyRight(0);
  EXPECT_EQ(answers_.size(), 1U);
}

TEST_F(AskerTest, FormErrIsAskedAgainWithoutEdns) {
  Start({"127.0.0.1"});
  Ask();
  EXPECT_EQ(wire_.sent[0].query[11], 1) << "OPT";
  Deliver(0, Outcome::kReply, Message{.rcode = 1, .questions = {kQuestion}}.ToBytes());
  ASSERT_EQ(wire_.sent.size(), 2U);
  EXPECT_EQ(wire_.sent[1].query[11], 0) << "no OPT";
}

}  // namespace
}  // namespace policyd::dns
