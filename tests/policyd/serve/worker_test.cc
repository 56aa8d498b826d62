#include "policyd/serve/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/temp_directory.h"

namespace policyd::serve::worker_test {

constexpr int kPatience = 10'000;  // ms; only a test that fails waits so long

// The far end of a connection: what Postfix does.
class PolicyClient {
 public:
  explicit PolicyClient(Worker& worker) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    fd_ = ends[0];
    worker.Give(ends[1]);
  }
  ~PolicyClient() { Close(); }
  PolicyClient(const PolicyClient&) = delete;
  PolicyClient& operator=(const PolicyClient&) = delete;

  void Send(std::string_view bytes) {
    EXPECT_EQ(send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }

  // Whole answers; "EOF" once the connection was closed.
  std::string Receive() {
    for (;;) {
      const std::size_t end = received_.find("\n\n");
      if (end != std::string::npos) {
        std::string answer = received_.substr(0, end);
        received_.erase(0, end + 2);
        return answer;
      }
      if (!Await(kPatience)) return "silence";
      char bytes[4096];
      const ssize_t count = recv(fd_, bytes, sizeof bytes, 0);
      if (count <= 0) return received_.empty() ? "EOF" : "half an answer";
      received_.append(bytes, static_cast<std::size_t>(count));
    }
  }

  bool HasMore() { return !received_.empty() || Await(0); }
  void EndInput() { shutdown(fd_, SHUT_WR); }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  bool Await(int patience) const {
    pollfd watched{.fd = fd_, .events = POLLIN, .revents = 0};
    return ::poll(&watched, 1, patience) > 0;
  }

  int fd_ = -1;
  std::string received_;
};

std::string RequestFrom(std::string_view client) {
  return "request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=" + std::string(client) +
         "\nhelo_name=mail.example\nsender=a@example.org\nrecipient=b@example.com\ninstance=1.2\n\n";
}

const std::string kOwn = RequestFrom("127.0.0.1");  // passes without a question
const std::string kStranger = RequestFrom("203.0.113.45");

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() {
    auto opened =
        cache::Stores::OpenForDaemon({.directory = directory_ / "store", .max_size = std::uint64_t{64} << 20});
    stores_ = std::get<std::unique_ptr<cache::Stores>>(std::move(opened));
    worker_ = std::make_unique<Worker>(
        0, WorkerContext{.stores = *stores_,
                         .clock = clock_,
                         .config = config_,
                         .health = health_,
                         .log = log_,
                         .metrics = metrics_,
                         .own_network = own_network_,
                         .ledger = ledger_,
                         .ask = [this](dns::LookupRequest request) { Asked(std::move(request)); },
                         .record =
                             [this](cache::RecordWrite write) {
                               if (write.ticket) worker_->Written(write.ticket->number, true);
                               Recorded(write);
                               return true;
                             },
                         .connection_closed = [this] { Closed(); },
                         .dns_has_worked_since = [](runtime::Deadline) { return true; },
                         .max_waiting = 8});
  }
  ~WorkerTest() override {
    worker_->End();
    worker_->Join();
  }

  void Asked(dns::LookupRequest request) {
    const std::lock_guard lock(state_.mutex);
    state_.asked = std::move(request);
    state_.changed.notify_all();
  }
  void Recorded(const cache::RecordWrite& write) {
    const std::lock_guard lock(state_.mutex);
    for (const auto& row : write.correspondents) state_.learnt.push_back(row.theirs);
  }
  void Closed() {
    const std::lock_guard lock(state_.mutex);
    ++state_.closed;
    state_.changed.notify_all();
  }

