#include "policyd/dns/resolver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "policyd/dns/wire/dns_query.h"
#include "tests/support/dns_message.h"
#include "tests/support/slow.h"

namespace policyd::dns::resolver_test {

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
    bool over_tcp = false;
  };
  std::vector<Sent> sent, probes;
  std::vector<std::uint64_t> given_up;
  bool edns_was_stopped = false;
  std::map<const NameServer*, milliseconds> patience;
  int links = 0;  // to servers and for their probes
};

class HeldServer final : public NameServer {
 public:
  HeldServer(Wire& wire, config::Endpoint endpoint, Deliver deliver)
      : wire_(wire), endpoint_(std::move(endpoint)), deliver_(std::move(deliver)) {
    ++wire_.links;
  }
  ~HeldServer() override {
    --wire_.links;
    wire_.patience.erase(this);
  }

  void Send(std::uint64_t attempt, std::span<const std::uint8_t> query) override {
    const bool is_probe = query[kHeaderSize] == 0 || StartsWithName(query.subspan(kHeaderSize), "in-addr.arpa");
    auto& line = is_probe ? wire_.probes : wire_.sent;
    line.push_back({endpoint_.host, attempt, Bytes(query.begin(), query.end()), deliver_});
  }
  void SendOverTcp(std::uint64_t attempt, std::span<const std::uint8_t> query) override {
    wire_.sent.push_back({endpoint_.host, attempt, Bytes(query.begin(), query.end()), deliver_, true});
  }
  bool speaks_edns() const override { return !wire_.edns_was_stopped; }
  void StopEdns() override { wire_.edns_was_stopped = true; }
  void SetPatience(milliseconds patience) override { wire_.patience[this] = patience; }
  void GaveUp(std::uint64_t attempt) override { wire_.given_up.push_back(attempt); }
  void Tick() override {}

 private:
  Wire& wire_;
  config::Endpoint endpoint_;
  Deliver deliver_;
};

const DnsQuestion kQuestion{"abcdefghijklmnopqrstuvwxyz.example", RecordType::kA};

class ResolverTest : public testing::Test {
 protected:
  static config::DnsSettings Settings(std::vector<std::string> hosts, unsigned in_flight = 2000,
                                      milliseconds timeout = seconds(60)) {
    config::DnsSettings settings;
    settings.in_flight = in_flight;
    settings.timeout = timeout;
    for (auto& host : hosts) settings.servers.push_back({.is_unix = false, .host = std::move(host), .port = 53});
    return settings;
  }
  void Start(std::vector<std::string> hosts, unsigned in_flight = 2000, milliseconds timeout = seconds(60)) {
    resolver_ = std::make_unique<Resolver>(
        loop_.get(), Settings(std::move(hosts), in_flight, timeout),
        Resolver::Events{
            .warn = [this](const std::string& text) { warnings_.push_back(text); },
            .server_changed = [this](const config::Endpoint& server,
                                     bool is_down) { changes_.push_back(server.host + (is_down ? " down" : " up")); },
            .health_changed = {},
            .proven = [this](runtime::Deadline when) { proven_.push_back(when); }},
        Resolver::Ground{.make_server = [this](uv_loop_t*, const config::Endpoint& endpoint, milliseconds,
                                               NameServer::Deliver deliver) {
          return std::make_unique<HeldServer>(wire_, endpoint, std::move(deliver));
        }});
  }
  void Ask(const QuestionShare& share = QuestionClass::kList, runtime::Deadline deadline = runtime::Deadline::max(),
           const DnsQuestion& question = kQuestion) {
    resolver_->Ask(question, share, deadline, [this](const Answer& answer) { answers_.push_back(answer); });
  }
  void Deliver(std::size_t number, Outcome outcome, Bytes message = {}) {
    Deliver(wire_.sent.at(number), outcome, std::move(message));
  }
  static void Deliver(const Wire::Sent sent, Outcome outcome, Bytes message) {
    const NameServer::Result result{.attempt = sent.attempt, .outcome = outcome, .message = std::move(message)};
    sent.deliver(std::span(&result, 1));
  }
  void Reply(std::size_t number, DnsQuestion question) {
    Deliver(number, Outcome::kReply, Message{.rcode = 3, .questions = {std::move(question)}}.ToBytes());
  }
  void AnswerProbe(std::size_t number, std::uint8_t rcode) {
    Bytes message = wire_.probes.at(number).query;
    message[2] |= 0x80;
    message[3] = rcode;
    message[11] = 0;
    message.resize(kHeaderSize + (message[kHeaderSize] == 0 ? 1 : WireSize("in-addr.arpa")) + 4);
    Deliver(wire_.probes.at(number), Outcome::kReply, std::move(message));
  }
  void WaitForProbes(std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + seconds(20);
    while (wire_.probes.size() < count && std::chrono::steady_clock::now() < end) uv_run(loop_.get(), UV_RUN_ONCE);
    ASSERT_EQ(wire_.probes.size(), count);
  }
  void WaitForProbeOrAnswer(std::size_t probes, std::size_t answers) {
    const auto end = std::chrono::steady_clock::now() + seconds(20);
    while (wire_.probes.size() < probes && answers_.size() < answers && std::chrono::steady_clock::now() < end) {
      uv_run(loop_.get(), UV_RUN_ONCE);
    }
  }
  void WaitForAnswers(std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + seconds(20);
    while (answers_.size() < count && std::chrono::steady_clock::now() < end) uv_run(loop_.get(), UV_RUN_ONCE);
    ASSERT_EQ(answers_.size(), count);
  }
  // The first server that leaves three probes unanswered; the question that raised the doubt stays open.
  void TakeDown() {
    Ask();
    Deliver(wire_.sent.size() - 1, Outcome::kRefused);
    for (std::size_t i = 1; i <= 3; ++i) {
      WaitForProbes(i);
      Deliver(wire_.probes.back(), Outcome::kRefused, {});
    }
  }
  void ReplyRight(std::size_t number) { Reply(number, AskedIn(number)); }
  void ReplyLowerCase(std::size_t number) { Reply(number, kQuestion); }
  DnsQuestion AskedIn(std::size_t number) const { return support::QuestionOf(wire_.sent.at(number).query); }
  bool HasTurnedLetters(std::size_t number) const { return AskedIn(number).name != kQuestion.name; }

