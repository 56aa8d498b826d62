#include "policyd/ctl/commands_decisions.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::ask_test {

using testing::Values;

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Takes one connection, reads one request, answers in the given pieces and closes.
class OneAnswer {
 public:
  OneAnswer(const std::string& path, std::vector<std::string> pieces) : pieces_(std::move(pieces)) {
    fd_ = socket(path.empty() ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in inet{};
    inet.sin_family = AF_INET;
    inet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    path.copy(local.sun_path, sizeof(local.sun_path) - 1);
    const auto* address = path.empty() ? reinterpret_cast<sockaddr*>(&inet) : reinterpret_cast<sockaddr*>(&local);
    const socklen_t size = path.empty() ? sizeof(inet) : sizeof(local);
    EXPECT_EQ(bind(fd_, address, size), 0);
    EXPECT_EQ(listen(fd_, 1), 0);
    sockaddr_in bound{};
    socklen_t bound_size = sizeof(bound);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&bound), &bound_size), 0);
    endpoint_ = path.empty() ? "inet:127.0.0.1:" + std::to_string(ntohs(bound.sin_port)) : "unix:" + path;
    thread_ = std::thread([this] { Serve(); });
  }
  ~OneAnswer() {
    Wait();
    close(fd_);
  }

  // What the client asked.
  const std::string& Wait() {
    if (thread_.joinable()) {
      shutdown(fd_, SHUT_RDWR);  // nobody may have come
      thread_.join();
    }
    return request_;
  }
  const std::string& endpoint() const { return endpoint_; }

 private:
  void Serve() {
    const int client = accept(fd_, nullptr, nullptr);
    if (client < 0) return;
    char bytes[4096];
    while (!Has(request_, "\n\n")) {
      const ssize_t got = read(client, bytes, sizeof(bytes));
      if (got <= 0) break;
      request_.append(bytes, static_cast<std::size_t>(got));
    }
    for (const std::string& piece : pieces_) {
      EXPECT_EQ(send(client, piece.data(), piece.size(), MSG_NOSIGNAL), static_cast<ssize_t>(piece.size()));
    }
    close(client);
  }

  std::vector<std::string> pieces_;
  std::string endpoint_, request_;
  int fd_ = -1;
  std::thread thread_;
};

void Listen(const Tool& tool, const std::string& endpoint) {
  tool.Configure("policy_service.listen = [\"" + endpoint + "\"]\n");
}

struct Case {
  const char* name;
  bool is_unix;
  std::vector<std::string> pieces;
  ExitStatus want;
  const char* want_out;
  const char* want_error;
};

class AskTest : public testing::TestWithParam<Case> {};

TEST_P(AskTest, PrintsTheAction) {
  Tool tool;
  OneAnswer daemon(GetParam().is_unix ? tool.path("socket") : "", GetParam().pieces);
  Listen(tool, daemon.endpoint());
  const auto ran = tool.Run(RunAsk, AskOptions{.client = "192.0.2.1"});
  EXPECT_EQ(ran.status, GetParam().want) << ran.error;
  EXPECT_EQ(ran.out, GetParam().want_out);
  EXPECT_TRUE(Has(ran.error, GetParam().want_error)) << ran.error;
  if (GetParam().want != kDone) {
    const std::string place = daemon.endpoint().substr(daemon.endpoint().find(':') + 1);
    EXPECT_TRUE(Has(ran.error, place)) << ran.error;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, AskTest,
    Values(Case{"inet", false, {"action=DUNNO\n\n"}, kDone, "DUNNO\n", ""},
           Case{"unix", true, {"action=DUNNO\n\n"}, kDone, "DUNNO\n", ""},
           Case{"in_pieces",
                false,
                {"act", "ion=DEFER_IF_PERMIT 4.2.0 x=y\n", "\n"},
                kDone,
                "DEFER_IF_PERMIT 4.2.0 x=y\n",
                ""},
           Case{"closed_early", false, {"action=DUNNO\n"}, kUnreachable, "", "closed before the answer"},
           Case{"closed_at_once", false, {}, kUnreachable, "", "closed before the answer"},
           Case{"somebody_else", false, {"220 mail ESMTP\r\n\n\n"}, kUnreachable, "", "expected \"action=...\""}),
    [](const auto& row) { return row.param.name; });

TEST(Ask, AsksAsPostfixWould) {
  Tool tool;
  OneAnswer daemon("", {"action=DUNNO\n\n"});
  Listen(tool, daemon.endpoint());
  const AskOptions options{.client = "2001:DB8::1",
                           .name = "n.example",
                           .helo = "h.example",
                           .sender = "",
                           .recipient = "r@here.example",
                           .state = "DATA"};
  EXPECT_EQ(tool.Run(RunAsk, options).status, kDone);
  const std::string& request = daemon.Wait();
  for (const char* line : {"request=smtpd_access_policy\n", "protocol_state=DATA\n", "client_address=2001:db8::1\n",
                           "client_name=n.example\n", "helo_name=h.example\n", "sender=\n",
                           "recipient=r@here.example\n", "instance=ask."}) {
    EXPECT_TRUE(Has(request, line)) << line << request;
  }
}

TEST(Ask, SaysWhereNobodyAnswers) {
  Tool tool;
  Listen(tool, "unix:" + tool.path("no-socket"));
  const auto ran = tool.Run(RunAsk, AskOptions{.client = "192.0.2.1"});
  EXPECT_EQ(ran.status, kUnreachable);
  EXPECT_TRUE(Has(ran.error, "unix:" + tool.path("no-socket"))) << ran.error;
}

TEST(Ask, GivesUpOnADaemonThatIsSilent) {
  Tool tool;
  // Nobody accepts: the kernel completes the connection, and no answer comes.
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  tool.path("silent").copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(fd, 1), 0);
  Listen(tool, "unix:" + tool.path("silent"));
  const auto ran = tool.Run(RunAsk, AskOptions{.client = "192.0.2.1", .patience = std::chrono::milliseconds(20)});
  EXPECT_EQ(ran.status, kUnreachable);
  EXPECT_TRUE(Has(ran.error, "no answer in time")) << ran.error;
  close(fd);
}

struct BadCase {
  const char* name;
  AskOptions options;
};

class BadAskTest : public testing::TestWithParam<BadCase> {};

TEST_P(BadAskTest, IsUsage) {
  Tool tool;
  Listen(tool, "unix:" + tool.path("no-socket"));
  EXPECT_EQ(tool.Run(RunAsk, GetParam().options).status, kUsage);
}

INSTANTIATE_TEST_SUITE_P(Ctl, BadAskTest,
                         Values(BadCase{"no_address", {.client = "mail.example.com"}},
                                BadCase{"second_attribute", {.client = "192.0.2.1", .helo = "a\nsasl_username=x"}},
                                BadCase{"zero_byte", {.client = "192.0.2.1", .sender = std::string("a\0b", 3)}}),
                         [](const auto& row) { return row.param.name; });

}  // namespace policyd::ctl::ask_test
