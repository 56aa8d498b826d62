#include "policyd/shared/link.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policyd/shared/engine.h"
#include "tests/support/fake_engine.h"

namespace policyd::shared::link_test {

using std::chrono::milliseconds;
using support::CommandWords;
using support::FakeEngine;
using support::SoundAnswer;
using support::TurnUntil;

constexpr Link::Pace kQuick{.limits = {.patience = milliseconds{3000}},
                            .first_pause = milliseconds{2},
                            .longest_pause = milliseconds{10},
                            .pause_for_person = milliseconds{20},
                            .look_every = milliseconds{5}};

// A sound engine but for one command.
FakeEngine::Script But(std::string name, std::optional<std::string> answer) {
  return [name = std::move(name), answer = std::move(answer)](const CommandWords& words) {
    return words.front() == name ? answer : SoundAnswer(words);
  };
}

class LinkTest : public testing::Test {
 protected:
  LinkTest() : engine_(loop_.get(), SoundAnswer) { settings_.servers = {engine_.endpoint()}; }

  void Open(Link::Use use, const Link::Pace& pace = kQuick) {
    // The system's words may differ from one try to the next.
    link_.emplace(loop_.get(), settings_, use, pace, [this](const LinkState& state) {
      const bool is_news = seen_.empty() || seen_.back().is_ready != state.is_ready ||
                           seen_.back().trouble != state.trouble || seen_.back().server != state.server;
      if (is_news) seen_.push_back(state);
    });
  }
  bool UntilSeen(std::size_t count) {
    return TurnUntil(loop_.get(), [=, this] { return seen_.size() >= count; });
  }
  bool UntilAccepted(std::size_t count) {
    return TurnUntil(loop_.get(), [=, this] { return engine_.accepted() >= count; });
  }