  runtime::Loop loop_;
  Wire wire_;
  std::unique_ptr<Resolver> resolver_;
  std::vector<Answer> answers_;
  std::vector<std::string> warnings_, changes_;
  std::vector<runtime::Deadline> proven_;
};

TEST_F(ResolverTest, LettersAreTurnedForServersThatAreNotOnThisMachine) {
  Start({"192.0.2.53"});
  Ask();
  ASSERT_TRUE(HasTurnedLetters(0));  // 32 letters: one in 4 thousand million stays as it was
  ReplyRight(0);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].reply.status, Status::kAbsent);
}

TEST_F(ResolverTest, LoopbackServersAreAskedAsTheNameIs) {
  Start({"127.0.0.1"});
  Ask();
  EXPECT_FALSE(HasTurnedLetters(0));
}

TEST_F(ResolverTest, IdsDiffer) {
  Start({"127.0.0.1"});
  Ask();
  Ask();
  Ask();
  const auto id = [this](std::size_t i) { return wire_.sent[i].query[0] << 8U | wire_.sent[i].query[1]; };
  EXPECT_FALSE(id(0) == id(1) && id(1) == id(2));
}

TEST_F(ResolverTest, AServerThatNeverKeptTheCaseIsAskedWithoutAndWarnedOfOnce) {
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

TEST_F(ResolverTest, AWrongCaseOfAServerThatKeepsItIsForged) {
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

TEST_F(ResolverTest, NoMoreThan64AreYoung) {
  Start({"127.0.0.1"});
  for (int i = 0; i < 200; ++i) Ask();
  EXPECT_EQ(wire_.sent.size(), 64U);
  ReplyRight(0);
  EXPECT_EQ(wire_.sent.size(), 65U) << "each answer makes room for one";
}

TEST_F(ResolverTest, OldOnesMakeRoomInTheBurstButNotInTheTotal) {
  Start({"127.0.0.1"}, 100);
  for (int i = 0; i < 200; ++i) Ask();
  while (wire_.sent.size() < 100) uv_run(loop_.get(), UV_RUN_ONCE);
  for (int i = 0; i < 5; ++i) uv_run(loop_.get(), UV_RUN_ONCE);
  EXPECT_EQ(wire_.sent.size(), 100U);
}

TEST_F(ResolverTest, ReverseQuestionsHoldHalfAtMost) {
  Start({"127.0.0.1"}, 20);
  for (int i = 0; i < 20; ++i) Ask(QuestionClass::kReverse);
  EXPECT_EQ(wire_.sent.size(), 10U);
  for (int i = 0; i < 20; ++i) Ask(QuestionClass::kList);
  EXPECT_EQ(wire_.sent.size(), 20U);
}

TEST_F(ResolverTest, TheQueueGoesByDeadline) {
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

TEST_F(ResolverTest, WhatCouldNotBeSentByItsDeadlineTeachesNothing) {
  Start({"127.0.0.1"}, 1);
  Ask();
  Ask(QuestionClass::kList, std::chrono::steady_clock::now());
  while (answers_.empty()) uv_run(loop_.get(), UV_RUN_ONCE);
  EXPECT_FALSE(answers_[0].was_sent);
  EXPECT_EQ(answers_[0].reply.status, Status::kNotAnAnswer);
}

TEST_F(ResolverTest, AFullFirstServerSpillsOverToTheSecond) {
  Start({"127.0.0.1", "127.0.0.2"}, 1);
  Ask();
  Ask();
  EXPECT_EQ(wire_.sent[0].host, "127.0.0.1");
  EXPECT_EQ(wire_.sent[1].host, "127.0.0.2");
}

TEST_F(ResolverTest, OnlyItsOwnProbeTakesAServerDown) {
  Start({"127.0.0.1"}, 2000, milliseconds(40));
  for (int i = 0; i < 50; ++i) Ask(QuestionClass::kReverse);
  WaitForProbes(1);
  AnswerProbe(0, 0);
  WaitForAnswers(50);
  EXPECT_FALSE(resolver_->servers_are_down());
  EXPECT_TRUE(changes_.empty());
}

TEST_F(ResolverTest, AServerIsDownAfterThreeProbesAndUpAfterOne) {
  Start({"127.0.0.1", "127.0.0.2"});
  TakeDown();
  EXPECT_EQ(changes_, std::vector<std::string>{"127.0.0.1 down"});
  EXPECT_EQ(resolver_->servers(),
            (std::vector<rules::NameServerState>{{"127.0.0.1:53", true}, {"127.0.0.2:53", false}}));
  EXPECT_FALSE(resolver_->servers_are_down());
  ReplyRight(1);  // of 127.0.0.2, where the question went on
  Ask();
  EXPECT_EQ(wire_.sent[2].host, "127.0.0.2");
  ReplyRight(2);
  WaitForProbes(4);  // nobody asks
  AnswerProbe(3, 2);
  EXPECT_EQ(changes_.size(), 1U) << "it says that it cannot";
  WaitForProbes(5);  // the other question, at once
  AnswerProbe(4, 0);
  EXPECT_EQ(changes_.back(), "127.0.0.1 up");
  Ask();
  EXPECT_EQ(wire_.sent[3].host, "127.0.0.1");
}

TEST_F(ResolverTest, QuestionsGoOnBeingSentInFewerNumbersWhileAllServersAreDown) {
  Start({"127.0.0.1"}, 40);
  TakeDown();
  ASSERT_TRUE(resolver_->servers_are_down());
  for (int i = 0; i < 40; ++i) Ask();
  EXPECT_EQ(wire_.sent.size(), 10U) << "a quarter of 40";
  ReplyRight(5);
  EXPECT_FALSE(resolver_->servers_are_down()) << "an answer brings it up";
  EXPECT_EQ(wire_.sent.size(), 41U);
}

TEST_F(ResolverTest, ServersTakeTurnsWhileAllAreDown) {
  Start({"127.0.0.1", "127.0.0.2"});
  Ask();
  Deliver(0, Outcome::kRefused);
  Deliver(1, Outcome::kRefused);
  for (std::size_t i = 0; i < 3; ++i) {
    WaitForProbes(2 * i + 2);
    Deliver(wire_.probes[2 * i], Outcome::kRefused, {});
    Deliver(wire_.probes[2 * i + 1], Outcome::kRefused, {});
  }
  ASSERT_TRUE(resolver_->servers_are_down());
  for (int i = 0; i < 8; ++i) Ask();
  std::size_t first = 0;
  for (std::size_t i = 2; i < wire_.sent.size(); ++i) first += wire_.sent[i].host == "127.0.0.1" ? 1 : 0;
  EXPECT_EQ(wire_.sent.size(), 10U);
  EXPECT_EQ(first, 4U);
}

TEST_F(ResolverTest, AProbeIsSentWhateverStrangersHoldOpen) {
  Start({"127.0.0.1"}, 4, milliseconds(200));
  for (int i = 0; i < 100; ++i) Ask(QuestionClass::kReverse);
  for (int i = 0; i < 100; ++i) Ask(QuestionClass::kList);
  WaitForProbes(1);
  EXPECT_EQ(wire_.sent.size(), 4U);
}

TEST_F(ResolverTest, ANameIsAtFaultWhereTheProbeWasAnsweredSinceItWasAsked) {
  Start({"127.0.0.1"}, 2000, milliseconds(100));
  Ask(QuestionClass::kReverse);
  WaitForProbes(1);
  AnswerProbe(0, 3);
  WaitForAnswers(1);
  EXPECT_TRUE(answers_[0].server_answers_others);
  for (const std::uint8_t rcode : {std::uint8_t{2}, std::uint8_t{5}}) {
    answers_.clear();
    wire_ = {};
    Start({"127.0.0.1"}, 2000, milliseconds(100));
    Ask(QuestionClass::kReverse);
    for (std::size_t probe = 0; answers_.empty(); ++probe) {
      WaitForProbeOrAnswer(probe + 1, 1);
      if (wire_.probes.size() > probe) AnswerProbe(probe, rcode);
    }
    EXPECT_EQ(wire_.probes.size(), 2U) << "both questions, once a second";
    EXPECT_FALSE(answers_[0].server_answers_others) << "it does not resolve, or not for us";
  }
}

TEST_F(ResolverTest, TheLastTryOfASilentZoneEndsBeforeItsAnswerIsWanted) {
  Start({"127.0.0.1"}, 2000, milliseconds(400) * support::kSlow);
  const auto deadline = std::chrono::steady_clock::now() + milliseconds(600) * support::kSlow;
  Ask(QuestionClass::kReverse, deadline);
  WaitForProbes(1);
  AnswerProbe(0, 0);
  WaitForAnswers(1);
  EXPECT_LT(std::chrono::steady_clock::now(), deadline + milliseconds(150) * support::kSlow) << "two tries are 800 ms";
  EXPECT_EQ(wire_.sent.size(), 2U);
  EXPECT_TRUE(answers_[0].server_answers_others);
}

TEST_F(ResolverTest, AnErrorAtOnceWaitsForTheProbeThatSaysWhoseFaultItIs) {
  Start({"127.0.0.1"});
  const Bytes servfail = Message{.rcode = 2, .questions = {kQuestion}}.ToBytes();
  Ask(QuestionClass::kReverse);
  Deliver(0, Outcome::kReply, servfail);
  EXPECT_TRUE(answers_.empty());
  WaitForProbes(1);
  AnswerProbe(0, 0);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].reply.status, Status::kError);
  EXPECT_TRUE(answers_[0].server_answers_others);
  Ask(QuestionClass::kReverse);
  Deliver(1, Outcome::kReply, servfail);
  ASSERT_EQ(answers_.size(), 2U) << "known a moment ago";
  EXPECT_TRUE(answers_[1].server_answers_others);
  EXPECT_EQ(wire_.probes.size(), 1U);
}

TEST_F(ResolverTest, AnErrorOfAServerThatCannotResolveIsNobodysFault) {
  Start({"127.0.0.1"});
  const Bytes servfail = Message{.rcode = 2, .questions = {kQuestion}}.ToBytes();
  for (std::size_t i = 0; i < 2; ++i) {
    Ask(QuestionClass::kReverse);
    Deliver(i, Outcome::kReply, servfail);
    if (i == 0) {
      AnswerProbe(0, 2);
      AnswerProbe(1, 2);
    }
    ASSERT_EQ(answers_.size(), i + 1) << "once a second is enough";
    EXPECT_FALSE(answers_[i].server_answers_others);
  }
}

// Some answer questions about the root with REFUSED and resolve all else.
TEST_F(ResolverTest, AServerThatRefusesTheRootIsAskedAnotherQuestion) {
  Start({"127.0.0.1"});
  const Bytes servfail = Message{.rcode = 2, .questions = {kQuestion}}.ToBytes();
  Ask(QuestionClass::kReverse);
  Deliver(0, Outcome::kReply, servfail);
  AnswerProbe(0, 5);
  ASSERT_EQ(wire_.probes.size(), 2U);
  EXPECT_TRUE(StartsWithName(std::span(wire_.probes[1].query).subspan(kHeaderSize), "in-addr.arpa"));
  EXPECT_TRUE(answers_.empty());
  AnswerProbe(1, 0);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_TRUE(answers_[0].server_answers_others);
  ASSERT_EQ(proven_.size(), 1U);
}

// Who has many addresses fills his own share of the queue: that is no excuse either.
TEST_F(ResolverTest, ANameThatWasNeverAskedAboutIsAtFaultWhereTheServerResolvesMeanwhile) {
  for (const bool resolves : {true, false}) {
    answers_.clear();
    wire_ = {};
    Start({"127.0.0.1"}, 2);
    const auto deadline = std::chrono::steady_clock::now() + milliseconds(100);
    Ask(QuestionClass::kReverse);
    Ask(QuestionClass::kReverse, deadline);
    Ask(QuestionClass::kList);
    ASSERT_EQ(wire_.sent.size(), 2U);
    if (resolves) ReplyRight(1);
    WaitForAnswers(resolves ? 2 : 1);
    EXPECT_FALSE(answers_.back().was_sent);
    EXPECT_EQ(answers_.back().server_answers_others, resolves);
  }
}

TEST_F(ResolverTest, ATruncatedAnswerIsAskedForOverTcp) {
  Start({"127.0.0.1"});
  Ask();
  Deliver(0, Outcome::kReply, Message{.is_truncated = true, .questions = {kQuestion}}.ToBytes());
  ASSERT_EQ(wire_.sent.size(), 2U);
  EXPECT_TRUE(wire_.sent[1].over_tcp);
  EXPECT_EQ(wire_.sent[1].attempt, wire_.sent[0].attempt);
  ReplyRight(1);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].reply.status, Status::kAbsent);
}

