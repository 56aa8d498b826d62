#include "cache/lmdb/lmdb.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/temp_directory.h"

namespace cache::lmdb_test {

class LmdbTest : public testing::Test {
 protected:
  Environment::Options Options(bool create = true) {
    return {.directory = directory_ / "env",
            .max_size = std::uint64_t{16} << 20,
            .durability = Durability::kSynced,
            .create = create,
            .tables = {"first", "second"}};
  }

  std::unique_ptr<Environment> Open(bool create = true) {
    auto opened = Environment::Open(Options(create));
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }

  std::string DataFile() const { return directory_ / "env/data.mdb"; }

  support::TempDirectory directory_;
};

void PutRow(Environment& environment, Table table, const std::string& key, const std::string& value) {
  auto transaction = WriteTransaction::Begin(environment);
  ASSERT_TRUE(transaction);
  ASSERT_TRUE((*transaction)->Put(table, key, value));
  ASSERT_TRUE((*transaction)->Commit());
}

// Rows "0000" to count - 1, each with a value of `size` bytes.
void Fill(Environment& environment, int count, std::size_t size) {
  auto transaction = WriteTransaction::Begin(environment);
  ASSERT_TRUE(transaction);
  for (int i = 0; i < count; ++i) {
    std::string key = std::to_string(i);
    key.insert(0, 4 - key.size(), '0');
    ASSERT_TRUE((*transaction)->Put(environment.table(0), key, std::string(size, 'v')));
  }
  ASSERT_TRUE((*transaction)->Commit());
}

// A newer tool beside an older daemon's store, before the newer daemon has started.
TEST_F(LmdbTest, ATableThatIsNotThereYetIsAddedWhereOneMayWrite) {
  ASSERT_TRUE(Open());
  Environment::Options newer = Options(false);
  newer.tables.emplace_back("third");
  newer.is_read_only = true;
  EXPECT_FALSE(Environment::Open(newer));
  newer.is_read_only = false;
  const auto opened = Environment::Open(newer);
  ASSERT_TRUE(opened) << opened.error().message;
  ReadTransaction snapshot(**opened);
  EXPECT_FALSE(snapshot.Get((*opened)->table("third"), "key"));
}

TEST_F(LmdbTest, WhatWasCommittedIsFoundAfterReopening) {
  auto environment = Open();
  PutRow(*environment, environment->table(0), "key", "value");
  environment.reset();
  environment = Open(false);
  ReadTransaction snapshot(*environment);
  EXPECT_EQ(snapshot.Get(environment->table(0), "key"), "value");
  EXPECT_EQ(snapshot.Get(environment->table(1), "key"), std::nullopt);
  EXPECT_EQ(snapshot.Count(environment->table(0)), 1U);
}

TEST_F(LmdbTest, WhatWasNotCommittedIsGone) {
  auto environment = Open();
  {
    auto transaction = WriteTransaction::Begin(*environment);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE((*transaction)->Put(environment->table(0), "key", "value"));
    EXPECT_EQ((*transaction)->Get(environment->table(0), "key"), "value");
  }
  ReadTransaction snapshot(*environment);
  EXPECT_EQ(snapshot.Get(environment->table(0), "key"), std::nullopt);
}

TEST_F(LmdbTest, OpeningCreatesNothingUnlessTold) {
  EXPECT_FALSE(Environment::Open(Options(false)));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "env"));
}

TEST_F(LmdbTest, NobodyElseMayReadTheFile) {
  const auto environment = Open();
  struct stat file {};
  ASSERT_EQ(stat(DataFile().c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0600U);
}

TEST_F(LmdbTest, AProgramStartedFromHereDoesNotInheritTheFile) {
  const auto environment = Open();
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry.path(), gone);
    if (gone || target.string().find(directory_.path()) != 0) continue;
    const int fd = std::stoi(entry.path().filename().string());
    EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0) << target;
  }
}

