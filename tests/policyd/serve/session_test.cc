#include "policyd/serve/session.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>

namespace policyd::serve::session_test {

using std::chrono::milliseconds;

// A worker that no request gets as far as.
class IdleHost : public Session::Host {
 public:
  void Begin(std::optional<Inquiry>&, rules::Request&, MailContext&, runtime::Deadline) override { FAIL(); }
  void Waits(Session&) override { FAIL(); }
  void Finished(const Inquiry&) override { FAIL(); }
  void Complain(std::string_view expected) override { complaint = expected; }
  void HeldMore(std::ptrdiff_t bytes) override { held += bytes; }
  void LackedMemory() override { FAIL(); }
  void Gone(Session&) override { is_gone = true; }

  std::string complaint;
  std::ptrdiff_t held = 0;
  bool is_gone = false;
};

class SessionTest : public testing::Test {
 protected:
  SessionTest() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    peer_ = ends[0];
    session_ = std::make_unique<Session>(loop_.get(), ends[1], host_);
  }
  ~SessionTest() override {
    session_.reset();
    close(peer_);
  }

  void Send(std::string_view text) {
    ASSERT_EQ(write(peer_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    uv_run(loop_.get(), UV_RUN_ONCE);
  }
  void CheckPatienceIn(milliseconds wait) { session_->CheckPatience(std::chrono::steady_clock::now() + wait); }

  runtime::Loop loop_;
  IdleHost host_;
  int peer_ = -1;
  std::unique_ptr<Session> session_;
};

TEST_F(SessionTest, GivesUpARequestThatIsDripped) {
  Send("request=smtpd_access_policy\n");
  CheckPatienceIn(kRequestMayTake - milliseconds{500});
  EXPECT_FALSE(host_.is_gone);
  CheckPatienceIn(kRequestMayTake);
  EXPECT_TRUE(host_.is_gone);
  EXPECT_EQ(host_.complaint, "a whole request within 10 s");
}

TEST_F(SessionTest, CountsFromTheBeginningOfTheRequest) {
  const runtime::Deadline before = std::chrono::steady_clock::now();
  Send("request=");
  const runtime::Deadline begun = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() <= begun) continue;
  Send("smtpd_access_policy\n");  // does not begin it anew
  session_->CheckPatience(before + kRequestMayTake - milliseconds{1});
  EXPECT_FALSE(host_.is_gone);
  session_->CheckPatience(begun + kRequestMayTake);
  EXPECT_TRUE(host_.is_gone);
}

TEST_F(SessionTest, TellsWhatAPartOfARequestHolds) {
  Send("request=");
  EXPECT_EQ(host_.held, 8);
  Send("smtpd");
  EXPECT_EQ(host_.held, 13);
  EXPECT_EQ(session_->held_bytes(), 13U);
  session_->Close();
  EXPECT_TRUE(host_.is_gone);
  EXPECT_EQ(host_.held, 0);
}

TEST_F(SessionTest, NeverClosesAnIdleConnection) {
  CheckPatienceIn(std::chrono::hours{1000});
  EXPECT_FALSE(host_.is_gone);
}

}  // namespace policyd::serve::session_test