TEST_F(ResolverTest, WhatFailsOverTcpIsThatQuestionAlone) {
  Start({"127.0.0.1"});
  Ask(QuestionClass::kReverse);
  Ask();
  for (const std::size_t number : {0U, 3U}) {  // two tries
    Deliver(number, Outcome::kReply, Message{.is_truncated = true, .questions = {kQuestion}}.ToBytes());
    ASSERT_TRUE(wire_.sent.back().over_tcp);
    Deliver(wire_.sent.size() - 1, number == 0 ? Outcome::kRefused : Outcome::kLost);
  }
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_NE(answers_[0].reply.status, Status::kPresent);
  EXPECT_FALSE(answers_[0].server_answers_others) << "it may be our way to the server";
  ReplyRight(1);
  EXPECT_EQ(answers_.size(), 2U);
  EXPECT_TRUE(wire_.probes.empty());
}

TEST_F(ResolverTest, ATcpConnectionIsClosedWithItsTry) {
  Start({"127.0.0.1"}, 2000, milliseconds(50));
  Ask();
  Deliver(0, Outcome::kReply, Message{.is_truncated = true, .questions = {kQuestion}}.ToBytes());
  while (wire_.given_up.empty()) uv_run(loop_.get(), UV_RUN_ONCE);
  EXPECT_EQ(wire_.given_up[0], wire_.sent[1].attempt);
}

