#include "policyd/admin/explain/explain.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stop_token>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/config_values.h"
#include "tests/support/temp_directory.h"

namespace policyd::admin::offline_decision_test {

// A name server that hears, and never answers.
class SilentServer {
 public:
  SilentServer() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~SilentServer() { close(fd_); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;

  std::string port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    return std::to_string(ntohs(address.sin_port));
  }
  void AwaitQuestion() const {
    std::array<char, 512> bytes{};
    EXPECT_GT(recv(fd_, bytes.data(), bytes.size(), 0), 0);
  }

 private:
  const int fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

class OfflineDecisionTest : public testing::Test {
 protected:
  OfflineDecisionTest() {
    auto opened =
        cache::Stores::OpenForDaemon({.directory = directory_ / "store", .max_size = std::uint64_t{64} << 20});
    if (auto* stores = std::get_if<std::unique_ptr<cache::Stores>>(&opened)) stores_ = std::move(*stores);
    request_.state = rules::ProtocolState::kRcpt;
    request_.client = rules::IpAddress::Parse("192.0.2.1");
  }

  // Would take more than a minute.
  OfflineDecision Decide(const std::stop_token& stop) const {
    const config::Config config =
        support::ParseOrDie("policy_service.answer_within = \"80s\"\ndns.servers = [\"127.0.0.1:" + silent_.port() +
                            "\"]\ndns.timeout = \"30s\"\n");
    return DecideOffline(config, *stores_, request_, serve::DnsSource::kServers, rules::TimePoint{rules::seconds{1}},
                         {}, stop);
  }

  support::TempDirectory directory_;
  std::unique_ptr<cache::Stores> stores_;
  rules::Request request_;
  const SilentServer silent_;
};

constexpr std::chrono::seconds kSoon{20};

TEST_F(OfflineDecisionTest, EndsWhenItIsToStop) {
  ASSERT_TRUE(stores_);
  std::stop_source stop;
  const auto began = std::chrono::steady_clock::now();
  std::thread stopper([&] {
    silent_.AwaitQuestion();
    stop.request_stop();
  });
  const OfflineDecision decision = Decide(stop.get_token());
  stopper.join();
  EXPECT_EQ(decision.finished.answered, rules::Action::kPass);
  EXPECT_LT(std::chrono::steady_clock::now() - began, kSoon);
}

TEST_F(OfflineDecisionTest, DoesNotBeginToWaitWhereItHasStopped) {
  ASSERT_TRUE(stores_);
  std::stop_source stop;
  stop.request_stop();
  const auto began = std::chrono::steady_clock::now();
  Decide(stop.get_token());
  EXPECT_LT(std::chrono::steady_clock::now() - began, kSoon);
}

}  // namespace policyd::admin::offline_decision_test