  // Waits until the worker has asked DNS.
  dns::LookupRequest AwaitQuestion() {
    std::unique_lock lock(state_.mutex);
    const bool has_come = state_.changed.wait_for(lock, std::chrono::milliseconds{kPatience},
                                                  [this] { return state_.asked.has_value(); });
    EXPECT_TRUE(has_come) << "no question was asked";
    return has_come ? *std::exchange(state_.asked, std::nullopt) : dns::LookupRequest{};
  }
  void AwaitClosed() {
    std::unique_lock lock(state_.mutex);
    EXPECT_TRUE(
        state_.changed.wait_for(lock, std::chrono::milliseconds{kPatience}, [this] { return state_.closed > 0; }));
  }
  // What DNS says in the end; without records: the client has no name.
  void Answer(const dns::LookupRequest& request, decltype(rules::Fact::records) records = {}) {
    rules::Fact fact;
    fact.state = records.index() == 0 ? rules::Fact::State::kAbsent : rules::Fact::State::kPresent;
    fact.records = std::move(records);
    worker_->Deliver({.waiter = request.waiter.value(), .question = request.question, .fact = fact});
  }

  support::TempDirectory directory_;
  std::unique_ptr<cache::Stores> stores_;
  runtime::WallClock clock_;
  runtime::Snapshot<config::Config> config_{
      std::make_shared<const config::Config>(std::get<config::Config>(config::ParseConfig("test.toml", "")))};
  runtime::Snapshot<rules::Health> health_{std::make_shared<const rules::Health>()};
  runtime::Log log_{runtime::Log::Target::kStandardError};
  metrics::Metrics metrics_;
  OwnNetworkWatch own_network_;
  Ledger ledger_;
  struct {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<dns::LookupRequest> asked;
    int closed = 0;
    std::vector<std::string> learnt;  // to whom people here wrote
  } state_;
  std::unique_ptr<Worker> worker_;
};

TEST_F(WorkerTest, AnswersAnyNumberOfRequestsOnOneConnection) {
  PolicyClient client(*worker_);
  for (int i = 0; i < 3; ++i) {
    client.Send(kOwn);
    EXPECT_EQ(client.Receive(), "action=DUNNO");
    EXPECT_FALSE(client.HasMore()) << "a stray byte costs Postfix a second";
  }
}

TEST_F(WorkerTest, AnswersWhatComesInPieces) {
  PolicyClient client(*worker_);
  for (const char byte : kOwn) client.Send({&byte, 1});
  EXPECT_EQ(client.Receive(), "action=DUNNO");
}

std::string Outgoing(std::string_view state, std::string_view more) {
  return "request=smtpd_access_policy\nprotocol_state=" + std::string(state) +
         "\nclient_address=203.0.113.45\nsasl_username=ann\nsender=ann@ours.example\ninstance=1.2\n" +
         std::string(more) + "\n\n";
}

// Postfix hangs up after five minutes without a question (smtpd_policy_service_max_idle).
TEST_F(WorkerTest, LearnsTheRecipientsOfAMessageThatEndsOnAnotherConnection) {
  config_.Set(std::make_shared<const config::Config>(
      std::get<config::Config>(config::ParseConfig("test.toml", "outbound.mode = \"monitor\"\n"))));
  PolicyClient first(*worker_);
  for (const char* recipient : {"recipient=joe@there.example", "recipient=sue@there.example"}) {
    first.Send(Outgoing("RCPT", recipient));
    EXPECT_EQ(first.Receive(), "action=DUNNO");
  }
  first.Close();
  AwaitClosed();
  const std::vector<std::string> both{"joe@there.example", "sue@there.example"};
  PolicyClient second(*worker_);
  for (int times = 0; times < 2; ++times) {
    second.Send(Outgoing("END-OF-MESSAGE", "recipient_count=2"));
    EXPECT_EQ(second.Receive(), "action=DUNNO");
    const std::lock_guard lock(state_.mutex);
    EXPECT_EQ(state_.learnt, both) << "once";
  }
}

