#include "policyd/dns/resolver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "policyd/runtime/uv_handle.h"
#include "tests/support/fake_name_server.h"
#include "tests/support/slow.h"

namespace policyd::dns::cares_server_test {

using rules::DnsQuestion;
using rules::RecordType;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::AddressRecord;
using support::FakeNameServer;
using support::Fault;
using Kind = Fault::Kind;
using Status = DnsReply::Status;

constexpr milliseconds kTimeout = milliseconds(400) * support::kSlow;
const DnsQuestion kQuestion{"mail.example", RecordType::kA};

class CaresServerTest : public testing::Test {
 protected:
  CaresServerTest() { server_.Add(AddressRecord("mail.example", "192.0.2.1")); }

  void Start(std::vector<config::Endpoint> servers, unsigned tries = 2) {
    config::DnsSettings settings;
    settings.servers = std::move(servers);
    settings.timeout = kTimeout;
    settings.tries = tries;
    Start(settings);
  }
  void Start(const config::DnsSettings& settings) {
    resolver_ = std::make_unique<Resolver>(
        loop_.get(), settings,
        Resolver::Events{.warn = [this](const std::string& text) { warnings_.push_back(text); },
                         .health_changed = [this] { ++health_changes_; }});
  }

  // Its answer arrives in answers_ under the number returned.
  std::size_t Ask(const DnsQuestion& question, QuestionClass question_class = QuestionClass::kList,
                  milliseconds wanted_within = seconds(30)) {
    const std::size_t number = answers_.size();
    answers_.emplace_back();
    took_.emplace_back();
    const runtime::Deadline now = std::chrono::steady_clock::now();
    is_asking_ = true;
    resolver_->Ask(question, question_class, now + wanted_within, [this, number, now](const Answer& answer) {
      EXPECT_FALSE(answers_[number]) << "called back twice";
      EXPECT_FALSE(is_asking_) << "called back from inside";
      answers_[number] = answer;
      took_[number] = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - now);
    });
    is_asking_ = false;
    return number;
  }

  // Runs the loop until every question is answered.
  void Run() {
    bool is_late = false;
    runtime::Timer guard(loop_.get(), [&is_late] { is_late = true; });
    guard.Start(seconds(20) * support::kSlow);
    runtime::Timer turn(loop_.get(), [] {});  // UV_RUN_ONCE may run timers alone and then wait
    turn.Start(milliseconds(1), milliseconds(1));
    while (!is_late && std::ranges::any_of(answers_, [](const auto& answer) { return !answer; })) {
      uv_run(loop_.get(), UV_RUN_ONCE);
    }
    ASSERT_FALSE(is_late) << "questions stay without answer";
  }
  void RunFor(milliseconds time) {
    bool is_over = false;
    runtime::Timer end(loop_.get(), [&is_over] { is_over = true; });
    end.Start(time);
    while (!is_over) uv_run(loop_.get(), UV_RUN_ONCE);
  }

  template <class Condition>
  void RunUntil(const Condition& condition) {
    const runtime::Deadline end = std::chrono::steady_clock::now() + seconds(20) * support::kSlow;
    runtime::Timer turn(loop_.get(), [] {});
    turn.Start(milliseconds(1), milliseconds(1));
    while (!condition() && std::chrono::steady_clock::now() < end) uv_run(loop_.get(), UV_RUN_ONCE);
    ASSERT_TRUE(condition());
  }

  Answer AskAndRun(const DnsQuestion& question = kQuestion) {
    const std::size_t number = Ask(question);
    Run();
    return answers_[number].value_or(Answer{});
  }

  FakeNameServer server_;
  runtime::Loop loop_;
  std::unique_ptr<Resolver> resolver_;
  std::vector<std::optional<Answer>> answers_;
  std::vector<milliseconds> took_;
  std::vector<std::string> warnings_;
  int health_changes_ = 0;
  bool is_asking_ = false;
};

TEST_F(CaresServerTest, AnswersWithTheRecords) {
  Start({server_.endpoint()});
  const Answer got = AskAndRun();
  EXPECT_EQ(got.reply.status, Status::kPresent);
  EXPECT_EQ(got.reply.addresses, rules::Addresses{*rules::IpAddress::Parse("192.0.2.1")});
  EXPECT_EQ(got.reply.ttl, 300U);
  EXPECT_TRUE(got.was_sent);
  EXPECT_EQ(AskAndRun({"none.example", RecordType::kA}).reply.status, Status::kAbsent);
}

struct FaultCase {
  const char* name;
  Fault fault;
  Status want;
  unsigned want_questions;  // how often it was asked
  int want_rcode = 0;
};

