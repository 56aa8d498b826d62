#include "policyd/admin/appeals/appeals.h"

#include <sstream>

#include <gtest/gtest.h>

#include "policyd/ctl/commands_people.h"
#include "policyd/runtime/json.h"
#include "tests/policyd/ctl/rows.h"
#include "tests/policyd/ctl/tool.h"
#include "tests/support/config_values.h"

namespace policyd::ctl::requests_test {

using admin::AppealStanding;
using cache::AppealState;

constexpr std::uint64_t kNamed = 1'000'003, kUnnamed = 77'777'777, kOther = 5'000'000'021;

cache::AppealRow Asked(std::uint64_t code, const char* client) {
  return {.reference = {code},
          .asked = kNow - std::chrono::minutes(10),
          .turned_away = kNow - std::chrono::hours(1),
          .client = *rules::IpAddress::Parse(client),
          .asker = "192.0.2.0/24",
          .text = "please"};
}

void Keep(cache::Stores& stores, const cache::AppealRow& row) {
  const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(stores.appeals().Put(**transaction, row));
  ASSERT_TRUE((*transaction)->Commit());
}

class RequestsToolTest : public testing::Test {
 protected:
  void SetUp() override {
    tool_.Configure("dns.servers = [\"127.0.0.1:1\"]\n");
    tool_.Seed([](cache::Stores& stores) {
      AddToStores(stores, {GreylistedRow(kNamed, "192.0.2.1", "mail.partner.example", "confirmed"),
                           GreylistedRow(kUnnamed, "198.51.100.7", "", "no_ptr"),
                           GreylistedRow(kOther, "203.0.113.1", "mail.other.example", "confirmed")});
      for (const auto& [code, client] :
           {std::pair{kNamed, "192.0.2.1"}, std::pair{kUnnamed, "198.51.100.7"}, std::pair{kOther, "203.0.113.1"}}) {
        Keep(stores, Asked(code, client));
      }
    });
  }

  Tool::Ran Allow(std::uint64_t code, RequestAllowOptions options = {}) {
    options.id = RefText(code);
    return tool_.Run(RunRequestAllow, options);
  }
  Tool::Ran Refuse(std::uint64_t code) {
    return tool_.Run(RunRequestRefuse, RequestRefuseOptions{{.id = RefText(code)}});
  }
  std::string List(bool is_all = true) { return tool_.Run(RunRequestList, RequestListOptions{.is_all = is_all}).out; }
  std::string Line(std::uint64_t code) {
    const std::string all = List();
    const std::size_t begin = all.find(RefText(code));
    return begin == std::string::npos ? std::string() : all.substr(begin, all.find('\n', begin) - begin);
  }
  // The row of the audit, its columns one blank apart; "" where there is none.
  std::string Change(int number) {
    std::istringstream lines(tool_.AuditText());
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string row, word;
      while (words >> word) row += (row.empty() ? "" : " ") + word;
      if (row.starts_with(std::to_string(number) + " ")) return row;
    }
    return {};
  }
  void Look(const std::function<void(cache::Stores&)>& look) { tool_.Seed(look); }

  Tool tool_;
};

TEST_F(RequestsToolTest, AnAllowanceIsOneChangeOfTheAudit) {
  const auto ran = Allow(kNamed);
  ASSERT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(Change(1), " ann requests allow " + RefText(kNamed) + " mail.partner.example added ")) << Change(1);
  EXPECT_EQ(Change(2), "");
  EXPECT_TRUE(Has(Line(kNamed), "allowed by ann"));
}

TEST_F(RequestsToolTest, ARefusalIsDecidedAndNoEntryIsReplaced) {
  ASSERT_EQ(Refuse(kNamed).status, kDone);
  EXPECT_TRUE(Has(Change(1), " ann requests refuse " + RefText(kNamed) + " decided ")) << Change(1);
  EXPECT_TRUE(Has(Line(kNamed), "refused by ann"));
}