TEST_F(LmdbTest, ASnapshotStaysUntilReset) {
  auto environment = Open();
  PutRow(*environment, environment->table(0), "key", "old");
  ReadTransaction snapshot(*environment);
  EXPECT_EQ(snapshot.Get(environment->table(0), "key"), "old");
  PutRow(*environment, environment->table(0), "key", "new");
  EXPECT_EQ(snapshot.Get(environment->table(0), "key"), "old");
  snapshot.Reset();
  EXPECT_EQ(snapshot.Get(environment->table(0), "key"), "new");
}

TEST_F(LmdbTest, ScansInOrderFromAKeyUntilTold) {
  auto environment = Open();
  Fill(*environment, 5, 1);
  ReadTransaction snapshot(*environment);
  std::string got;
  snapshot.Scan(environment->table(0), "0001x", [&](std::string_view key, std::string_view) {
    got += key.back();
    return key != "0003";
  });
  EXPECT_EQ(got, "23");
}

TEST_F(LmdbTest, AWalkSeesEveryRowOnceAcrossSnapshots) {
  auto environment = Open();
  Fill(*environment, 2500, 8);
  ReadTransaction snapshot(*environment);
  int count = 0;
  snapshot.Walk(environment->table(0), {}, [&](std::string_view key, std::string_view) {
    EXPECT_EQ(std::stoi(std::string(key)), count);
    ++count;
    return true;
  });
  EXPECT_EQ(count, 2500);
}

