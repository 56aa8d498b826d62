#include "policyd/admin/outbound/outbound.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/temp_directory.h"

namespace policyd::admin::outbound_test {

using Kind = OutboundWish::Kind;
using rules::seconds;
using rules::TimePoint;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 30} + std::chrono::hours{12}};
const Caller kRoot{.login = "root", .now = kNow};

rules::Account Sent(std::uint32_t recipients, TimePoint at = kNow - seconds{60}) {
  rules::Account account;
  account.Reserve({.message = 1, .recipients = recipients, .at = at, .is_confirmed = true});
  return account;
}

class OutboundTest : public testing::Test {
 protected:
  OutboundTest() {
    auto opened =
        cache::Stores::OpenForDaemon({.directory = directory_ / "store", .max_size = std::uint64_t{64} << 20});
    stores_ = std::get<std::unique_ptr<cache::Stores>>(std::move(opened));
  }

  static config::Config ConfigOf(const std::string& more = "") {
    return std::get<config::Config>(config::ParseConfig(
        "test.toml", "outbound.mode = \"enforce\"\noutbound.login_domain = \"ours.example\"\n" + more));
  }
  void Keep(const std::string& login, const rules::Account& account) {
    const auto transaction = cache::WriteTransaction::Begin(stores_->records_environment());
    ASSERT_TRUE(stores_->outbound_accounts().Put(**transaction, {login, account}));
    ASSERT_TRUE((*transaction)->Commit());
  }
  Result<OutboundChange> Do(OutboundWish wish) { return Apply(config_, *stores_, kRoot, wish); }
  LoginFigures Find(const std::string& login) {
    const auto found = FindLogin(config_, *stores_, login, kNow);
    EXPECT_TRUE(found) << login;
    return found ? *found : LoginFigures();
  }

  support::TempDirectory directory_;
  std::unique_ptr<cache::Stores> stores_;
  const config::Config config_ = ConfigOf();
};

TEST_F(OutboundTest, SaysWhatALoginSentAndMaySend) {
  Keep("ann@ours.example", Sent(70));
  const LoginFigures ann = Find("Ann");
  EXPECT_EQ(ann.login, "ann@ours.example");
  EXPECT_EQ(ann.recipients_of_hour, 70U);
  EXPECT_EQ(ann.recipients_of_day, 70U);
  EXPECT_EQ(ann.today, 70U);
  EXPECT_EQ(ann.limits.recipients_per_hour, 100U);
  ASSERT_EQ(ann.signals.size(), 1U);
  EXPECT_EQ(ann.signals.front().kind, rules::SignalKind::kJump);
  EXPECT_EQ(ann.state, LoginState::kFree) << "a jump alone is never enough";
  EXPECT_NE(NextFor(ann).find("outbound lock ann@ours.example"), std::string::npos);
}

TEST_F(OutboundTest, OfWhomNothingIsKnownThatIsSaid) {
  const auto nobody = FindLogin(config_, *stores_, "nobody", kNow);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().kind, Error::Kind::kNotFound);
  EXPECT_EQ(FindLogin(config_, *stores_, "two words", kNow).error().kind, Error::Kind::kBadInput);
}

struct StateCase {
  const char* name;
  rules::Account account;
  LoginState want;
  const char* next;
};

class StateTest : public OutboundTest, public testing::WithParamInterface<StateCase> {};

rules::Account Locked() {
  rules::Account account = Sent(1);
  account.locked = kNow - seconds{60};
  return account;
}

rules::Account Suspect() {
  rules::Account account = Sent(70);
  for (std::uint32_t network = 0; network < 6; ++network) account.networks.Note(network, kNow);
  return account;
}

TEST_P(StateTest, IsThatOfItsNextMessage) {
  Keep("ann@ours.example", GetParam().account);
  const LoginFigures ann = Find("ann@ours.example");
  EXPECT_EQ(ann.state, GetParam().want) << Name(ann.state);
  EXPECT_NE(NextFor(ann).find(GetParam().next), std::string::npos) << NextFor(ann);
}

INSTANTIATE_TEST_SUITE_P(Outbound, StateTest,
                         testing::Values(StateCase{"free", Sent(10), LoginState::kFree, ""},
                                         StateCase{"at_its_limit", Sent(100), LoginState::kAtLimit, "outbound allow"},
                                         StateCase{"held", Suspect(), LoginState::kHeld, "postsuper -H"},
                                         StateCase{"locked", Locked(), LoginState::kLocked, "outbound release"}),
                         [](const auto& row) { return row.param.name; });

TEST_F(OutboundTest, ListsThoseThatSendLockedOnesAndTheBusiestFirst) {
  Keep("quiet@ours.example", Sent(1));
  Keep("busy@ours.example", Sent(9));
  Keep("before@ours.example", Sent(9, kNow - seconds{30 * 3600}));
  Keep("locked@ours.example", Locked());
  Keep("@ours.example", Sent(11));
  std::vector<std::string> logins;
  for (const LoginFigures& login : FindLogins(config_, *stores_, kNow, 10)) logins.push_back(login.login);
  EXPECT_EQ(logins, (std::vector<std::string>{"locked@ours.example", "busy@ours.example", "quiet@ours.example"}))
      << "a pool is no login";
  EXPECT_EQ(FindLogins(config_, *stores_, kNow, 1).size(), 1U);
}

