#include "policyd/shared/channel.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/fake_engine.h"

namespace policyd::shared::channel_test {

using std::chrono::milliseconds;
using support::CommandWords;
using support::FakeEngine;
using support::TurnUntil;

constexpr milliseconds kLong{8000};

// Commands sent through a channel to an engine that follows a script, and all that comes of them.
class ChannelTest : public testing::Test {
 protected:
  void Open(FakeEngine::Script script, const Channel::Limits& limits = {.patience = kLong}) {
    engine_.emplace(loop_.get(), std::move(script));
    channel_.emplace(loop_.get(), engine_->endpoint(), limits,
                     [this](Trouble trouble, const std::string& text) { closed_.emplace(trouble, text); });
  }
  bool Send(std::vector<std::string_view> words) {
    return channel_->Send(words, [this](const Reply* reply) { told_.push_back(reply ? reply->text : "closed"); });
  }
  bool UntilClosed() {
    return TurnUntil(loop_.get(), [this] { return closed_.has_value(); });
  }
  bool UntilTold(std::size_t count) {
    return TurnUntil(loop_.get(), [=, this] { return told_.size() >= count; });
  }

  runtime::Loop loop_;
  std::optional<FakeEngine> engine_;
  std::optional<Channel> channel_;
  std::vector<std::string> told_;
  std::optional<std::pair<Trouble, std::string>> closed_;
};

TEST_F(ChannelTest, RepliesComeInTheOrderOfCommands) {
  Open([](const CommandWords& words) { return "+" + words.back() + "\r\n"; });
  for (const char* word : {"a", "b", "c"}) EXPECT_TRUE(Send({"ECHO", word}));
  ASSERT_TRUE(UntilTold(3));
  EXPECT_TRUE(Send({"ECHO", "d"}));
  ASSERT_TRUE(UntilTold(4));
  EXPECT_EQ(told_, (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(channel_->waiting(), 0U);
  EXPECT_FALSE(closed_);
}

TEST_F(ChannelTest, ThousandsAtOnceAllComeBack) {
  Open([](const CommandWords& words) {
    return "$" + std::to_string(words.back().size()) + "\r\n" + words.back() + "\r\n";
  });
  for (int i = 0; i < 4000; ++i) ASSERT_TRUE(Send({"ECHO", std::to_string(i) + std::string(20, 'x')})) << i;
  ASSERT_TRUE(UntilTold(4000));
  EXPECT_EQ(told_[3999], "3999" + std::string(20, 'x'));
}

TEST_F(ChannelTest, NobodyThere) {
  Open([](const CommandWords&) { return ""; });
  const auto endpoint = engine_->endpoint();
  engine_.reset();
  channel_.emplace(loop_.get(), endpoint, Channel::Limits{.patience = kLong},
                   [this](Trouble trouble, const std::string& text) { closed_.emplace(trouble, text); });
  Send({"PING"});
  ASSERT_TRUE(UntilClosed());
  EXPECT_EQ(closed_->first, Trouble::kUnreachable);
  EXPECT_EQ(closed_->second, "Connection refused");
  EXPECT_EQ(told_, std::vector<std::string>{"closed"});
}

TEST_F(ChannelTest, NoSuchSocket) {
  channel_.emplace(loop_.get(), config::Endpoint{.is_unix = true, .host = "/nonexistent/redis.sock"},
                   Channel::Limits{.patience = kLong},
                   [this](Trouble trouble, const std::string& text) { closed_.emplace(trouble, text); });
  EXPECT_FALSE(closed_) << "not from inside";
  ASSERT_TRUE(UntilClosed());
  EXPECT_EQ(closed_->second, "No such file or directory");
}

TEST_F(ChannelTest, ASilentEngineIsGivenUpInTime) {
  Open([](const CommandWords& words) { return words.front() == "PING" ? "+PONG\r\n" : ""; },
       {.patience = milliseconds{500}});
  const auto begin = std::chrono::steady_clock::now();
  Send({"PING"});
  Send({"GET", "a"});
  Send({"GET", "b"});
  ASSERT_TRUE(UntilClosed());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds{400});
  EXPECT_EQ(closed_->first, Trouble::kSilent);
  EXPECT_EQ(told_, (std::vector<std::string>{"PONG", "closed", "closed"}));
  EXPECT_FALSE(Send({"PING"})) << "it is closed";
}

TEST_F(ChannelTest, WaitsOnlyWhileSomethingIsAwaited) {
  Open([](const CommandWords&) { return "+OK\r\n"; }, {.patience = milliseconds{500}});
  Send({"PING"});
  ASSERT_TRUE(UntilTold(1));
  runtime::Timer pause(loop_.get(), [this] { told_.emplace_back("later"); });
  pause.Start(milliseconds{700});
  ASSERT_TRUE(UntilTold(2));
  EXPECT_FALSE(closed_);
}

TEST_F(ChannelTest, AnEngineThatHangsUp) {
  Open([](const CommandWords& words) {
    return words.front() == "PING" ? std::optional<std::string>("+PONG\r\n") : std::nullopt;
  });
  Send({"PING"});
  Send({"GET", "a"});
  Send({"GET", "b"});
  ASSERT_TRUE(UntilClosed());
  EXPECT_EQ(closed_->first, Trouble::kUnreachable);
  EXPECT_EQ(told_, (std::vector<std::string>{"PONG", "closed", "closed"}));
}

TEST_F(ChannelTest, WhatIsNoReplyEndsIt) {
  Open([](const CommandWords&) { return "HTTP/1.1 400 Bad Request\r\n\r\n"; });
  Send({"PING"});
  ASSERT_TRUE(UntilClosed());
  EXPECT_EQ(closed_->first, Trouble::kProtocol);
}

TEST_F(ChannelTest, RepliesThatNobodyAskedForEndIt) {
  Open([](const CommandWords&) { return "+OK\r\n+OK\r\n"; });
  Send({"PING"});
  ASSERT_TRUE(UntilClosed());
  EXPECT_EQ(closed_->first, Trouble::kProtocol);
  EXPECT_EQ(told_, std::vector<std::string>{"OK"});
}

TEST_F(ChannelTest, WhatWaitsIsBounded) {
  Open([](const CommandWords&) { return ""; }, {.patience = kLong, .most_bytes = 1000, .most_commands = 10});
  EXPECT_FALSE(Send({"SET", "k", std::string(2000, 'x')}));
  EXPECT_TRUE(Send({"SET", "k", std::string(700, 'x')}));
  EXPECT_FALSE(Send({"SET", "k", std::string(900, 'x')}));
  for (int i = 1; i < 10; ++i) EXPECT_TRUE(Send({"PING"})) << i;
  EXPECT_FALSE(Send({"PING"})) << "ten wait";
  EXPECT_TRUE(told_.empty());
}

TEST_F(ChannelTest, MayBeDestroyedByAReply) {
  Open([](const CommandWords&) { return "+OK\r\n+OK\r\n+OK\r\n"; });
  const std::array<std::string_view, 1> ping{"PING"};
  channel_->Send(ping, [this](const Reply*) { channel_.reset(); });
  channel_->Send(ping, [this](const Reply*) { told_.emplace_back("too late"); });
  ASSERT_TRUE(TurnUntil(loop_.get(), [this] { return !channel_.has_value(); }));
  EXPECT_TRUE(told_.empty());
  EXPECT_FALSE(closed_);
}

}  // namespace policyd::shared::channel_test