TEST_F(LmdbTest, AWalkHoldsNoPageWhileItsVisitorWaits) {
  auto environment = Open();
  Fill(*environment, 10, 8);
  ReadTransaction snapshot(*environment);
  snapshot.Walk(environment->table(0), {}, [&](std::string_view, std::string_view) {
    // A snapshot that is still held would keep each of these versions in the file.
    for (int i = 0; i < 50; ++i) PutRow(*environment, environment->table(1), "key", std::string(100'000, 'x'));
    return false;
  });
  EXPECT_LT(environment->usage().used_bytes, std::uint64_t{2} << 20);
}

TEST_F(LmdbTest, DeletedPagesCountAsFree) {
  auto environment = Open();
  Fill(*environment, 1000, 3000);
  const auto before = environment->usage();
  {
    auto transaction = WriteTransaction::Begin(*environment);
    ASSERT_TRUE(transaction);
    std::vector<std::string> keys;
    (*transaction)->Scan(environment->table(0), {}, [&](std::string_view key, std::string_view) {
      keys.emplace_back(key);
      return true;
    });
    for (const std::string& key : keys) ASSERT_TRUE((*transaction)->Delete(environment->table(0), key));
    ASSERT_TRUE((*transaction)->Commit());
  }
  const auto after = environment->usage();
  EXPECT_GE(after.used_bytes, before.used_bytes);
  EXPECT_LT(after.used_bytes - after.free_bytes, before.used_bytes / 10);
  EXPECT_EQ(after.max_bytes, std::uint64_t{16} << 20);
}

TEST_F(LmdbTest, AFullMapIsAnErrorAndHarmsNothing) {
  auto environment = Open();
  PutRow(*environment, environment->table(1), "kept", "value");
  {
    auto transaction = WriteTransaction::Begin(*environment);
    ASSERT_TRUE(transaction);
    bool is_full = false;
    for (int i = 0; i < 300 && !is_full; ++i) {
      is_full = !(*transaction)->Put(environment->table(0), std::to_string(i), std::string(100'000, 'x'));
    }
    EXPECT_TRUE(is_full);
  }
  PutRow(*environment, environment->table(1), "later", "value");
  ReadTransaction snapshot(*environment);
  EXPECT_EQ(snapshot.Get(environment->table(1), "kept"), "value");
  EXPECT_EQ(snapshot.Get(environment->table(1), "later"), "value");
  EXPECT_EQ(snapshot.Count(environment->table(0)), 0U);
}

TEST_F(LmdbTest, AFileThatLostItsEndIsRefusedEachTime) {
  auto environment = Open();
  Fill(*environment, 1000, 300);
  environment.reset();
  std::filesystem::resize_file(DataFile(), std::filesystem::file_size(DataFile()) / 2 + 100);
  for (int start = 0; start < 2; ++start) {
    const auto opened = Environment::Open(Options());
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find("lost its end"), std::string::npos) << opened.error().message;
  }
}

TEST_F(LmdbTest, AFileWhoseMissingPagesAreFreeIsSound) {
  // Pages taken and given back within one transaction are never written: LMDB itself leaves the file short.
  auto environment = Open();
  for (int i = 0; i < 5; ++i) PutRow(*environment, environment->table(1), "key", "value");  // free pages for the rest
  {
    auto transaction = WriteTransaction::Begin(*environment);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE((*transaction)->Put(environment->table(0), "kept", "value"));
    ASSERT_TRUE((*transaction)->Put(environment->table(0), "short-lived", std::string(400'000, 'x')));
    ASSERT_TRUE((*transaction)->Delete(environment->table(0), "short-lived"));
    ASSERT_TRUE((*transaction)->Commit());
  }
  const std::uint64_t used = environment->usage().used_bytes;
  environment.reset();
  ASSERT_LT(std::filesystem::file_size(DataFile()), used) << "this test needs a short file";
  environment = Open();
  ReadTransaction snapshot(*environment);
  EXPECT_EQ(snapshot.Get(environment->table(0), "kept"), "value");
}

TEST_F(LmdbTest, SomethingElseInTheFileIsRefused) {
  std::filesystem::create_directory(directory_ / "env");
  std::ofstream(DataFile()) << std::string(10'000, 'x');
  EXPECT_FALSE(Environment::Open(Options()));
}

TEST_F(LmdbTest, ACopyIsAStoreOfItsOwn) {
  auto environment = Open();
  PutRow(*environment, environment->table(0), "key", "value");
  ASSERT_TRUE(environment->CopyTo(directory_ / "copy"));
  EXPECT_FALSE(environment->CopyTo(directory_ / "copy")) << "a copy must not be written over";

  auto options = Options(false);
  options.directory = directory_ / "copy";
  auto copy = Environment::Open(options);
  ASSERT_TRUE(copy);
  ReadTransaction snapshot(**copy);
  EXPECT_EQ(snapshot.Get((*copy)->table(0), "key"), "value");
  struct stat file {};
  ASSERT_EQ(stat((directory_ / "copy/data.mdb").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0600U);
}

// Runs `work` in a process of its own, which is killed where work returns, and waits for its end.
void InKilledProcess(const std::function<void()>& work) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    work();
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the child failed: " << status;
}

TEST_F(LmdbTest, AProcessKilledWhileItWritesBlocksNobody) {
  Open().reset();
  InKilledProcess([&] {
    auto environment = Environment::Open(Options());
    if (!environment) _exit(1);
    PutRow(**environment, (*environment)->table(0), "acknowledged", "value");
    auto transaction = WriteTransaction::Begin(**environment);
    if (!transaction || !(*transaction)->Put((*environment)->table(0), "begun", "value")) _exit(1);
    kill(getpid(), SIGKILL);
  });
  auto environment = Open();
  PutRow(*environment, environment->table(0), "later", "value");
  ReadTransaction snapshot(*environment);
  EXPECT_EQ(snapshot.Get(environment->table(0), "acknowledged"), "value");
  EXPECT_EQ(snapshot.Get(environment->table(0), "begun"), std::nullopt);
  EXPECT_EQ(snapshot.Get(environment->table(0), "later"), "value");
}

TEST_F(LmdbTest, SlotsOfKilledReadersAreCleared) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto environment = Environment::Open(Options());
    if (!environment) _exit(1);
    ReadTransaction snapshot(**environment);
    snapshot.Get((*environment)->table(0), "key");
    if (write(ready[1], "x", 1) != 1) _exit(1);
    pause();
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  auto environment = Open();
  EXPECT_EQ(environment->ClearDeadReaders(), 0);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(environment->ClearDeadReaders(), 1);
  close(ready[0]);
  close(ready[1]);
}

TEST_F(LmdbTest, SignalsThatWouldStopAWriterAreHeldBack) {
  auto environment = Open();
  const auto is_blocked = [](int number) {
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    return sigismember(&mask, number) == 1;
  };
  {
    const auto transaction = WriteTransaction::Begin(*environment);
    for (const int number : {SIGINT, SIGTERM, SIGTSTP}) EXPECT_TRUE(is_blocked(number)) << number;
  }
  for (const int number : {SIGINT, SIGTERM, SIGTSTP}) EXPECT_FALSE(is_blocked(number)) << number;
}

TEST_F(LmdbTest, OpenedAgainItIsReadByTheTransactionsThatWere) {
  const auto environment = Open();
  const Table table = environment->table(1);
  PutRow(*environment, table, "key", "value");
  ReadTransaction snapshot(*environment);
  EXPECT_EQ(snapshot.Get(table, "key"), "value");
  const std::uint64_t number = snapshot.number();
  snapshot.Reset();
  ASSERT_FALSE(environment->Reopen(std::chrono::milliseconds{1})) << "the transaction keeps a slot in it";
  EXPECT_EQ(snapshot.Get(table, "key"), "value");
  snapshot.Reset();
  std::atomic<bool> is_closed = false;
  std::thread reader([&] {
    while (!is_closed) snapshot.Reset();
  });
  const Status reopened = environment->Reopen(std::chrono::seconds{10}, [&]() -> Status {
    EXPECT_FALSE(WriteTransaction::Begin(*environment));
    return rules::Done{};
  });
  is_closed = true;
  reader.join();
  ASSERT_TRUE(reopened) << reopened.error().message;
  EXPECT_EQ(snapshot.Get(table, "key"), "value");
  EXPECT_NE(snapshot.number(), number);
  EXPECT_FALSE(snapshot.TakeError());
}

TEST_F(LmdbTest, AReadThatFailsIsAnErrorNotAnAbsence) {
  const auto environment = Open();
  ReadTransaction snapshot(*environment);
  EXPECT_EQ(snapshot.Get(environment->table(0), "key"), std::nullopt);
  EXPECT_FALSE(snapshot.TakeError());
  EXPECT_EQ(snapshot.Get(Table{77}, "key"), std::nullopt);
  EXPECT_TRUE(snapshot.TakeError());
  EXPECT_FALSE(snapshot.TakeError()) << "told once";
}

TEST_F(LmdbTest, SlotsOfKilledReadersAreTakenWhenThereIsNoOther) {
  const auto environment = Open();
  PutRow(*environment, environment->table(0), "key", "value");
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto own = Open(false);
    std::vector<std::unique_ptr<ReadTransaction>> readers;
    std::string error;
    while (error.empty()) {
      readers.push_back(std::make_unique<ReadTransaction>(*own));
      readers.back()->Get(own->table(0), "key");
      error = readers.back()->TakeError().value_or("");
    }
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  ReadTransaction snapshot(*environment);
  EXPECT_EQ(snapshot.Get(environment->table(0), "key"), "value");
  EXPECT_FALSE(snapshot.TakeError());
}

TEST_F(LmdbTest, ASnapshotThatIsHeldIsSeenByTheCommitsSince) {
  const auto environment = Open();
  PutRow(*environment, environment->table(0), "key", "value");
  EXPECT_EQ(environment->oldest_reader().commits_behind, 0U);
  ReadTransaction held(*environment);
  held.Get(environment->table(0), "key");
  for (int i = 0; i < 5; ++i) PutRow(*environment, environment->table(0), "key", std::to_string(i));
  EXPECT_EQ(environment->oldest_reader().commits_behind, 5U);
  EXPECT_EQ(environment->oldest_reader().pid, getpid());
  held.Reset();
  EXPECT_EQ(environment->oldest_reader().commits_behind, 0U);
}

TEST_F(LmdbTest, ADiskThatIsFullIsNoSigbusInTheLockFile) {
  const auto environment = Open();
  struct stat lock {};
  ASSERT_EQ(stat((directory_ / "env/lock.mdb").c_str(), &lock), 0);
  EXPECT_GE(lock.st_blocks * 512, lock.st_size) << "no holes";
}

}  // namespace cache::lmdb_test