  runtime::Loop loop_;
  FakeEngine engine_;
  config::SharedSettings settings_;
  std::vector<LinkState> seen_;
  std::optional<Link> link_;
};

TEST_F(LinkTest, ASoundEngineIsReady) {
  Open(Link::Use::kWriting);
  EXPECT_FALSE(link_->state().is_ready);
  ASSERT_TRUE(UntilSeen(1));
  EXPECT_TRUE(link_->state().is_ready);
  EXPECT_EQ(link_->state().server, engine_.endpoint().ToString());
  EXPECT_EQ(engine_.commands(),
            (std::vector<CommandWords>{{"PING"}, {"INFO"}, {"ROLE"}, {"SET", "sekimori:probe", "1", "PX", "60000"}}));
}

TEST_F(LinkTest, ReadingWritesNothing) {
  Open(Link::Use::kReading);
  ASSERT_TRUE(UntilSeen(1));
  EXPECT_EQ(engine_.commands().back(), (CommandWords{"GET", "sekimori:probe"}));
}

TEST_F(LinkTest, SaysWhoItIs) {
  settings_.password = "s3cret";
  Open(Link::Use::kReading);
  ASSERT_TRUE(UntilSeen(1));
  EXPECT_EQ(engine_.commands().front(), (CommandWords{"AUTH", "s3cret"}));
  settings_.user = "mx";
  engine_.HangUp();
  ASSERT_TRUE(UntilSeen(3));
  EXPECT_TRUE(link_->state().is_ready);
  EXPECT_EQ(std::ranges::count(engine_.commands(), CommandWords{"AUTH", "mx", "s3cret"}), 1);
}

struct Case {
  const char* name;
  const char* command;
  std::optional<std::string> answer;
  Trouble want;
};

class GreetingTest : public LinkTest, public testing::WithParamInterface<Case> {};

// Whatever is wrong with the engine is said once, however often it is tried, and it is found to be well again.
TEST_P(GreetingTest, SaysWhatIsWrongOnceAndGoesOnTrying) {
  const Case& row = GetParam();
  settings_.password = "s3cret";
  engine_.SetScript(But(row.command, row.answer));
  Open(Link::Use::kWriting);
  ASSERT_TRUE(UntilAccepted(4));
  ASSERT_EQ(seen_.size(), 1U);
  EXPECT_EQ(RowOf(seen_[0].trouble).name, RowOf(row.want).name);
  EXPECT_FALSE(seen_[0].is_ready);
  const std::array<std::string_view, 1> ping{"PING"};
  EXPECT_FALSE(link_->Send(ping, [](const Reply*) {}));
  engine_.SetScript(SoundAnswer);
  ASSERT_TRUE(UntilSeen(2));
  EXPECT_TRUE(link_->state().is_ready);
}

INSTANTIATE_TEST_SUITE_P(
    Link, GreetingTest,
    testing::Values(
        Case{"wrong_password", "AUTH", "-WRONGPASS invalid username-password pair or user is disabled.\r\n",
             Trouble::kPassword},
        Case{"no_password_there", "AUTH", "-ERR AUTH <password> called without any password configured\r\n",
             Trouble::kPassword},
        Case{"loading", "PING", "-LOADING Redis is loading the dataset in memory\r\n", Trouble::kLoading},
        Case{"no_pong", "PING", "+OK\r\n", Trouble::kProtocol},
        Case{"old", "INFO", "$21\r\nredis_version:5.0.1\r\n\r\n", Trouble::kVersion},
        Case{"no_info", "INFO", "-NOPERM this user has no permissions to run the 'info' command\r\n",
             Trouble::kPermission},
        Case{"replica", "ROLE", "*1\r\n$5\r\nslave\r\n", Trouble::kReplica},
        Case{"full", "SET", "-OOM command not allowed when used memory > 'maxmemory'.\r\n", Trouble::kMemory},
        Case{"no_snapshot", "SET", "-MISCONF Redis is configured to save RDB snapshots\r\n", Trouble::kSnapshot},
        Case{"no_replicas", "SET", "-NOREPLICAS Not enough good replicas to write.\r\n", Trouble::kReplicas},
        Case{"cluster", "SET", "-MOVED 866 127.0.0.1:7001\r\n", Trouble::kCluster},
        Case{"hangs_up", "INFO", std::nullopt, Trouble::kUnreachable},
        Case{"web_server", "AUTH", "HTTP/1.1 400 Bad Request\r\n\r\n", Trouble::kProtocol}),
    [](const auto& row) { return row.param.name; });

TEST_F(LinkTest, ASilentEngineIsLeft) {
  engine_.SetScript([](const CommandWords&) { return ""; });
  Link::Pace pace = kQuick;
  pace.limits.patience = milliseconds{30};
  Open(Link::Use::kReading, pace);
  ASSERT_TRUE(UntilAccepted(3));
  ASSERT_EQ(seen_.size(), 1U);
  EXPECT_EQ(seen_[0].trouble, Trouble::kSilent);
}

TEST_F(LinkTest, NoticesWhatAWorkingEngineBecomes) {
  Open(Link::Use::kReading);
  ASSERT_TRUE(UntilSeen(1));
  engine_.SetScript(But("ROLE", "*1\r\n$5\r\nslave\r\n"));
  ASSERT_TRUE(UntilSeen(2));
  EXPECT_EQ(link_->state().trouble, Trouble::kReplica);
}

TEST_F(LinkTest, AnErrorOfACommandEndsItWhereItIsOneOfTheEngine) {
  Link::Pace pace = kQuick;
  pace.look_every = std::chrono::hours{1};
  Open(Link::Use::kWriting, pace);
  ASSERT_TRUE(UntilSeen(1));
  std::string answer = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
  engine_.SetScript(
      [&](const CommandWords& words) { return words.front() == "HSET" ? std::optional(answer) : SoundAnswer(words); });
  const std::array<std::string_view, 4> hset{"HSET", "k", "f", "v"};
  std::vector<std::string> told;
  const auto note = [&](const Reply* reply) { told.push_back(reply ? reply->text.substr(0, 9) : "closed"); };
  ASSERT_TRUE(link_->Send(hset, note));
  ASSERT_TRUE(TurnUntil(loop_.get(), [&] { return told.size() == 1; }));
  EXPECT_TRUE(link_->state().is_ready);
  answer = "-READONLY You can't write against a read only replica.\r\n";
  engine_.SetScript([&](const CommandWords& words) {
    if (words.front() == "ROLE") return std::optional<std::string>("*1\r\n$5\r\nslave\r\n");
    return words.front() == "HSET" ? std::optional(answer) : SoundAnswer(words);
  });
  ASSERT_TRUE(link_->Send(hset, note));
  ASSERT_TRUE(UntilSeen(2));
  EXPECT_EQ(told, (std::vector<std::string>{"WRONGTYPE", "READONLY "}));
  EXPECT_EQ(link_->state().trouble, Trouble::kReplica);
}

TEST_F(LinkTest, OfSeveralTheFirstThatTakesWritesIsUsed) {
  FakeEngine replica(loop_.get(), But("ROLE", "*1\r\n$5\r\nslave\r\n"));
  settings_.servers = {replica.endpoint(), engine_.endpoint()};
  Open(Link::Use::kReading);
  ASSERT_TRUE(UntilSeen(1));
  EXPECT_TRUE(link_->state().is_ready);
  EXPECT_EQ(link_->state().server, engine_.endpoint().ToString());
  // They change places.
  replica.SetScript(SoundAnswer);
  engine_.SetScript(But("ROLE", "*1\r\n$5\r\nslave\r\n"));
  ASSERT_TRUE(UntilSeen(3));
  EXPECT_EQ(link_->state().server, replica.endpoint().ToString());
}

// The thread of its own: everything above belongs to one loop.
TEST(Engine, SaysItsStateToAnyThreadAndEnds) {
  runtime::Loop loop;
  FakeEngine fake(loop.get(), SoundAnswer);
  config::SharedSettings settings;
  settings.servers = {fake.endpoint()};
  std::atomic<int> told = 0;
  Engine engine(
      settings, [&](const EngineState&) { ++told; }, kQuick);
  EXPECT_TRUE(TurnUntil(loop.get(), [&] { return engine.state().is_ready; }));
  EXPECT_EQ(told, 1);
  fake.SetScript(But("SET", "-OOM command not allowed when used memory > 'maxmemory'.\r\n"));
  EXPECT_TRUE(TurnUntil(loop.get(), [&] { return engine.state().trouble == Trouble::kMemory; }));
  EXPECT_EQ(engine.state().Name(), "refused");
  EXPECT_EQ(told, 2);
}

}  // namespace policyd::shared::link_test