TEST_F(ResolverTest, WhereQuestionsWaitTheNetworkThatHoldsMostWaitsLongest) {
  Start({"127.0.0.1"}, 20);
  const auto later = std::chrono::steady_clock::now() + seconds(50);
  const QuestionShare stranger(QuestionClass::kReverse, *rules::IpAddress::Parse("198.18.1.1"));
  const QuestionShare honest(QuestionClass::kReverse, *rules::IpAddress::Parse("192.0.2.1"));
  for (int i = 0; i < 100; ++i) Ask(stranger, later - seconds(1));
  Ask(honest, later, {"honest.example", RecordType::kPtr});
  ASSERT_EQ(wire_.sent.size(), 10U);
  ReplyRight(0);
  ASSERT_EQ(wire_.sent.size(), 11U);
  EXPECT_EQ(AskedIn(10).name, "honest.example");
}

TEST_F(ResolverTest, ARightAnswerAfterTheEndHarmsNothing) {
  Start({"127.0.0.1"});
  Ask();
  ReplyRight(0);
  ReplyRight(0);
  EXPECT_EQ(answers_.size(), 1U);
}

TEST_F(ResolverTest, FormErrIsAskedAgainWithoutEdns) {
  Start({"127.0.0.1"});
  Ask();
  EXPECT_EQ(wire_.sent[0].query[11], 1) << "OPT";
  Deliver(0, Outcome::kReply, Message{.rcode = 1, .questions = {kQuestion}}.ToBytes());
  ASSERT_EQ(wire_.sent.size(), 2U);
  EXPECT_EQ(wire_.sent[1].query[11], 0) << "no OPT";
}

