#include "policyd/dns/resolver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "policyd/uv_handle.h"
#include "tests/support/fake_name_server.h"

namespace policyd::dns {
namespace {

using rules::DnsQuestion;
using rules::RecordType;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::AddressRecord;
using support::FakeNameServer;
using support::Fault;
using Kind = Fault::Kind;
using Status = DnsReply::Status;

constexpr milliseconds kTimeout{150};
const DnsQuestion kQuestion{"mail.example", RecordType::kA};

class ResolverTest : public testing::Test {
 protected:
  ResolverTest() { server_.Add(AddressRecord("mail.example", "192.0.2.1")); }

  void Start(std::vector<Endpoint> servers, unsigned tries = 2) {
    DnsSettings settings;
    settings.servers = std::move(servers);
    settings.timeout = kTimeout;
    settings.tries = tries;
    Start(settings);
  }
  void Start(const DnsSettings& settings) {
    resolver_ = MakeResolver(loop_.get(), settings,
                             {.warn = [this](const std::string& text) { warnings_.push_back(text); },
                              .health_changed = [this] { ++health_changes_; }});
  }

  // Its answer arrives in answers_ under the number returned.
  std::size_t Ask(const DnsQuestion& question, QuestionClass question_class = QuestionClass::kList,
                  milliseconds wanted_within = seconds(30)) {
    const std::size_t number = answers_.size();
    answers_.emplace_back();
    took_.emplace_back();
    const Deadline now = std::chrono::steady_clock::now();
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
    Timer guard(loop_.get(), [&is_late] { is_late = true; });
    guard.Start(seconds(20));
    while (!is_late && std::ranges::any_of(answers_, [](const auto& answer) { return !answer; })) {
      uv_run(loop_.get(), UV_RUN_ONCE);
    }
    ASSERT_FALSE(is_late) << "questions stay without answer";
  }
  void RunFor(milliseconds time) {
    bool is_over = false;
    Timer end(loop_.get(), [&is_over] { is_over = true; });
    end.Start(time);
    while (!is_over) uv_run(loop_.get(), UV_RUN_ONCE);
  }

  Answer AskAndRun(const DnsQuestion& question = kQuestion) {
    const std::size_t number = Ask(question);
    Run();
    return answers_[number].value_or(Answer{});
  }

  FakeNameServer server_;
  Loop loop_;
  std::unique_ptr<Resolver> resolver_;
  std::vector<std::optional<Answer>> answers_;
  std::vector<milliseconds> took_;
  std::vector<std::string> warnings_;
  int health_changes_ = 0;
  bool is_asking_ = false;
};

TEST_F(ResolverTest, AnswersWithTheRecords) {
  Start({server_.endpoint()});
  const Answer got = AskAndRun();
  EXPECT_EQ(got.reply.status, Status::kPresent);
  EXPECT_EQ(got.reply.addresses, rules::Addresses{*rules::IpAddress::Parse("192.0.2.1")});
  EXPECT_EQ(got.reply.ttl, 300U);
  EXPECT_TRUE(got.was_sent);
  EXPECT_EQ(AskAndRun({"none.example", RecordType::kA}).reply.status, Status::kAbsent);
}

}  // namespace
}  // namespace policyd::dns