TEST_F(WorkerTest, AnswersTwoThatComeTogetherInOrder) {
  PolicyClient client(*worker_);
  client.Send(kStranger + kOwn);
  Answer(AwaitQuestion());
  EXPECT_TRUE(client.Receive().starts_with("action=DEFER_IF_PERMIT 4.7.1"));
  EXPECT_EQ(client.Receive(), "action=DUNNO");
}

// Lists are read through a snapshot that serves for one turn of the loop.
TEST_F(WorkerTest, SeesWhatPeopleAddBetweenTwoRequests) {
  const auto allow = [this](const char* target) {
    auto transaction = cache::WriteTransaction::Begin(stores_->lists_environment());
    ASSERT_TRUE(
        stores_->lists().Put(**transaction, {.target = *rules::Target::Parse(target), .created = clock_.Now()}));
    ASSERT_TRUE((*transaction)->Commit());
  };
  PolicyClient client(*worker_);
  for (const auto& [target, address] :
       {std::pair("203.0.113.45", "203.0.113.45"), std::pair("198.51.100.0/24", "198.51.100.9"),
        std::pair("192.0.2.0/28", "192.0.2.9")}) {
    allow(target);
    client.Send(RequestFrom(address));
    EXPECT_EQ(client.Receive(), "action=DUNNO") << address;
  }
}

TEST_F(WorkerTest, ClosesOnWhatIsNoRequest) {
  PolicyClient client(*worker_);
  client.Send("GET / HTTP/1.1\r\n\r\n\n");
  EXPECT_EQ(client.Receive(), "EOF");
}

TEST_F(WorkerTest, AnswersWhoSendsNoMore) {
  PolicyClient client(*worker_);
  client.Send(kOwn);
  client.EndInput();
  EXPECT_EQ(client.Receive(), "action=DUNNO");
  EXPECT_EQ(client.Receive(), "EOF");
}

TEST_F(WorkerTest, IsReadInTheLogBeforeItsLoopSleeps) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const int saved = dup(STDERR_FILENO);
  dup2(ends[1], STDERR_FILENO);
  {
    PolicyClient client(*worker_);
    client.Send(kOwn);
    EXPECT_EQ(client.Receive(), "action=DUNNO");
  }
  pollfd log{.fd = ends[0], .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&log, 1, kPatience), 1);
  char line[1024];
  const ssize_t size = log.revents != 0 ? read(ends[0], line, sizeof line) : 0;
  dup2(saved, STDERR_FILENO);
  for (const int fd : {ends[0], ends[1], saved}) close(fd);
  EXPECT_NE(std::string_view(line, static_cast<std::size_t>(size)).find(" verdict action=pass reason=own_network "),
            std::string_view::npos);
}

TEST_F(WorkerTest, DrainsByAnsweringWhatIsInFlightWithWhatIsKnown) {
  PolicyClient idle(*worker_);
  PolicyClient client(*worker_);
  client.Send(kStranger);
  AwaitQuestion();
  worker_->Drain();
  EXPECT_EQ(client.Receive(), "action=DUNNO") << "DNS has not answered, and nobody waits for it";
  EXPECT_EQ(client.Receive(), "EOF");
  EXPECT_EQ(idle.Receive(), "EOF");
  PolicyClient late(*worker_);
  late.Send(kOwn);
  EXPECT_EQ(late.Receive(), "action=DUNNO") << "until its end it serves";
  EXPECT_EQ(late.Receive(), "EOF");
}

TEST_F(WorkerTest, AListThatCannotBeReadLetsTheMailPass) {
  auto transaction = std::move(*cache::WriteTransaction::Begin(stores_->lists_environment()));
  rules::ListEntry entry{.list = rules::ListKind::kBlocklist, .target = *rules::Target::Parse("203.0.113.45")};
  ASSERT_TRUE(stores_->lists().Put(*transaction, entry));
  const std::string key = {2, 1, static_cast<char>(203), 0, 113, 45};
  ASSERT_TRUE(transaction->Get(stores_->lists().entries(), key));
  ASSERT_TRUE(transaction->Put(stores_->lists().entries(), key, "\x7f"));
  ASSERT_TRUE(transaction->Commit());
  PolicyClient client(*worker_);
  client.Send(kStranger);
  EXPECT_EQ(client.Receive(), "action=DUNNO");
  EXPECT_NE(metrics_.Render().find("sekimori_fail_open_total{cause=\"store\"} 1"), std::string::npos);
}