// Where the entry stood there already nothing is added, and the decision is in the audit all the same.
TEST_F(RequestsToolTest, AnAllowanceByAnEntryThatStoodThereIsDecided) {
  ASSERT_EQ(tool_.Run(RunListAdd, ListAddOptions{.targets = {"mail.partner.example"}}).status, kDone);
  ASSERT_EQ(Allow(kNamed).status, kDone);
  EXPECT_TRUE(Has(Change(2), " ann requests allow " + RefText(kNamed) + " decided ")) << Change(2);
}

// The audit's way back, a removal and the end of its time are all the same to the sender.
TEST_F(RequestsToolTest, IsAllowedAsLongAsItsEntryStands) {
  ASSERT_EQ(Allow(kNamed).status, kDone);
  ASSERT_EQ(tool_.Run(RunAuditUndo, AuditUndoOptions{.number = 1}).status, kDone);
  EXPECT_TRUE(Has(Line(kNamed), "allowed by ann")) << Line(kNamed);
  EXPECT_TRUE(Has(Line(kNamed), "that has ended, mail.partner.example is no longer in the whitelist")) << Line(kNamed);
  ASSERT_EQ(Allow(kNamed).status, kDone) << "people may think again";
  EXPECT_FALSE(Has(Line(kNamed), "ended")) << Line(kNamed);
  ASSERT_EQ(tool_.Run(RunListRemove, ListRemoveOptions{.targets = {"mail.partner.example"}}).status, kDone);
  EXPECT_TRUE(Has(Line(kNamed), "that has ended"));
  EXPECT_EQ(Refuse(kNamed).status, kDone);
  EXPECT_TRUE(Has(Line(kNamed), "refused by ann"));
  ASSERT_EQ(Allow(kUnnamed, {{.expires = "2d"}}).status, kDone);
  EXPECT_FALSE(Has(Line(kUnnamed), "ended"));
  tool_.now += std::chrono::days(2);
  EXPECT_TRUE(Has(Line(kUnnamed), "that has ended, 198.51.100.7 is no longer in the whitelist")) << Line(kUnnamed);
  tool_.is_json = true;
  EXPECT_TRUE(Has(List(), "\"state\":\"ended\"")) << List();
}

// Those of an older daemon do not say by which entry.
TEST_F(RequestsToolTest, OneOfAnOlderDaemonStaysAllowed) {
  Look([](cache::Stores& stores) {
    auto row = Asked(kNamed, "192.0.2.1");
    row.state = AppealState::kAllowed;
    row.decided = kNow;
    EXPECT_EQ(admin::StandingOf(stores, row, kNow), AppealStanding::kAllowed);
    row.target = "mail.partner.example";
    EXPECT_EQ(admin::StandingOf(stores, row, kNow), AppealStanding::kEnded);
  });
}

TEST_F(RequestsToolTest, WhatIsLetInIsLetInForNinetyDays) {
  for (const std::uint64_t code : {kNamed, kUnnamed}) {
    const auto ran = Allow(code);
    EXPECT_EQ(ran.status, kDone) << ran.error;
    EXPECT_TRUE(Has(ran.out, ", until 2027-02-19T08:33:20Z\n")) << ran.out;
  }
  EXPECT_TRUE(Has(Allow(kOther, {{.expires = "1d"}}).out, ", until 2026-11-22T08:33:20Z\n"));
}

TEST_F(RequestsToolTest, ADryRunOnlySays) {
  const std::string lists = tool_.Lists(), requests = List();
  const auto ran = Allow(kNamed, {{.is_dry_run = true}});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(ran.out, "Would be allowed: ")) << ran.out;
  EXPECT_EQ(tool_.Lists(), lists);
  EXPECT_EQ(List(), requests);
  EXPECT_EQ(tool_.AuditText(), "");
}

TEST_F(RequestsToolTest, AnEmptyListSaysSo) {
  EXPECT_FALSE(Has(List(false), "no requests"));
  for (const std::uint64_t code : {kNamed, kUnnamed, kOther}) EXPECT_EQ(Refuse(code).status, kDone);
  EXPECT_EQ(List(false), "no requests wait; --all shows those that were decided\n");
  Tool empty;
  EXPECT_EQ(empty.Run(RunRequestList, RequestListOptions{.is_all = true}).out, "no requests are kept\n");
}

