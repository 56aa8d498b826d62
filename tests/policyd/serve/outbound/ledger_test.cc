#include "policyd/serve/outbound/ledger.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "policyd/serve/outbound/ledger_keeper.h"
#include "tests/support/temp_directory.h"

namespace policyd::serve::ledger_test {

constexpr rules::TimePoint kNow{rules::seconds{1'790'000'123}};
const std::vector<std::string> kNobody;

rules::Policy Guarding(std::uint32_t recipients_per_hour) {
  rules::Policy policy;
  policy.outbound.mode = rules::Mode::kEnforce;
  policy.outbound.limits = {.recipients_per_hour = recipients_per_hour, .recipients_per_day = {}};
  return policy;
}

rules::Request Message(const std::string& login, const std::string& instance, std::uint32_t recipients = 1,
                       rules::ProtocolState state = rules::ProtocolState::kData) {
  rules::Request request;
  request.state = state;
  request.sasl_username = login;
  request.sender = login;
  request.instance = instance;
  request.recipient_count = recipients;
  return request;
}

class LedgerTest : public testing::Test {
 protected:
  // As a worker asks: with what is kept where the ledger does not have it.  Returns whether the message passes.
  bool Sends(const rules::Request& request, rules::TimePoint now = kNow, const OutgoingKept& kept = NothingKept()) {
    const OutgoingMail mail{
        .policy = policy_, .health = health_, .request = request, .facts = facts_, .recipients = kNobody, .now = now};
    auto decided = ledger_.Decide(mail, OutgoingKept{.entries = kept.entries});
    if (!decided) decided = ledger_.Decide(mail, kept);
    return decided && decided->outcome.verdict && !decided->outcome.verdict->turns_away();
  }

  static OutgoingKept NothingKept() { return {.login = rules::Account(), .pool = rules::Account()}; }

  rules::Policy policy_ = Guarding(10);
  rules::Health health_;
  rules::Facts facts_;
  Ledger ledger_;
};

TEST_F(LedgerTest, AsksForAnAccountThatItDoesNotHave) {
  const rules::Request request = Message("ann", "a.0");
  const OutgoingMail mail{
      .policy = policy_, .health = health_, .request = request, .facts = facts_, .recipients = kNobody, .now = kNow};
  EXPECT_FALSE(ledger_.Decide(mail, {}));
  EXPECT_EQ(ledger_.size(), 0U) << "an empty one in its place would be written over what is kept";
  EXPECT_TRUE(ledger_.Decide(mail, NothingKept()));
  EXPECT_TRUE(ledger_.Decide(mail, {}));
}

TEST_F(LedgerTest, GoesOnWithWhatWasKept) {
  rules::Account kept;
  kept.Reserve({.message = 7, .recipients = 10, .at = kNow, .is_confirmed = true});
  EXPECT_FALSE(Sends(Message("ann", "a.0"), kNow, {.login = kept, .pool = rules::Account()}));
}

TEST_F(LedgerTest, HandsOverEachAccountThatChangedOnce) {
  Sends(Message("ann", "a.0"));
  Sends(Message("ann", "b.0"));
  Sends(Message("bob", "c.0"));
  Sends(Message("eve", "d.0", 0, rules::ProtocolState::kRcpt));
  std::vector<std::string> names;
  for (const auto& row : ledger_.TakeChanged(100)) names.push_back(row.name);
  std::ranges::sort(names);
  EXPECT_EQ(names, (std::vector<std::string>{"ann", "bob"}));
  EXPECT_TRUE(ledger_.TakeChanged(100).empty());
}

TEST_F(LedgerTest, HandsOverAgainWhatCouldNotBeWritten) {
  Sends(Message("ann", "a.0"));
  const auto rows = ledger_.TakeChanged(100);
  ledger_.Return(rows);
  EXPECT_EQ(ledger_.TakeChanged(100), rows);
}

TEST_F(LedgerTest, KeepsTheRecipientsOfAMessageWhoseConnectionEnded) {
  const std::vector<std::string> joe{"joe@there.example"};
  ledger_.KeepRecipients("a.0", joe, kNow);
  EXPECT_TRUE(ledger_.TakeRecipients("b.0", kNow).empty());
  EXPECT_EQ(ledger_.TakeRecipients("a.0", kNow + rules::seconds{599}), joe);
  EXPECT_TRUE(ledger_.TakeRecipients("a.0", kNow).empty()) << "once";
  ledger_.KeepRecipients("a.0", joe, kNow);
  EXPECT_TRUE(ledger_.TakeRecipients("a.0", kNow + rules::kReservedFor).empty()) << "as long as they stay counted";
}

TEST_F(LedgerTest, KeepsNoMoreRecipientsThanItHasRoomFor) {
  const std::vector<std::string> many(1000, "joe@there.example");
  for (int i = 0; i < 30; ++i) ledger_.KeepRecipients(std::to_string(i), many, kNow);
  EXPECT_EQ(ledger_.TakeRecipients("0", kNow), many);
  EXPECT_TRUE(ledger_.TakeRecipients("29", kNow).empty());
  ledger_.KeepRecipients("30", many, kNow + rules::kReservedFor);
  EXPECT_EQ(ledger_.TakeRecipients("30", kNow + rules::kReservedFor), many) << "what is over makes room";
}

TEST_F(LedgerTest, HasNoMoreThanItHasRoomFor) {
  for (std::size_t i = 0; i <= Ledger::kMostAccounts; ++i) Sends(Message("user" + std::to_string(i), "a.0"), kNow);
  ledger_.Shrink();
  EXPECT_GT(ledger_.size(), Ledger::kMostAccounts) << "what was not handed over stays";
  while (!ledger_.TakeChanged(1000).empty()) {
  }
  Sends(Message("user0", "b.0"), kNow + rules::seconds{1});
  ledger_.Shrink();
  EXPECT_LE(ledger_.size(), Ledger::kMostAccounts);
  EXPECT_TRUE(Sends(Message("user0", "b.0"), kNow + rules::seconds{1}, {})) << "the one that was used last stays";
}

TEST_F(LedgerTest, ForgetsWhatPeopleWantForgotten) {
  Sends(Message("ann", "a.0", 10));
  EXPECT_FALSE(Sends(Message("ann", "b.0")));
  rules::OutboundEntry entry{.target = *rules::OutboundTarget::Parse("ann"), .forgotten = kNow + rules::seconds{1}};
  OutgoingKept kept = NothingKept();
  kept.entries = {entry};
  EXPECT_TRUE(Sends(Message("ann", "c.0", 10), kNow + rules::seconds{2}, kept));
  EXPECT_FALSE(Sends(Message("ann", "d.0"), kNow + rules::seconds{3}, kept)) << "once, not for ever";
}

TEST_F(LedgerTest, ASenderWithoutALoginUsesNoPoolOfLogins) {
  policy_.outbound.domain_recipients_per_day = 10;
  policy_.outbound.networks = {*rules::Network::Parse("192.0.2.0/24")};
  rules::Request form = Message("", "a.0", 10);
  form.client = rules::IpAddress::Parse("192.0.2.7");
  form.sender = "info@shop.example";
  EXPECT_TRUE(Sends(form));
  EXPECT_TRUE(Sends(Message("ann@shop.example", "b.0", 10)));
  EXPECT_FALSE(Sends(Message("bob@shop.example", "c.0"))) << "logins share theirs";
}

TEST_F(LedgerTest, ALockThatWasReleasedIsGone) {
  rules::Account locked;
  locked.locked = kNow - rules::seconds{60};
  OutgoingKept kept{.login = locked, .pool = rules::Account()};
  EXPECT_FALSE(Sends(Message("ann", "a.0"), kNow, kept));
  kept.entries = {{.target = *rules::OutboundTarget::Parse("ann"), .released = kNow}};
  EXPECT_TRUE(Sends(Message("ann", "b.0"), kNow, kept));
  ASSERT_EQ(ledger_.TakeChanged(10).size(), 1U);
  kept.entries.clear();
  EXPECT_TRUE(Sends(Message("ann", "c.0"), kNow, kept)) << "also once the entry is gone";
}

// Whichever of several workers answers, and however they meet.
TEST_F(LedgerTest, NeverLetsMoreThroughThanTheLimit) {
  policy_ = Guarding(500);
  std::atomic<int> sent = 0;
  std::vector<std::thread> workers;
  for (int worker = 0; worker < 4; ++worker) {
    workers.emplace_back([&, worker] {
      for (int i = 0; i < 400; ++i) {
        const std::string instance = std::to_string(worker) + "." + std::to_string(i);
        if (Sends(Message("ann", instance))) ++sent;
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(sent, 500);
}

class LedgerKeeperTest : public LedgerTest {
 protected:
  std::string Told() const {
    std::ifstream file(file_);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  support::TempDirectory directory_;
  const std::string file_ = directory_ / "told";
  std::vector<cache::OutboundAccountRow> written_;
  std::vector<std::string> failed_;
  bool has_room_ = true;

  LedgerKeeper::Needs Needs() {
    return {.record =
                [this](cache::RecordWrite write) {
                  if (!has_room_) return false;
                  for (auto& row : write.outbound_accounts) written_.push_back(std::move(row));
                  return true;
                },
            .now = [] { return kNow; },
            .notify = [this] { return std::optional(file_); },
            .failed = [this](const std::string& error) { failed_.push_back(error); }};
  }
};

TEST_F(LedgerKeeperTest, WritesWhatIsLeftAtItsEnd) {
  {
    LedgerKeeper keeper(ledger_, Needs());
    Sends(Message("ann", "a.0"));
    keeper.Tell({.account = "ann\n", .act = rules::OutboundAct::Kind::kHeld, .signals = "jump:3"});
  }
  ASSERT_EQ(written_.size(), 1U);
  EXPECT_EQ(written_[0].name, "ann");
  EXPECT_EQ(Told(), "2026-09-21T14:15:23Z login=ann? act=held signals=jump:3\n");
  struct stat status {};
  ASSERT_EQ(stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640U);
}

TEST_F(LedgerKeeperTest, KeepsWhatTheWriterHasNoRoomFor) {
  has_room_ = false;
  {
    LedgerKeeper keeper(ledger_, Needs());
    Sends(Message("ann", "a.0"));
  }
  EXPECT_EQ(ledger_.TakeChanged(10).size(), 1U);
}

TEST_F(LedgerKeeperTest, SaysOnceThatAFileCannotBeWritten) {
  std::filesystem::create_directory(file_);
  {
    LedgerKeeper keeper(ledger_, Needs());
    keeper.Tell({.account = "ann"});
  }
  ASSERT_EQ(failed_.size(), 1U);
  EXPECT_EQ(failed_[0], file_ + ": Is a directory");
}

// Nobody reads it: an open without O_NONBLOCK would wait for a reader for ever.
TEST_F(LedgerKeeperTest, DoesNotWaitForTheReaderOfAPipe) {
  ASSERT_EQ(mkfifo(file_.c_str(), 0600), 0);
  {
    LedgerKeeper keeper(ledger_, Needs());
    keeper.Tell({.account = "ann"});
  }
  ASSERT_EQ(failed_.size(), 1U);
}

}  // namespace policyd::serve::ledger_test