TEST_F(ResolverTest, AServerThatStaysKeepsItsHealthWhereverItStands) {
  Start({"127.0.0.1", "127.0.0.2"});
  TakeDown();
  resolver_->SetSettings(Settings({"127.0.0.3", "127.0.0.1"}));
  EXPECT_EQ(resolver_->servers(),
            (std::vector<rules::NameServerState>{{"127.0.0.3:53", false}, {"127.0.0.1:53", true}}));
}

TEST_F(ResolverTest, AQuestionIsAnsweredByTheServerThatStays) {
  Start({"127.0.0.1"});
  Ask();
  resolver_->SetSettings(Settings({"127.0.0.2", "127.0.0.1"}, 2000, seconds(30)));
  EXPECT_EQ(wire_.sent.size(), 1U) << "it is not asked anew";
  EXPECT_EQ(wire_.links, 4) << "one is new, with its probe; the other is the one that was asked";
  ReplyRight(0);
  EXPECT_EQ(answers_.size(), 1U);
  EXPECT_EQ(wire_.patience.size(), 4U);
  for (const auto& [link, patience] : wire_.patience)
    EXPECT_EQ(patience, seconds(60)) << "two tries of the new time-out";
  Ask();
  EXPECT_EQ(wire_.sent[1].host, "127.0.0.2");
}