// Three of eight are more than its quarter: the third is answered without waiting, and others wait as before.
TEST_F(WorkerTest, ANetworkThatHoldsItsShareIsAnsweredAtOnce) {
  PolicyClient first(*worker_), second(*worker_), third(*worker_), other(*worker_);
  for (PolicyClient* client : {&first, &second}) {
    client->Send(kStranger);
    AwaitQuestion();
  }
  third.Send(RequestFrom("203.0.113.99"));
  EXPECT_TRUE(third.Receive().starts_with("action=DEFER_IF_PERMIT 4.7.1")) << "no pass for a flood";
  EXPECT_EQ(worker_->inquiries_in_flight(), 2U);
  AwaitQuestion();
  other.Send(RequestFrom("198.51.100.7"));
  const dns::LookupRequest question = AwaitQuestion();
  EXPECT_EQ(question.client.ToString(), "198.51.100.7");
  EXPECT_FALSE(other.HasMore());
  Answer(question);
  EXPECT_TRUE(other.Receive().starts_with("action=DEFER_IF_PERMIT 4.7.1"));
}

TEST_F(WorkerTest, PartsOfRequestsTakeSoMuchMemoryAndNoMore) {
  const std::string part = "request=smtpd_access_policy\n" + [] {
    std::string lines;
    for (int i = 0; i < 8; ++i) lines += "x" + std::to_string(i) + "=" + std::string(7000, 'x') + "\n";
    return lines;
  }();
  std::vector<std::unique_ptr<PolicyClient>> clients;
  for (int i = 0; i < 320; ++i) {  // 17 MiB
    clients.push_back(std::make_unique<PolicyClient>(*worker_));
    clients.back()->Send(part);
  }
  AwaitClosed();
  PolicyClient honest(*worker_);
  honest.Send(kOwn);
  EXPECT_EQ(honest.Receive(), "action=DUNNO");
}

TEST_F(WorkerTest, AnAnswerForAClientThatIsGoneIsNothing) {
  PolicyClient client(*worker_);
  client.Send(kStranger);
  const dns::LookupRequest question = AwaitQuestion();
  client.EndInput();
  client.Close();
  Answer(question);
  AwaitClosed();
  EXPECT_EQ(worker_->connections(), 0U);
  EXPECT_EQ(worker_->inquiries_in_flight(), 0U);
}

TEST_F(WorkerTest, ANewExpressionCountsAtOnceAndIsCompiledApart) {
  auto transaction = std::move(*cache::WriteTransaction::Begin(stores_->lists_environment()));
  const rules::ListEntry entry{.list = rules::ListKind::kBlocklist, .target = *rules::Target::Parse("/^mail/")};
  ASSERT_TRUE(stores_->lists().Put(*transaction, entry));
  ASSERT_TRUE(transaction->Commit());

  PolicyClient client(*worker_);
  client.Send(kStranger);
  Answer(AwaitQuestion(), rules::HostNames{"mail.stranger.example"});
  Answer(AwaitQuestion(), rules::Addresses{*rules::IpAddress::Parse("203.0.113.45")});
  EXPECT_TRUE(client.Receive().starts_with("action=REJECT"));
  client.Send(kOwn);
  EXPECT_EQ(client.Receive(), "action=DUNNO");
  EXPECT_FALSE(stores_->lists().TakePatternChange()) << "in this turn of its loop the worker gave the change away";
}

}  // namespace policyd::serve::worker_test
