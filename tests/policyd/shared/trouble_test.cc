#include "policyd/shared/trouble.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "policyd/shared/engine.h"

namespace policyd::shared::trouble_test {

std::string Word(Trouble trouble) {
  return std::string(RowOf(trouble).name);
}

struct Case {
  const char* name;
  const char* error;
  const char* want;
};

class ErrorTest : public testing::TestWithParam<Case> {};

TEST_P(ErrorTest, HasAWord) {
  EXPECT_EQ(Word(TroubleOf(GetParam().error)), GetParam().want);
}

// As Redis 7.0.15 words them.
INSTANTIATE_TEST_SUITE_P(
    Trouble, ErrorTest,
    testing::Values(
        Case{"wrongpass", "WRONGPASS invalid username-password pair or user is disabled.", "password"},
        Case{"noauth", "NOAUTH Authentication required.", "password"},
        Case{"no_password_there",
             "ERR AUTH <password> called without any password configured for the default user. "
             "Are you sure your configuration is correct?",
             "password"},
        Case{"protected_mode", "DENIED Redis is running in protected mode because protected mode is enabled",
             "password"},
        Case{"noperm", "NOPERM this user has no permissions to run the 'info' command", "permission"},
        Case{"noperm_key", "NOPERM this user has no permissions to access one of the keys used as arguments",
             "permission"},
        Case{"loading", "LOADING Redis is loading the dataset in memory", "loading"},
        Case{"busy", "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
             "loading"},
        Case{"readonly", "READONLY You can't write against a read only replica.", "replica"},
        Case{"masterdown", "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
             "replica"},
        Case{"oom", "OOM command not allowed when used memory > 'maxmemory'.", "memory"},
        Case{"misconf",
             "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist on disk.",
             "snapshot"},
        Case{"noreplicas", "NOREPLICAS Not enough good replicas to write.", "replicas"},
        Case{"moved", "MOVED 866 127.0.0.1:7001", "cluster"},
        Case{"clusterdown", "CLUSTERDOWN Hash slot not served", "cluster"},
        Case{"unknown", "ERR max number of clients reached", "other"}, Case{"empty", "", "other"}),
    [](const auto& row) { return row.param.name; });

struct InfoCase {
  const char* name;
  const char* info;
  const char* want;
};

class InfoTest : public testing::TestWithParam<InfoCase> {};

TEST_P(InfoTest, SaysWhetherItCanBeUsed) {
  EXPECT_EQ(Word(TroubleOfInfo(GetParam().info)), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Trouble, InfoTest,
    testing::Values(
        InfoCase{"debian",
                 "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n# Memory\r\nmaxmemory:0\r\n"
                 "maxmemory_policy:noeviction\r\n# Persistence\r\nloading:0\r\n",
                 "none"},
        InfoCase{"the_oldest", "redis_version:6.2.0\r\n", "none"},
        InfoCase{"too_old", "redis_version:6.0.16\r\n", "version"},
        InfoCase{"much_too_old", "redis_version:5.0.14\r\n", "version"},
        InfoCase{"valkey", "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\n", "none"},
        InfoCase{"two_digits", "redis_version:10.0.0\r\n", "none"}, InfoCase{"no_engine", "", "protocol"},
        InfoCase{"cluster", "redis_version:7.0.15\r\nredis_mode:cluster\r\n", "cluster"},
        InfoCase{"loading", "redis_version:7.0.15\r\nloading:1\r\n", "loading"},
        InfoCase{"takes_all", "redis_version:7.0.15\r\nmaxmemory:1000000\r\nmaxmemory_policy:allkeys-lru\r\n",
                 "eviction"},
        InfoCase{"takes_the_shortest", "redis_version:7.0.15\r\nmaxmemory:1\r\nmaxmemory_policy:volatile-ttl\r\n",
                 "eviction"},
        InfoCase{"takes_the_least_used", "redis_version:7.0.15\r\nmaxmemory:1\r\nmaxmemory_policy:volatile-lru\r\n",
                 "none"},
        InfoCase{"has_no_limit", "redis_version:7.0.15\r\nmaxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n", "none"}),
    [](const auto& row) { return row.param.name; });

TEST(Trouble, RoleMustBeMaster) {
  const auto role = [](const char* name) {
    return Reply{.kind = Reply::Kind::kArray, .items = {{.kind = Reply::Kind::kText, .text = name}}};
  };
  EXPECT_EQ(Word(TroubleOfRole(role("master"))), "none");
  EXPECT_EQ(Word(TroubleOfRole(role("slave"))), "replica");
  EXPECT_EQ(Word(TroubleOfRole(role("sentinel"))), "protocol");
  EXPECT_EQ(Word(TroubleOfRole({.kind = Reply::Kind::kError, .text = "LOADING ..."})), "loading");
  EXPECT_EQ(Word(TroubleOfRole({})), "protocol");
}

TEST(Trouble, EachHasAWordOfItsOwnAndAWayOut) {
  std::set<std::string_view> names;
  for (const TroubleRow& row : TroubleRows()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(&TroubleNamed(row.name), &row);
    EXPECT_EQ(&RowOf(row.trouble), &row);
    if (row.trouble == Trouble::kNone) continue;
    EXPECT_FALSE(row.text.empty()) << row.name;
    EXPECT_FALSE(row.hint.empty()) << row.name;
  }
  EXPECT_EQ(TroubleNamed("nonsense").trouble, Trouble::kNone);
}

TEST(Trouble, TheOneOfTwoConnectionsThatNeedsMoreAttentionSpeaks) {
  const LinkState fresh, ready{.is_ready = true, .server = "a"};
  const LinkState full{.trouble = Trouble::kMemory, .server = "b"}, gone{.trouble = Trouble::kUnreachable};
  EXPECT_EQ(StateOf(fresh, fresh).Name(), "connecting");
  EXPECT_EQ(StateOf(ready, fresh).Name(), "connecting");
  EXPECT_EQ(StateOf(ready, ready).Name(), "ready");
  EXPECT_EQ(StateOf(ready, full).Name(), "refused");
  EXPECT_EQ(StateOf(gone, full).trouble, Trouble::kMemory);
  EXPECT_EQ(StateOf(full, gone).trouble, Trouble::kMemory);
  EXPECT_EQ(StateOf(full, gone).server, "b");
  EXPECT_EQ(StateOf(ready, gone).Name(), "connecting");
  EXPECT_EQ(StateOf(ready, gone).trouble, Trouble::kUnreachable);
}

}  // namespace policyd::shared::trouble_test