TEST_F(ResolverTest, AServerThatLeavesAnswersWhatItWasAskedAndIsGone) {
  Start({"127.0.0.1"});
  Ask();
  resolver_->SetSettings(Settings({"127.0.0.2"}));
  Ask();
  EXPECT_EQ(wire_.sent[1].host, "127.0.0.2") << "the next question goes to the new one";
  for (int i = 0; i < 3; ++i) uv_run(loop_.get(), UV_RUN_ONCE);  // it is looked after while a question is open
  EXPECT_EQ(wire_.links, 4);
  ReplyRight(0);
  EXPECT_EQ(answers_.size(), 1U);
  ReplyRight(1);
  const auto end = std::chrono::steady_clock::now() + seconds(20);
  while (wire_.links > 2 && std::chrono::steady_clock::now() < end) uv_run(loop_.get(), UV_RUN_ONCE);
  EXPECT_EQ(wire_.links, 2);
}

TEST_F(ResolverTest, WhereAServerThatLeftFailsTheNewOneIsAsked) {
  Start({"127.0.0.1"});
  Ask();
  resolver_->SetSettings(Settings({"127.0.0.2"}));
  Deliver(0, Outcome::kRefused);
  ASSERT_EQ(wire_.sent.size(), 2U);
  EXPECT_EQ(wire_.sent[1].host, "127.0.0.2");
}

TEST_F(ResolverTest, WhatWaitsForRoomGoesToTheNewServer) {
  Start({"127.0.0.1"}, 1);
  for (int i = 0; i < 3; ++i) Ask();
  ASSERT_EQ(wire_.sent.size(), 1U);
  resolver_->SetSettings(Settings({"127.0.0.2"}, 1));
  const auto end = std::chrono::steady_clock::now() + seconds(20);
  while (wire_.sent.size() < 2 && std::chrono::steady_clock::now() < end) uv_run(loop_.get(), UV_RUN_ONCE);
  ASSERT_EQ(wire_.sent.size(), 2U);
  EXPECT_EQ(wire_.sent[1].host, "127.0.0.2");
  ReplyRight(0);
  EXPECT_EQ(wire_.sent.size(), 2U) << "the one that left has room, and is not asked";
  ReplyRight(1);
  ASSERT_EQ(wire_.sent.size(), 3U);
  EXPECT_EQ(wire_.sent[2].host, "127.0.0.2");
}

TEST_F(ResolverTest, AServerThatComesBackBeforeItIsGoneIsTheSame) {
  Start({"127.0.0.1", "127.0.0.2"});
  Ask();  // stays open
  TakeDown();
  resolver_->SetSettings(Settings({"127.0.0.2"}));
  resolver_->SetSettings(Settings({"127.0.0.1", "127.0.0.2"}));
  EXPECT_TRUE(resolver_->servers().front().is_down);
}

TEST_F(ResolverTest, AServerThatIsNamedTwiceIsOne) {
  Start({"127.0.0.1", "127.0.0.1"});
  EXPECT_EQ(resolver_->servers().size(), 1U);
}

}  // namespace policyd::dns::resolver_test
