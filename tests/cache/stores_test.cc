#include "cache/stores.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "cache/lmdb/durable_file.h"
#include "cache/repair/boot_mark.h"
#include "cache/repair/lists_copy.h"
#include "tests/support/temp_directory.h"

namespace cache::stores_test {

namespace fs = std::filesystem;
using Kind = Stores::OpenError::Kind;
using rules::TimePoint;

const rules::IpAddress kClient = rules::IpAddress::Parse("192.0.2.1").value();
const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
const TripletId kTriplet{
    .client_key = "192.0.2.0/24", .sender = "a@sender.example", .recipient = "b@recipient.example"};

std::unique_ptr<Stores> Take(Stores::Opened opened) {
  if (const auto* error = std::get_if<Stores::OpenError>(&opened)) {
    ADD_FAILURE() << error->message;
    return nullptr;
  }
  return std::get<0>(std::move(opened));
}

Stores::OpenError ErrorOf(const Stores::Opened& opened) {
  const auto* error = std::get_if<Stores::OpenError>(&opened);
  EXPECT_TRUE(error) << "it opened";
  return error ? *error : Stores::OpenError{};
}

void PutFact(const Stores& stores) {
  auto transaction = WriteTransaction::Begin(*stores.facts_environment());
  ASSERT_TRUE(transaction);
  rules::Fact fact;
  fact.state = rules::Fact::State::kAbsent;
  ASSERT_TRUE(stores.facts()->Put(**transaction, kClient, {{rules::Question::Ptr(), fact}}, TimePoint{}));
  ASSERT_TRUE((*transaction)->Commit());
}

bool HasFact(const Stores& stores) {
  ReadTransaction snapshot(*stores.facts_environment());
  return !stores.facts()->GetClient(snapshot, kClient).empty();
}

void PutTriplet(const Stores& stores) {
  auto transaction = WriteTransaction::Begin(stores.records_environment());
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(stores.triplets().Put(**transaction, kTriplet, {kNow, kNow, 0}));
  ASSERT_TRUE((*transaction)->Commit());
}

bool HasTriplet(const Stores& stores) {
  ReadTransaction snapshot(stores.records_environment());
  return stores.triplets().Get(snapshot, kTriplet).has_value();
}

class StoresTest : public testing::Test {
 protected:
  std::unique_ptr<Stores> Daemon() { return Take(Stores::OpenForDaemon(settings_)); }
  std::unique_ptr<Stores> Tool() { return Take(Stores::OpenForTool(settings_)); }

  // Runs `work` in a process of its own, which then ends as `how` says: 0 in good order, or by a signal.  LMDB allows
  // one environment to be opened only once in a process.
  void InAnotherProcess(const std::function<bool()>& work, int how = 0) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const bool is_fine = work();
      if (is_fine && how != 0) kill(getpid(), how);
      _exit(is_fine ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    if (how == 0) {
      ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    } else {
      ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == how) << status;
    }
  }

  support::TempDirectory directory_;
  StoreSettings settings_{.directory = directory_ / "store", .max_size = std::uint64_t{16} << 20};
};

TEST_F(StoresTest, TheDaemonCreatesWhatIsMissing) {
  const auto stores = Daemon();
  ASSERT_TRUE(stores);
  for (const char* name : {"lock", "facts/boot", "facts/data.mdb", "records/data.mdb", "lists/data.mdb"}) {
    EXPECT_TRUE(fs::exists(settings_.directory + "/" + name)) << name;
  }
  struct stat directory {};
  ASSERT_EQ(stat(settings_.directory.c_str(), &directory), 0);
  EXPECT_EQ(directory.st_mode & 0777U & ~0750U, 0U);
}

TEST_F(StoresTest, TheToolCreatesNothing) {
  const auto error = ErrorOf(Stores::OpenForTool(settings_));
  EXPECT_EQ(error.kind, Kind::kStore);
  EXPECT_NE(error.message.find("start sekimorid once"), std::string::npos) << error.message;
  EXPECT_FALSE(fs::exists(settings_.directory));
}

TEST_F(StoresTest, EverythingIsThereAfterRestart) {
  rules::HashKey secret;
  {
    const auto stores = Daemon();
    secret = stores->secret();
    PutFact(*stores);
    PutTriplet(*stores);
  }
  const auto stores = Daemon();
  EXPECT_EQ(stores->secret(), secret);
  EXPECT_TRUE(HasFact(*stores));
  EXPECT_TRUE(HasTriplet(*stores));
}