TEST_F(OutboundTest, WhatPeopleSayStandsInTheAudit) {
  Keep("ann@ours.example", Sent(100));
  const auto allowed = Do({.kind = Kind::kAllow,
                           .target = "ann@ours.example",
                           .recipients_per_hour = "200",
                           .messages_per_hour = "off",
                           .until = "7d",
                           .comment = "letter"});
  ASSERT_TRUE(allowed) << allowed.error().message;
  EXPECT_EQ(allowed->command, "outbound allow ann@ours.example");
  const LoginFigures ann = Find("ann");
  EXPECT_EQ(ann.state, LoginState::kFree);
  EXPECT_EQ(ann.limits.recipients_per_hour, 200U);
  EXPECT_EQ(ann.limits.recipients_per_day, 500U) << "what it does not say is as before";
  ASSERT_TRUE(ann.entry);
  EXPECT_EQ(ann.entry->limits_until, kNow + seconds{7 * 86400});
  ASSERT_TRUE(Do({.kind = Kind::kLock, .target = "ann@ours.example", .until = "2d"}));
  EXPECT_EQ(Find("ann").state, LoginState::kLocked);
  EXPECT_EQ(Find("ann").limits.recipients_per_hour, 200U) << "a lock takes no limit away";
  ASSERT_TRUE(Do({.kind = Kind::kRelease, .target = "ann@ours.example", .by = "eve"}));
  EXPECT_EQ(Find("ann").state, LoginState::kFree);
  cache::ReadTransaction snapshot(stores_->lists_environment());
  std::vector<std::string> said;
  stores_->audit().Scan(snapshot, {}, [&said](const cache::AuditRow& row) {
    said.push_back(row.author + ": " + row.command);
    return true;
  });
  std::ranges::sort(said);
  EXPECT_EQ(said,
            (std::vector<std::string>{"eve: outbound release ann@ours.example", "root: outbound allow ann@ours.example",
                                      "root: outbound lock ann@ours.example"}));
}

// The daemon adds the domain to a login without one: an entry without it would count for nobody.
TEST_F(OutboundTest, ALoginWithoutADomainIsThatOfLoginDomain) {
  Keep("ann@ours.example", Sent(1));
  const auto locked = Do({.kind = Kind::kLock, .target = "Ann"});
  ASSERT_TRUE(locked);
  EXPECT_EQ(locked->target.text, "ann@ours.example");
  EXPECT_EQ(Find("ann").state, LoginState::kLocked);
  const auto network = Do({.kind = Kind::kAllow, .target = "192.0.2.0/24", .recipients_per_day = "9"});
  ASSERT_TRUE(network);
  EXPECT_EQ(network->target.text, "192.0.2.0/24");
}

TEST_F(OutboundTest, WhatIsForgottenIsGone) {
  Keep("ann@ours.example", Sent(50));
  ASSERT_TRUE(Do({.kind = Kind::kForget, .target = "ann@ours.example"}));
  EXPECT_EQ(Find("ann").recipients_of_hour, 0U);
  EXPECT_TRUE(FindLogins(config_, *stores_, kNow, 10).empty());
}

struct WrongCase {
  const char* name;
  OutboundWish wish;
  Error::Kind want;
  const char* input;
};

class WrongTest : public testing::TestWithParam<WrongCase> {};

TEST_P(WrongTest, IsSaidBeforeAnythingIsOpened) {
  const auto checked = Check(kRoot, GetParam().wish);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, GetParam().want);
  EXPECT_EQ(checked.error().input, GetParam().input);
}

INSTANTIATE_TEST_SUITE_P(
    Outbound, WrongTest,
    testing::Values(
        WrongCase{"no_login", {.kind = Kind::kLock, .target = "@ours.example"}, Error::Kind::kBadInput, "target"},
        WrongCase{"no_limit", {.kind = Kind::kAllow, .target = "ann"}, Error::Kind::kUsage, "recipients_per_day"},
        WrongCase{"no_number",
                  {.kind = Kind::kAllow, .target = "ann", .recipients_per_hour = "many"},
                  Error::Kind::kUsage,
                  "recipients_per_hour"},
        WrongCase{"an_end_that_is_over",
                  {.kind = Kind::kLock, .target = "ann", .until = "2020-01-01"},
                  Error::Kind::kUsage,
                  "until"},
        WrongCase{"a_comment_of_two_lines",
                  {.kind = Kind::kRelease, .target = "ann", .comment = "a\nb"},
                  Error::Kind::kUsage,
                  "comment"}),
    [](const auto& row) { return row.param.name; });

}  // namespace policyd::admin::outbound_test