class ResolverFaultTest : public CaresServerTest, public testing::WithParamInterface<FaultCase> {};

TEST_P(ResolverFaultTest, EndsWithWhatCanBeKnown) {
  const auto& [name, fault, want, want_questions, want_rcode] = GetParam();
  server_.SetFault(fault);
  Start({server_.endpoint()});
  const Answer got = AskAndRun();
  EXPECT_EQ(got.reply.status, want);
  EXPECT_EQ(got.reply.rcode, want_rcode);
  EXPECT_TRUE(got.was_sent);
  EXPECT_EQ(server_.questions() - server_.probes(), want_questions);
  EXPECT_LT(took_.back(), 3 * kTimeout) << "two tries are two time-outs";
}

constexpr Fault Once(Kind kind) {
  return {.kind = kind, .times = 1};
}

// Nonsense is asked again at once, two times; then it counts as a try that ran out.
INSTANTIATE_TEST_SUITE_P(
    Always, ResolverFaultTest,
    testing::Values(
        FaultCase{"drop", {.kind = Kind::kDrop}, Status::kNotAnAnswer, 2},
        FaultCase{"servfail", {.kind = Kind::kRcode, .rcode = 2}, Status::kError, 1, 2},
        FaultCase{"refused", {.kind = Kind::kRcode, .rcode = 5}, Status::kError, 1, 5},
        FaultCase{"rcode_9", {.kind = Kind::kRcode, .rcode = 9}, Status::kError, 1, 9},
        FaultCase{"badvers_is_asked_again_without_edns", {.kind = Kind::kBadVers}, Status::kError, 2, 16},
        FaultCase{"formerr_to_edns", {.kind = Kind::kFormErrToEdns}, Status::kPresent, 2},
        FaultCase{"formerr_with_opt", {.kind = Kind::kFormErrWithOpt}, Status::kPresent, 2},
        FaultCase{"delay_beyond_the_first_try", {.kind = Kind::kDelay, .delay = kTimeout * 3 / 2}, Status::kPresent, 2},
        FaultCase{"truncated_goes_over_tcp", {.kind = Kind::kTruncate}, Status::kPresent, 2},
        FaultCase{"wrong_id", {.kind = Kind::kWrongId}, Status::kNotAnAnswer, 2},
        FaultCase{"wrong_question", {.kind = Kind::kWrongQuestion}, Status::kNotAnAnswer, 2},
        FaultCase{"echo", {.kind = Kind::kEcho}, Status::kNotAnAnswer, 4},
        FaultCase{"garbage", {.kind = Kind::kGarbage}, Status::kNotAnAnswer, 2},
        FaultCase{"pointer_loop", {.kind = Kind::kPointerLoop}, Status::kNotAnAnswer, 4},
        FaultCase{"empty_datagram_first", {.kind = Kind::kEmpty}, Status::kPresent, 1},
        FaultCase{"twice", {.kind = Kind::kTwice}, Status::kPresent, 1},
        FaultCase{"referral", {.kind = Kind::kReferral}, Status::kError, 1}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(Once, ResolverFaultTest,
                         testing::Values(FaultCase{"drop", Once(Kind::kDrop), Status::kPresent, 2},
                                         FaultCase{"wrong_id", Once(Kind::kWrongId), Status::kPresent, 2},
                                         FaultCase{"wrong_question", Once(Kind::kWrongQuestion), Status::kPresent, 2},
                                         FaultCase{"echo", Once(Kind::kEcho), Status::kPresent, 2},
                                         FaultCase{"pointer_loop", Once(Kind::kPointerLoop), Status::kPresent, 2},
                                         FaultCase{"garbage", Once(Kind::kGarbage), Status::kPresent, 2}),
                         [](const auto& row) { return row.param.name; });

class ResolverTcpTest : public CaresServerTest, public testing::WithParamInterface<std::optional<Kind>> {
 protected:
  // Nothing for a port that is closed.
  void Spoil(const std::string& name) {
    server_.SetFault({.kind = GetParam().value_or(Kind::kTruncate)}, name);
    if (!GetParam()) server_.RefuseTcp();
  }
};

TEST_P(ResolverTcpTest, AFailedConnectionIsThatQuestionsFailureAlone) {
  Spoil("bad.example");
  server_.SetFault({.kind = Kind::kDelay, .delay = kTimeout / 2}, "mail.example");
  Start({server_.endpoint()});
  const std::size_t early = Ask(kQuestion);
  std::vector<std::size_t> bad;
  for (int i = 0; i < 100; ++i) bad.push_back(Ask({std::to_string(i) + ".bad.example", RecordType::kPtr}));
  const std::size_t beside = Ask(kQuestion);
  Run();
  for (const std::size_t number : bad) {
    EXPECT_NE(answers_[number]->reply.status, Status::kPresent);
    EXPECT_FALSE(answers_[number]->server_answers_others);
    EXPECT_LT(took_[number], 3 * kTimeout);
  }
  for (const std::size_t number : {early, beside}) EXPECT_EQ(answers_[number]->reply.status, Status::kPresent);
  EXPECT_EQ(server_.questions("mail.example"), 2U) << "none had to be asked again";
  EXPECT_EQ(AskAndRun().reply.status, Status::kPresent);
  EXPECT_EQ(health_changes_, 0);
}

INSTANTIATE_TEST_SUITE_P(Faults, ResolverTcpTest,
                         testing::Values(Kind::kTruncateHang, Kind::kTruncateHalf, Kind::kTruncateSilent,
                                         Kind::kTruncateDrip, Kind::kTruncateGarbage, Kind::kTruncateClose,
                                         std::nullopt));

TEST_F(CaresServerTest, TruncatedAnswersAreHadBesideConnectionsThatHang) {
  server_.SetFault({.kind = Kind::kTruncateHang}, "bad.example");
  server_.SetFault({.kind = Kind::kTruncate}, "mail.example");
  Start({server_.endpoint()});
  // More than may be open at a time.
  for (int i = 0; i < 100; ++i) Ask({std::to_string(i) + ".bad.example", RecordType::kPtr}, QuestionClass::kReverse);
  const std::size_t good = Ask(kQuestion);
  Run();
  EXPECT_EQ(answers_[good]->reply.status, Status::kPresent);
  EXPECT_LT(took_[good], kTimeout);
}

TEST_F(CaresServerTest, HalfTheAnswersLostLosesNoQuestion) {
  server_.SetFault({.kind = Kind::kDropHalf});
  Start({server_.endpoint()}, 7);
  for (int i = 0; i < 20; ++i) Ask({"n" + std::to_string(i) + ".example", RecordType::kA});
  Run();
  for (const auto& answer : answers_) EXPECT_EQ(answer->reply.status, Status::kAbsent);
}

TEST_F(CaresServerTest, AnswersInAnyOrderFindTheirQuestions) {
  for (int i = 0; i < 10; ++i) {
    const std::string name = "n" + std::to_string(i) + ".example";
    server_.Add(AddressRecord(name, "192.0.2." + std::to_string(i)));
    server_.SetFault({.kind = Kind::kDelay, .delay = milliseconds(10 * (10 - i))}, name);
  }
  Start({server_.endpoint()});
  for (int i = 0; i < 10; ++i) Ask({"n" + std::to_string(i) + ".example", RecordType::kA});
  Run();
  for (std::size_t i = 0; i < 10; ++i) {
    ASSERT_EQ(answers_[i]->reply.addresses.size(), 1U);
    EXPECT_EQ(answers_[i]->reply.addresses[0].ToString(), "192.0.2." + std::to_string(i));
  }
}

TEST_F(CaresServerTest, ManyRecordsComeOverTcpAndAreBounded) {
  for (int i = 0; i < 600; ++i) {
    server_.Add(support::NameRecord("1.2.0.192.in-addr.arpa", support::kTypePtr, "n" + std::to_string(i) + ".example"));
  }
  server_.SetFault({.kind = Kind::kTruncate});
  Start({server_.endpoint()});
  const Answer got = AskAndRun({"1.2.0.192.in-addr.arpa", RecordType::kPtr});
  EXPECT_EQ(got.reply.names.size(), rules::kMaxPtrNames);
}

TEST_F(CaresServerTest, CnameLoopsAreAbsent) {
  server_.Add(support::NameRecord("a.example", support::kTypeCname, "b.example"));
  server_.Add(support::NameRecord("b.example", support::kTypeCname, "a.example"));
  Start({server_.endpoint()});
  EXPECT_EQ(AskAndRun({"a.example", RecordType::kA}).reply.status, Status::kAbsent);
}

// c-ares calls back at once for these.
TEST_F(CaresServerTest, NamesThatCannotBeSentAreAnsweredLater) {
  Start({server_.endpoint()});
  for (const std::string& name : {std::string("bad..name"), std::string(64, 'a'), std::string("")}) {
    const Answer got = AskAndRun({name, RecordType::kA});
    EXPECT_EQ(got.reply.status, Status::kNotAnAnswer) << name;
    EXPECT_FALSE(got.was_sent) << name;
  }
  EXPECT_EQ(AskAndRun({"x.onion", RecordType::kA}).reply.status, Status::kAbsent);
}

// One FORMERR switches EDNS off for a whole c-ares channel, behind our back; other questions must not suffer.
TEST_F(CaresServerTest, EdnsIsSwitchedOffForAllWithoutHarm) {
  server_.SetFault({.kind = Kind::kFormErrToEdns});
  Start({server_.endpoint()});
  for (int i = 0; i < 40; ++i) Ask(kQuestion);
  Run();
  for (const auto& answer : answers_) EXPECT_EQ(answer->reply.status, Status::kPresent);
  const unsigned before = server_.questions();
  EXPECT_EQ(AskAndRun().reply.status, Status::kPresent);
  EXPECT_EQ(server_.questions(), before + 1) << "asked without EDNS from then on";
  EXPECT_FALSE(server_.last_question_had_edns());
}

// Timers run before sockets: what came during a long turn must not count as lost.
TEST_F(CaresServerTest, ALongTurnOfTheLoopIsNoTimeOut) {
  Start({server_.endpoint()}, 1);
  Ask(kQuestion);
  const runtime::Deadline end = std::chrono::steady_clock::now() + kTimeout + milliseconds(50);
  while (std::chrono::steady_clock::now() < end) continue;  // a turn that takes long
  Run();
  EXPECT_EQ(answers_[0]->reply.status, Status::kPresent);
}

TEST_F(CaresServerTest, SourcePortsChange) {
  Start({server_.endpoint()});
  for (int i = 0; i < 50; ++i) AskAndRun();
  auto ports = server_.source_ports();
  std::ranges::sort(ports);
  const auto repeated = std::ranges::unique(ports);
  EXPECT_GT(50 - static_cast<int>(repeated.size()), 25);
}

TEST_F(CaresServerTest, ABurstOf20000IsNotLost) {
  Start({server_.endpoint()});
  for (int i = 0; i < 20'000; ++i) Ask({"n" + std::to_string(i) + ".example", RecordType::kA});
  Run();
  const auto lost = std::ranges::count_if(answers_, [](const auto& a) { return a->reply.status != Status::kAbsent; });
  EXPECT_EQ(lost, 0);
  EXPECT_EQ(server_.questions(), 20'000U) << "none was asked twice";
}

TEST_F(CaresServerTest, EndsWithQuestionsOpenAndTellsNobody) {
  server_.SetFault({.kind = Kind::kDrop});
  Start({server_.endpoint()});
  for (int i = 0; i < 100; ++i) Ask(kQuestion);
  RunFor(milliseconds(5));
  resolver_.reset();
  for (const auto& answer : answers_) EXPECT_FALSE(answer);
}

// A port that was a server's a moment ago.
config::Endpoint ClosedPort() {
  return FakeNameServer().endpoint();
}

TEST_F(CaresServerTest, ARefusingServerIsLeftAtOnce) {
  Start({ClosedPort(), server_.endpoint()});
  EXPECT_EQ(AskAndRun().reply.status, Status::kPresent);
  EXPECT_LT(took_.back(), kTimeout);
}

// The kernel tells the first refusal to whoever sends next, and nobody else.
TEST_F(CaresServerTest, ARefusingServerIsLeftAtOnceByAllThatWereAskedTogether) {
  Start({ClosedPort(), server_.endpoint()});
  for (int i = 0; i < 8; ++i) Ask({"n" + std::to_string(i) + ".example", RecordType::kA});
  Run();
  for (const auto& answer : answers_) EXPECT_EQ(answer->reply.status, Status::kAbsent);
  for (const milliseconds took : took_) EXPECT_LT(took, kTimeout);
}

TEST_F(CaresServerTest, ARefusingServerAloneIsWaitedFor) {
  const config::Endpoint endpoint = ClosedPort();
  Start({endpoint});
  Ask(kQuestion);
  RunFor(kTimeout / 2);
  FakeNameServer restarted(endpoint.port);
  restarted.Add(AddressRecord("mail.example", "192.0.2.7"));
  Run();
  EXPECT_EQ(answers_[0]->reply.status, Status::kPresent);
}

TEST_F(CaresServerTest, TheMedianDoesNotPayForADeadFirstServer) {
  FakeNameServer dead;
  dead.SetFault({.kind = Kind::kDrop});
  Start({dead.endpoint(), server_.endpoint()});
  for (int i = 0; i < 21; ++i) AskAndRun({"n" + std::to_string(i) + ".example", RecordType::kA});
  for (const auto& answer : answers_) EXPECT_EQ(answer->reply.status, Status::kAbsent);
  EXPECT_LE(std::ranges::count_if(took_, [](milliseconds took) { return took >= kTimeout; }), 3);
  EXPECT_FALSE(resolver_->servers_are_down());
}

TEST_F(CaresServerTest, ErrorsOfOneServerAreAskedOfTheOther) {
  FakeNameServer broken;
  broken.SetFault({.kind = Kind::kRcode, .rcode = 2});
  Start({broken.endpoint(), server_.endpoint()}, 1);
  EXPECT_EQ(AskAndRun().reply.status, Status::kPresent);
}

TEST_F(CaresServerTest, SaysThatServersAreDownAndThatTheyAreBack) {
  server_.SetFault({.kind = Kind::kDrop});
  Start({server_.endpoint()}, 1);
  AskAndRun();
  EXPECT_FALSE(resolver_->servers_are_down());
  RunUntil([this] { return resolver_->servers_are_down(); });
  EXPECT_EQ(health_changes_, 1);
  EXPECT_GE(server_.probes(), 3U);  // the next may have left when the third was given up
  server_.ClearFaults();
  RunUntil([this] { return !resolver_->servers_are_down(); });
  EXPECT_EQ(health_changes_, 2);
  EXPECT_EQ(AskAndRun().reply.status, Status::kPresent);
}

TEST_F(CaresServerTest, SilenceOfStrangersTakesNoServerDown) {
  server_.SetFault({.kind = Kind::kDrop}, "silent.example");
  Start({server_.endpoint()}, 1);
  for (int i = 0; i < 200; ++i) Ask({std::to_string(i) + ".silent.example", RecordType::kPtr}, QuestionClass::kReverse);
  Run();
  EXPECT_EQ(health_changes_, 0);
}

TEST_F(CaresServerTest, QuestionsHaveOneTryOfServersThatAreDown) {
  server_.SetFault({.kind = Kind::kDrop});
  Start({server_.endpoint()});
  Ask(kQuestion);
  RunUntil([this] { return resolver_->servers_are_down(); });
  Run();
  const Answer down = AskAndRun();
  EXPECT_TRUE(down.was_sent);
  EXPECT_LT(took_.back(), 2 * kTimeout);
}

TEST_F(CaresServerTest, TellsThatTheServerAnswersOthers) {
  server_.SetFault({.kind = Kind::kDrop}, "silent.example");
  Start({server_.endpoint()}, 1);
  const Answer beside_a_probe = AskAndRun({"silent.example", RecordType::kPtr});
  EXPECT_TRUE(beside_a_probe.server_answers_others) << "asked while all else is quiet";
  server_.SetFault({.kind = Kind::kDrop});
  server_.SetFault({.kind = Kind::kDelay, .delay = milliseconds(60)}, "mail.example");
  const std::size_t silent = Ask({"silent.example", RecordType::kPtr}, QuestionClass::kReverse);
  Ask(kQuestion);
  Run();
  EXPECT_TRUE(answers_[silent]->server_answers_others);
  const Answer alone = AskAndRun({"silent.example", RecordType::kPtr});
  EXPECT_FALSE(alone.server_answers_others) << "only answers after it was sent count";
}

TEST_F(CaresServerTest, SlowReverseZonesDoNotStarveLists) {
  server_.SetFault({.kind = Kind::kDrop}, "in-addr.arpa");
  config::DnsSettings settings;
  settings.servers = {server_.endpoint()};
  settings.timeout = seconds(2) * support::kSlow;
  settings.tries = 1;
  settings.in_flight = 100;
  Start(settings);
  for (int i = 0; i < 500; ++i) {
    Ask({std::to_string(i) + ".2.0.192.in-addr.arpa", RecordType::kPtr}, QuestionClass::kReverse,
        milliseconds(1500) * support::kSlow);
  }
  RunFor(milliseconds(100));
  EXPECT_EQ(server_.questions("in-addr.arpa"), 50U) << "half of what may be open";
  for (int i = 0; i < 500; ++i) Ask({std::to_string(i) + ".zen.example", RecordType::kA}, QuestionClass::kList);
  Run();
  for (std::size_t i = 500; i < 1000; ++i) {
    EXPECT_EQ(answers_[i]->reply.status, Status::kAbsent);
    EXPECT_LT(took_[i], seconds(1) * support::kSlow);
  }
}

}  // namespace policyd::dns::cares_server_test