TEST_F(StoresTest, EveryStoreHasASecretOfItsOwn) {
  const auto one = Daemon();
  settings_.directory = directory_ / "other";
  const auto other = Daemon();
  EXPECT_NE(one->secret(), other->secret());
  EXPECT_NE(one->secret(), rules::HashKey{});
}

// The lock file belongs to the store's owner, who may be another than the reader: 0 and -1 would be all processes.
TEST_F(StoresTest, ALockFileThatTellsNoPidStillTellsThatADaemonRuns) {
  const auto stores = Daemon();
  for (const char* text : {"", "0\n", "-1\n", "x\n", "99999999999\n"}) {
    std::ofstream(settings_.directory + "/lock", std::ios::trunc) << text;
    EXPECT_EQ(Stores::RunningDaemon(settings_.directory), StoreLock::HeldBy{}) << text;
  }
}

TEST_F(StoresTest, ASecondDaemonIsToldWhoRuns) {
  EXPECT_EQ(Stores::RunningDaemon(settings_.directory), std::nullopt);
  {
    const auto stores = Daemon();
    EXPECT_EQ(Stores::RunningDaemon(settings_.directory), StoreLock::HeldBy{getpid()});
    const auto error = ErrorOf(Stores::OpenForDaemon(settings_));
    EXPECT_EQ(error.kind, Kind::kAlreadyRunning);
    EXPECT_NE(error.message.find("pid " + std::to_string(getpid())), std::string::npos) << error.message;
  }
  EXPECT_EQ(Stores::RunningDaemon(settings_.directory), std::nullopt);
  EXPECT_TRUE(Daemon());
}

TEST_F(StoresTest, AKilledDaemonLeavesNoLockAndLosesNothing) {
  InAnotherProcess(
      [&] {
        const auto stores = Daemon();
        if (!stores) return false;
        PutFact(*stores);
        PutTriplet(*stores);
        return kill(getpid(), SIGKILL) == 0;
      },
      SIGKILL);
  const auto stores = Daemon();
  ASSERT_TRUE(stores);
  EXPECT_TRUE(HasTriplet(*stores));
  EXPECT_TRUE(HasFact(*stores)) << "the machine went on: what was written is in its page cache";
}

// What facts/boot says when the daemon starts, and whether facts are kept.
struct BootCase {
  const char* name;
  std::optional<std::string> mark;
  bool keeps;
};

class BootTest : public StoresTest, public testing::WithParamInterface<BootCase> {};

TEST_P(BootTest, FactsAreKeptOnlyWhereTheyAreSound) {
  PutFact(*Daemon());
  const std::string mark_file = settings_.directory + "/facts/boot";
  if (GetParam().mark) {
    std::ofstream(mark_file) << *GetParam().mark;
  } else {
    fs::remove(mark_file);
  }
  InAnotherProcess([&] {
    const auto stores = Tool();
    return stores && (stores->facts() != nullptr) == GetParam().keeps && HasTriplet(*stores) == false;
  });
  if (GetParam().mark) {
    EXPECT_EQ(ReadSmallFile(mark_file, 100), GetParam().mark) << "the tool touches nothing";
  }
  EXPECT_EQ(HasFact(*Daemon()), GetParam().keeps);
}

INSTANTIATE_TEST_SUITE_P(Stores, BootTest,
                         testing::Values(BootCase{"same_boot", CurrentBootId() + "\n", true},
                                         BootCase{"same_boot_clean", CurrentBootId() + " clean\n", true},
                                         BootCase{"other_boot", "11111111-2222-3333-4444-555555555555\n", false},
                                         BootCase{"other_boot_clean", "11111111-2222-3333-4444-555555555555 clean\n",
                                                  true},
                                         BootCase{"no_mark", std::nullopt, false}, BootCase{"empty_mark", "", false},
                                         BootCase{"cut_mark", "11111111-2222-3333-4444-555555555555 clean", false},
                                         BootCase{"unknown_boot", "\n", false}),
                         [](const auto& row) { return row.param.name; });

TEST_F(StoresTest, TheMarkIsCleanOnlyWhileNobodyRuns) {
  const std::string mark_file = settings_.directory + "/facts/boot";
  {
    const auto stores = Daemon();
    EXPECT_EQ(ReadSmallFile(mark_file, 100), CurrentBootId() + "\n");
  }
  EXPECT_EQ(ReadSmallFile(mark_file, 100), CurrentBootId() + " clean\n");
}