// Each has planned before the other decides: what the first did stands, and the second changes nothing.
TEST_F(RequestsToolTest, OfTwoWhoDecideAtOnceOneDoes) {
  const config::Config config = support::ParseOrDie("dns.servers = [\"127.0.0.1:1\"]\n");
  Look([&config](cache::Stores& stores) {
    const auto plan = [&](const char* who) {
      return admin::PlanAllowance(config, stores, {.login = who, .now = kNow}, {.id = RefText(kNamed)});
    };
    auto first = plan("ann");
    auto second = plan("bob");
    ASSERT_TRUE(first && second);
    EXPECT_TRUE(admin::Allow(config, stores, *first));
    const auto refused = admin::Allow(config, stores, *second);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, admin::Error::Kind::kConflict);
    EXPECT_TRUE(Has(refused.error().message, "was decided meanwhile: allowed by ann; nothing was changed"))
        << refused.error().message;
    EXPECT_EQ(admin::FindAppeals(stores, true, kNow).front().row.by, "ann");
  });
  EXPECT_EQ(tool_.AuditText().find("bob"), std::string::npos) << tool_.AuditText();
  EXPECT_TRUE(Has(tool_.Lists(), "\"author\":\"ann\"")) << tool_.Lists();
}

// One who refuses wins over the other's plan: no entry is added then.
TEST_F(RequestsToolTest, ARefusalMeanwhileIsNotOverruled) {
  const config::Config config = support::ParseOrDie("dns.servers = [\"127.0.0.1:1\"]\n");
  const std::string lists = tool_.Lists();
  Look([&config](cache::Stores& stores) {
    auto plan = admin::PlanAllowance(config, stores, {.login = "ann", .now = kNow}, {.id = RefText(kNamed)});
    ASSERT_TRUE(plan);
    ASSERT_TRUE(admin::Refuse(stores, {.login = "bob", .now = kNow}, {.id = RefText(kNamed)}));
    const auto allowed = admin::Allow(config, stores, *plan);
    ASSERT_FALSE(allowed);
    EXPECT_EQ(allowed.error().kind, admin::Error::Kind::kConflict);
  });
  EXPECT_EQ(tool_.Lists(), lists);
}

// What people blocked for this sender and this recipient is named, though the entry for the client outweighs it.
TEST_F(RequestsToolTest, AnAllowanceNamesTheBlocklistsEntriesThatItOverrides) {
  for (const char* target : {"ann@partner.example", "@partner.example", "rcpt:bob@here.example", "192.0.2.0/24"}) {
    ASSERT_EQ(tool_.Run(RunListAdd, ListAddOptions{.list = rules::ListKind::kBlocklist, .targets = {target}}).status,
              kDone);
  }
  const auto ran = Allow(kNamed);
  ASSERT_EQ(ran.status, kDone) << ran.error;
  for (const char* target : {"ann@partner.example", "rcpt:bob@here.example", "192.0.2.0/24"}) {
    EXPECT_TRUE(Has(ran.out, std::string("although ") + target + " is in the blocklist (by ann)")) << target << ran.out;
  }
}

// A row of version 1: all but the target, which stands at the end of version 2.
TEST(RequestRecord, OfAnOlderDaemonIsRead) {
  auto row = Asked(kNamed, "192.0.2.1");
  row.state = AppealState::kAllowed;
  row.decided = kNow;
  row.by = "ann";
  std::string older = cache::EncodeAppeal(row);
  older.front() = '\x01';
  auto with_target = row;
  with_target.target = "x";
  older.resize(older.size() - (cache::EncodeAppeal(with_target).size() - older.size()));
  auto got = cache::DecodeAppeal(older);
  ASSERT_TRUE(got);
  got->reference = row.reference;
  EXPECT_EQ(*got, row);
}

}  // namespace policyd::ctl::requests_test