TEST_F(StoresTest, FactsThatLostTheirEndStartAnew) {
  {
    const auto stores = Daemon();
    PutTriplet(*stores);
    auto transaction = WriteTransaction::Begin(*stores->facts_environment());
    ASSERT_TRUE(transaction);
    for (int i = 0; i < 5000; ++i) {
      ASSERT_TRUE((*transaction)->Put(stores->facts()->names(), std::to_string(i), std::string(100, 'x')));
    }
    ASSERT_TRUE((*transaction)->Commit());
  }
  fs::resize_file(settings_.directory + "/facts/data.mdb", 50'000);
  InAnotherProcess([&] {
    const auto stores = Tool();
    return stores && stores->facts() == nullptr;
  });
  const auto stores = Daemon();
  ASSERT_TRUE(stores);
  EXPECT_FALSE(HasFact(*stores));
  EXPECT_TRUE(HasTriplet(*stores));
  PutFact(*stores);
  EXPECT_TRUE(HasFact(*stores));
}

TEST_F(StoresTest, FactsThatAreNoStoreStartAnew) {
  PutFact(*Daemon());
  std::ofstream(settings_.directory + "/facts/data.mdb") << std::string(20'000, 'x');
  const auto stores = Daemon();
  ASSERT_TRUE(stores);
  EXPECT_FALSE(HasFact(*stores));
}

std::vector<std::string> MovedAside(const std::string& store, const std::string& name) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(store)) {
    if (entry.path().filename().string().starts_with(name + ".damaged-")) found.push_back(entry.path());
  }
  return found;
}

TEST_F(StoresTest, WhatIsDamagedIsMovedAsideAndSaidUntilSomebodyHasSeenIt) {
  for (const char* environment : {"facts", "records", "lists"}) {
    PutTriplet(*Daemon());
    std::ofstream(settings_.directory + "/" + environment + "/data.mdb") << std::string(20'000, 'x');
    for (const bool is_first_start : {true, false}) {
      const auto stores = Daemon();
      ASSERT_TRUE(stores) << environment;
      const auto alarms = stores->Alarms(rules::TimePoint{});
      const auto is_its = [&](const Alarm& alarm) { return alarm.store == environment; };
      EXPECT_TRUE(std::any_of(alarms.begin(), alarms.end(), is_its)) << environment << " " << is_first_start;
    }
    const auto moved = MovedAside(settings_.directory, environment);
    ASSERT_EQ(moved.size(), 1U) << environment;
    EXPECT_EQ(fs::file_size(moved.front() + "/data.mdb"), 20'000U) << "what was there is there";
  }
  fs::remove(settings_.directory + "/alarms");
  EXPECT_TRUE(Daemon()->Alarms(rules::TimePoint{}).empty());
}

TEST_F(StoresTest, OfWhatIsDamagedAgainAndAgainAFewAreKept) {
  std::optional<std::string> first;
  for (int i = 0; i < 8; ++i) {
    Daemon().reset();
    std::ofstream(settings_.directory + "/lists/data.mdb") << std::string(20'000, static_cast<char>('a' + i));
    Daemon().reset();
    if (!first) first = MovedAside(settings_.directory, "lists").front();
  }
  EXPECT_EQ(MovedAside(settings_.directory, "lists").size(), 4U);
  EXPECT_TRUE(fs::exists(*first)) << "the oldest holds most of what people had";
}

TEST_F(StoresTest, AnEnvironmentThatTheLastProcessDiedInIsReplacedAtTheSecondTime) {
  PutTriplet(*Daemon());
  const std::string mark = settings_.directory + "/records/suspect";
  std::ofstream(mark).flush();
  EXPECT_TRUE(HasTriplet(*Daemon())) << "every page is sound";
  EXPECT_FALSE(fs::exists(mark));
  std::ofstream(mark).flush();
  EXPECT_FALSE(HasTriplet(*Daemon()));
  EXPECT_EQ(MovedAside(settings_.directory, "records").size(), 1U);
}

TEST_F(StoresTest, ACrashElsewhereNeverCostsAStore) {
  PutTriplet(*Daemon());
  for (int i = 0; i < 3; ++i) {
    for (const char* environment : {"facts", "records", "lists"}) {
      std::ofstream(settings_.directory + "/" + environment + "/look").flush();
    }
    const auto stores = Daemon();
    EXPECT_TRUE(HasTriplet(*stores));
    EXPECT_TRUE(stores->Alarms(kNow).empty());
  }
}

TEST_F(StoresTest, ListsComeBackFromTheirCopyAndTheDaemonSaysFromWhen) {
  const auto put = [](const Stores& stores, const char* target) {
    auto transaction = WriteTransaction::Begin(stores.lists_environment());
    rules::ListEntry entry;
    entry.target = *rules::Target::Parse(target);
    ASSERT_TRUE(stores.lists().Put(**transaction, entry));
    ASSERT_TRUE((*transaction)->Commit());
  };
  const auto is_listed = [](const Stores& stores, const char* client) {
    ReadTransaction snapshot(stores.lists_environment());
    return !stores.lists().MatchClient(snapshot, *rules::IpAddress::Parse(client), kNow).entries.empty();
  };
  {
    const auto stores = Daemon();
    put(*stores, "192.0.2.1");
    ReadTransaction snapshot(stores->lists_environment());
    const KnownLists known = KnownIn(snapshot, stores->lists_environment(), stores->lists());
    EXPECT_EQ(known.entries, 1U);
    ASSERT_TRUE(TakeListsCopy(settings_, stores->lists_environment(), known, kNow));
    put(*stores, "192.0.2.2");
    ListsKeeper keeper(
        settings_, stores->lists_environment(), stores->lists(), [] { return kNow; }, [](auto&) {});
    while (ReadKnownLists(settings_.directory).value_or(KnownLists{}).entries != 2) usleep(1000);
  }
  fs::remove_all(settings_.directory + "/lists");
  const auto stores = Daemon();
  EXPECT_TRUE(is_listed(*stores, "192.0.2.1"));
  EXPECT_FALSE(is_listed(*stores, "192.0.2.2"));
  const auto alarms = stores->Alarms(kNow);
  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_EQ(alarms[0].state, StoreState::kRestored);
  const std::string text = rules::InEnglish(alarms[0].what, AlarmRows());
  EXPECT_NE(text.find("lists/ were gone and are as they were at 2026-11-21T00:00:00Z (entries: 1, before: 2); what "
                      "was added since is gone"),
            std::string::npos)
      << text;
}

// What people said of logins that send is all there is in lists/: it is copied, missed and put back as list entries
// are.
TEST_F(StoresTest, WhatPeopleSaidOfLoginsComesBackFromTheCopy) {
  const rules::OutboundEntry entry{.target = *rules::OutboundTarget::Parse("ann@example.org"), .locked = kNow};
  const auto is_there = [&](const Stores& stores) {
    ReadTransaction snapshot(stores.lists_environment());
    return stores.outbound_entries().Get(snapshot, entry.target) == entry;
  };
  {
    const auto stores = Daemon();
    auto transaction = WriteTransaction::Begin(stores->lists_environment());
    ASSERT_TRUE(stores->outbound_entries().Put(**transaction, entry));
    ASSERT_TRUE((*transaction)->Commit());
    ListsKeeper keeper(
        settings_, stores->lists_environment(), stores->lists(), [] { return kNow; }, [](auto&) {});
    while (!ReadListsCopy(settings_.directory)) usleep(1000);
  }
  EXPECT_EQ(ReadListsCopy(settings_.directory)->known, (KnownLists{.generation = 1, .entries = 1}));
  fs::remove_all(settings_.directory + "/lists");
  EXPECT_TRUE(is_there(*Daemon())) << "gone";
  fs::remove_all(settings_.directory + "/lists");
  Environment::Options options = ListOptions(settings_);
  options.create = true;
  ASSERT_TRUE(Environment::Open(options));
  EXPECT_TRUE(is_there(*Daemon())) << "replaced by empty ones";
}

TEST_F(StoresTest, AnAlarmWithASentenceKeepsItsWords) {
  Daemon().reset();
  std::ofstream(settings_.directory + "/alarms") << "lists restored 1795900000 lists/ were gone and are as they were\n";
  const auto alarms = Daemon()->Alarms(kNow);
  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_EQ(alarms[0].state, StoreState::kRestored);
  EXPECT_EQ(alarms[0].what, rules::InOwnWords("lists/ were gone and are as they were"));
}

TEST_F(StoresTest, ListsThatAreGoneWithoutACopyAreSaidToBeLost) {
  Daemon().reset();
  std::ofstream(settings_.directory + "/lists.known") << "7 3\n";
  EXPECT_EQ(Daemon()->Alarms(kNow).front().state, StoreState::kLost) << "there, but empty";
  fs::remove(settings_.directory + "/alarms");
  fs::remove_all(settings_.directory + "/lists");
  const auto alarms = Daemon()->Alarms(kNow);
  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_EQ(alarms[0].state, StoreState::kLost);
  const std::string text = rules::InEnglish(alarms[0].what, AlarmRows());
  EXPECT_NE(text.find("entries before: 3"), std::string::npos) << text;
}

TEST_F(StoresTest, WhatTheToolAddsIsSeenByTheDaemonsNextSnapshot) {
  const auto stores = Daemon();
  const auto is_listed = [&] {
    ReadTransaction snapshot(stores->lists_environment());
    return !stores->lists().MatchClient(snapshot, kClient, kNow).entries.empty();
  };
  EXPECT_FALSE(is_listed());
  InAnotherProcess([&] {
    // Nothing of the parent's environments may be used here: LMDB does not survive a fork.
    const auto tool = Tool();
    if (!tool) return false;
    auto transaction = WriteTransaction::Begin(tool->lists_environment());
    rules::ListEntry entry;
    entry.target = *rules::Target::Parse("192.0.2.1");
    return transaction && tool->lists().Put(**transaction, entry).ok() && (*transaction)->Commit().ok();
  });
  EXPECT_TRUE(is_listed());
}

// The folder's owner may not be the user that starts the daemon: a FIFO must not make it wait for ever, and a link must
// not lead it elsewhere.  It serves without the lock.
TEST_F(StoresTest, WhatIsNoFileInPlaceOfTheLockIsNotWaitedForNorFollowed) {
  const std::string lock = directory_ / "store/lock";
  std::filesystem::create_directory(directory_ / "store");
  const auto serves = [&] {
    EXPECT_FALSE(Stores::RunningDaemon(directory_ / "store"));
    return std::holds_alternative<std::unique_ptr<Stores>>(Stores::OpenForDaemon(settings_));
  };
  ASSERT_EQ(mkfifo(lock.c_str(), 0600), 0);
  EXPECT_TRUE(serves());
  std::filesystem::remove(lock);
  std::filesystem::create_symlink(directory_ / "elsewhere", lock);
  EXPECT_TRUE(serves());
  EXPECT_FALSE(std::filesystem::exists(directory_ / "elsewhere"));
}

TEST_F(StoresTest, AFifoInPlaceOfTheMarkCountsAsNoMark) {
  Daemon();
  for (const char* name : {"store/facts/boot", "store/facts/boot.new"}) {
    std::filesystem::remove(directory_ / name);
    ASSERT_EQ(mkfifo((directory_ / name).c_str(), 0600), 0);
  }
  EXPECT_TRUE(Daemon()->facts());
}

TEST_F(StoresTest, TheToolSaysThatItMayNotUseTheDirectoryAndTheDaemonServesFromMemory) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  Daemon().reset();
  ASSERT_EQ(chmod(directory_.path().c_str(), 0755), 0);
  ASSERT_EQ(chmod(settings_.directory.c_str(), 0700), 0);
  InAnotherProcess([&] {
    if (setgid(65534) != 0 || setuid(65534) != 0) return false;
    if (ErrorOf(Stores::OpenForTool(settings_)).kind != Kind::kPermission) return false;
    const auto stores = Daemon();
    PutTriplet(*stores);
    const auto is_in_memory = [](const Alarm& alarm) { return alarm.state == StoreState::kInMemory; };
    const auto alarms = stores->Alarms(kNow);
    return HasTriplet(*stores) && alarms.size() == 3 && std::all_of(alarms.begin(), alarms.end(), is_in_memory);
  });
}

TEST_F(StoresTest, RootBecomesTheOwnerOfTheDirectory) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  ASSERT_EQ(mkdir(settings_.directory.c_str(), 0750), 0);
  const auto as_root = BecomeOwnerOf(settings_.directory);
  ASSERT_TRUE(as_root);
  EXPECT_TRUE(*as_root) << "worth a warning";
  const auto not_there = BecomeOwnerOf(directory_ / "missing");
  ASSERT_TRUE(not_there);
  EXPECT_TRUE(*not_there);
  ASSERT_EQ(chown(settings_.directory.c_str(), 65534, 65533), 0);
  InAnotherProcess([&] {
    const auto became = BecomeOwnerOf(settings_.directory);
    return became && !*became && getuid() == 65534 && geteuid() == 65534 && getegid() == 65533 && setuid(0) != 0;
  });
}

}  // namespace cache::stores_test
