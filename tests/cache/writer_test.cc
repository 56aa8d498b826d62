#include "cache/writer.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

#include "tests/support/temp_directory.h"

namespace cache::writer_test {

using rules::IpAddress;
using rules::Question;
using rules::seconds;
using rules::TimePoint;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours{12}};
constexpr std::chrono::seconds kPatience{60};  // for what comes at once unless something is broken

// Notes what it is told, in order: "record 7 ok", "facts 3 lost".
class Notes : public Writer::Listener {
 public:
  void Written(WriteTicket ticket, bool ok) override {
    Note("record " + std::to_string(ticket.number) + (ok ? " ok" : " lost"), 1);
  }
  void FactsWritten(std::size_t count, bool ok) override {
    Note("facts " + std::to_string(count) + (ok ? " ok" : " lost"), count);
  }

  // Waits until so many records and facts were told of.
  bool WaitFor(std::size_t rows) {
    std::unique_lock lock(mutex_);
    return told_.wait_for(lock, kPatience, [&] { return rows_ >= rows; });
  }
  std::vector<std::string> all() {
    const std::lock_guard lock(mutex_);
    return notes_;
  }

 private:
  void Note(std::string note, std::size_t rows) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(std::move(note));
    rows_ += rows;
    told_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable told_;
  std::vector<std::string> notes_;
  std::size_t rows_ = 0;
};

IpAddress Client(int number) {
  const std::uint8_t bytes[] = {10, static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
                                static_cast<std::uint8_t>(number)};
  return IpAddress::FromBytes(bytes);
}

FactWrite FactOf(int client, const std::string& zone) {
  rules::Fact fact;
  fact.state = rules::Fact::State::kAbsent;
  fact.learnt = kNow;
  fact.until = kNow + seconds{client % 3600};
  return {.client = Client(client), .question = Question::List(zone), .fact = fact};
}

RecordWrite FirstSight(int number) {
  RecordWrite write;
  write.triplets.push_back({.client_key = "192.0.2.0/24",
                            .sender = std::to_string(number),
                            .recipient = "b@recipient.example",
                            .record = {kNow, kNow, 0}});
  write.ticket = WriteTicket{.waiter = 0, .number = static_cast<std::uint64_t>(number)};
  return write;
}

RecordWrite Deferred(std::uint64_t code, TimePoint time) {
  RecordWrite write;
  write.journal.emplace();
  write.journal->reference.code = code;
  write.journal->first = write.journal->last = time;
  return write;
}

class WriterTest : public testing::Test {
 protected:
  explicit WriterTest(std::uint64_t max_size = std::uint64_t{1} << 30,
                      support::TempDirectory::Where where = support::TempDirectory::Where::kDisk)
      : directory_(where) {
    settings_ = {.directory = directory_ / "store", .max_size = max_size};
    OpenStores();
  }

  void OpenStores() {
    stores_.reset();
    auto opened = Stores::OpenForDaemon(settings_);
    if (auto* stores = std::get_if<std::unique_ptr<Stores>>(&opened)) stores_ = std::move(*stores);
    ASSERT_TRUE(stores_);
  }
  void Start(const WriterSettings& settings = {}) {
    writer_ = std::make_unique<Writer>(
        *stores_, settings, [this] { return now_.load(); }, notes_);
  }
  // While this is held the writer cannot begin a commit of records.
  std::unique_ptr<WriteTransaction> HoldRecords() {
    auto held = WriteTransaction::Begin(stores_->records_environment());
    EXPECT_TRUE(held);
    return std::move(*held);
  }
  // Has the writer take a first batch, which then waits for what HoldRecords() holds.
  void OccupyWriter() {
    ASSERT_TRUE(writer_->AddRecord(FirstSight(0)));
    while (writer_->queue_length() > 0) std::this_thread::yield();
  }
  std::optional<rules::Triplet> Get(const TripletUpdate& update) {
    ReadTransaction snapshot(stores_->records_environment());
    return stores_->triplets().Get(snapshot, {update.client_key, update.sender, update.recipient});
  }
  std::optional<rules::Triplet> Get(int number) { return Get(FirstSight(number).triplets.front()); }
  std::size_t FactsOf(int client) {
    ReadTransaction snapshot(*stores_->facts_environment());
    return stores_->facts()->GetClient(snapshot, Client(client)).size();
  }

  support::TempDirectory directory_;
  StoreSettings settings_;
  std::unique_ptr<Stores> stores_;
  std::atomic<TimePoint> now_ = kNow;
  Notes notes_;
  std::unique_ptr<Writer> writer_;
};

using Strings = std::vector<std::string>;

TEST_F(WriterTest, AFirstSightIsFoundWhenItsWaiterIsTold) {
  Start();
  ASSERT_TRUE(writer_->AddRecord(FirstSight(7)));
  ASSERT_TRUE(notes_.WaitFor(1));
  EXPECT_EQ(notes_.all(), (Strings{"record 7 ok"}));
  EXPECT_EQ(Get(7), (rules::Triplet{kNow, kNow, 0}));
}

TEST_F(WriterTest, AllOfAVerdictIsWritten) {
  Start();
  RecordWrite write = FirstSight(1);
  write.triplets.push_back(write.triplets.front());
  write.triplets.back().client_key = "sender.example";
  write.auto_whitelist_key = "mail.sender.example";
  write.auto_whitelist = {.passes = 2, .last_pass = kNow};
  write.journal.emplace();
  write.journal->reference.code = 5;
  write.journal->first = write.journal->last = kNow;
  const RecordWrite copy = write;
  ASSERT_TRUE(writer_->AddRecord(std::move(write)));
  ASSERT_TRUE(notes_.WaitFor(1));
  EXPECT_TRUE(Get(copy.triplets.front()));
  EXPECT_TRUE(Get(copy.triplets.back()));
  ReadTransaction snapshot(stores_->records_environment());
  EXPECT_EQ(stores_->triplets().GetPasses(snapshot, "mail.sender.example"), copy.auto_whitelist);
  EXPECT_EQ(stores_->journal().Find(snapshot, {5}), copy.journal);
}

TEST_F(WriterTest, WhatALoginSentIsGatheredAndWritten) {
  rules::Account account;
  account.days.Add(3, kNow);
  Start({.outbound = {.accounts = 50, .correspondents = 50}});
  constexpr int kWrites = 10;
  for (int i = 0; i < kWrites; ++i) {
    RecordWrite write;
    for (int row = 0; row < 10; ++row) {
      const std::string name = std::to_string(10 * i + row) + "@example.org";
      write.outbound_accounts.push_back({name, account});
      write.correspondents.push_back({name, "joe@sender.example", rules::DayOf(kNow)});
    }
    ASSERT_TRUE(writer_->AddRecord(std::move(write)));
  }
  ASSERT_TRUE(writer_->AddRecord(FirstSight(1)));
  ASSERT_TRUE(notes_.WaitFor(1));
  EXPECT_LE(writer_->counts().commits, 4U) << "nobody waits for them";
  ReadTransaction snapshot(stores_->records_environment());
  EXPECT_EQ(stores_->outbound_accounts().Get(snapshot, "99@example.org"), account);
  EXPECT_TRUE(stores_->correspondents().Knows(snapshot, "99@example.org", "joe@sender.example", kNow));
}

TEST_F(WriterTest, WhatLoginsSentIsBounded) {
  rules::Account account;
  account.days.Add(3, kNow);
  Start({.outbound = {.accounts = 50, .correspondents = 40}});
  for (int i = 0; i < 100; ++i) {
    RecordWrite write = FirstSight(i);
    const std::string name = std::to_string(i) + "@example.org";
    write.outbound_accounts.push_back({name, account});
    write.correspondents.push_back({name, "joe@sender.example", rules::DayOf(kNow)});
    ASSERT_TRUE(writer_->AddRecord(std::move(write)));
    ASSERT_TRUE(notes_.WaitFor(static_cast<std::size_t>(i) + 1));
  }
  ReadTransaction snapshot(stores_->records_environment());
  EXPECT_LE(snapshot.Count(stores_->outbound_accounts().rows()), 50U);
  EXPECT_LE(snapshot.Count(stores_->correspondents().rows()), 40U);
  EXPECT_GE(writer_->counts().evicted.accounts, 50U);
  EXPECT_GE(writer_->counts().evicted.correspondents, 60U);
}

TEST_F(WriterTest, RecordsComeBeforeFactsAndFactsOfOneClientTogether) {
  Start();
  auto held = HoldRecords();
  OccupyWriter();
  for (const char* zone : {"a.example", "b.example", "c.example"}) ASSERT_TRUE(writer_->AddFact(FactOf(1, zone)));
  ASSERT_TRUE(writer_->AddRecord(FirstSight(1)));
  held.reset();
  ASSERT_TRUE(notes_.WaitFor(5));
  EXPECT_EQ(notes_.all(), (Strings{"record 0 ok", "record 1 ok", "facts 3 ok"}));
  EXPECT_EQ(FactsOf(1), 3U);
  EXPECT_EQ(writer_->counts().commits, 3U);
}

TEST_F(WriterTest, WhatWaitsIsCommittedTogetherInBoundedGroups) {
  Start();
  auto held = HoldRecords();
  OccupyWriter();
  for (int i = 1; i <= 2500; ++i) ASSERT_TRUE(writer_->AddRecord(FirstSight(i)));
  EXPECT_EQ(writer_->queue_length(), 2500U);
  held.reset();
  ASSERT_TRUE(notes_.WaitFor(2501));
  EXPECT_EQ(writer_->counts().commits, 1U + 3U) << "1,000 rows a commit";
  EXPECT_EQ(writer_->queue_length(), 0U);
}

TEST_F(WriterTest, AFullQueueRefuses) {
  Start({.max_queue = 3});
  auto held = HoldRecords();
  OccupyWriter();
  for (int i = 1; i <= 3; ++i) {
    EXPECT_TRUE(writer_->AddRecord(FirstSight(i)));
    EXPECT_TRUE(writer_->AddFact(FactOf(i, "a.example")));
  }
  EXPECT_FALSE(writer_->AddRecord(FirstSight(4)));
  EXPECT_FALSE(writer_->AddFact(FactOf(4, "a.example")));
  EXPECT_EQ(writer_->queue_length(), 6U);
  writer_->SetSettings({.max_queue = 4});
  EXPECT_TRUE(writer_->AddRecord(FirstSight(4)));
  held.reset();
  ASSERT_TRUE(notes_.WaitFor(1 + 4 + 3));
  EXPECT_TRUE(Get(4));
}

TEST_F(WriterTest, WhatIsQueuedAtTheEndIsWritten) {
  Start();
  auto held = HoldRecords();
  OccupyWriter();
  for (int i = 1; i <= 1500; ++i) {
    ASSERT_TRUE(writer_->AddRecord(FirstSight(i)));
    ASSERT_TRUE(writer_->AddFact(FactOf(i, "a.example")));
  }
  held.reset();
  writer_.reset();
  EXPECT_TRUE(notes_.WaitFor(1 + 1500 + 1500));
  OpenStores();
  for (int i = 1; i <= 1500; ++i) {
    ASSERT_TRUE(Get(i)) << i;
    ASSERT_EQ(FactsOf(i), 1U) << i;
  }
}

TEST_F(WriterTest, RepeatedTriesAreCountedAndNoneIsLost) {
  Start();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(writer_->AddRecord(Deferred(static_cast<std::uint64_t>(i % 2), kNow + seconds{i})));
  }
  writer_.reset();
  ReadTransaction snapshot(stores_->records_environment());
  for (std::uint64_t code : {0U, 1U}) {
    const auto row = stores_->journal().Find(snapshot, {code});
    ASSERT_TRUE(row);
    EXPECT_EQ(row->times, 50U);
    EXPECT_EQ(row->first, kNow + seconds{code});
    EXPECT_EQ(row->last, kNow + seconds{98 + code});
  }
}

TEST_F(WriterTest, FewCommitsTakeWhatNobodyWaitsForUntilSomebodyDoes) {
  Start();
  const auto began = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < 300; ++i) {
    ASSERT_TRUE(writer_->AddRecord(Deferred(i, kNow)));
    for (int look = 0; look < 1000 && writer_->queue_length() > 0; ++look) std::this_thread::yield();
  }
  ASSERT_TRUE(writer_->AddRecord(FirstSight(1)));
  ASSERT_TRUE(notes_.WaitFor(1));
  const auto quarters = (std::chrono::steady_clock::now() - began) / std::chrono::milliseconds{250};
  EXPECT_LE(writer_->counts().commits, static_cast<std::uint64_t>(quarters) + 2) << "the first, and one a quarter";
  ReadTransaction snapshot(stores_->records_environment());
  EXPECT_TRUE(stores_->journal().Find(snapshot, {299})) << "what came before is written with it";
}

TEST_F(WriterTest, FactsTooOldToServeAreDroppedWhereTheRecordIsWritten) {
  Start({.keep_stale = seconds{3600}});
  ASSERT_TRUE(writer_->AddFact(FactOf(60, "a.example")));  // until kNow + 60
  ASSERT_TRUE(notes_.WaitFor(1));
  now_ = kNow + seconds{60 + 3600};
  ASSERT_TRUE(writer_->AddFact(FactOf(60, "b.example")));
  ASSERT_TRUE(notes_.WaitFor(2));
  EXPECT_EQ(FactsOf(60), 2U);
  now_ = kNow + seconds{60 + 3601};
  ASSERT_TRUE(writer_->AddFact(FactOf(60, "c.example")));
  ASSERT_TRUE(notes_.WaitFor(3));
  EXPECT_EQ(FactsOf(60), 1U);
}

TEST_F(WriterTest, WhatHasEndedIsSweptWhileItWrites) {
  Start({.retry_window = seconds{600}});
  ASSERT_TRUE(writer_->AddRecord(FirstSight(1)));
  ASSERT_TRUE(notes_.WaitFor(1));
  now_ = kNow + seconds{24 * 3600};
  RecordWrite later = FirstSight(2);
  later.triplets.front().record = {now_.load(), now_.load(), 0};
  std::size_t told = 1;
  for (int round = 0; round < 100'000 && writer_->counts().swept == 0; ++round) {
    ASSERT_TRUE(writer_->AddRecord(later));
    ASSERT_TRUE(notes_.WaitFor(++told));
  }
  EXPECT_EQ(writer_->counts().swept, 1U);
  EXPECT_FALSE(Get(1));
  EXPECT_TRUE(Get(2));
}

class SmallStoreTest : public WriterTest {
 protected:
  SmallStoreTest() : WriterTest(std::uint64_t{4} << 20, support::TempDirectory::Where::kMemory) {}
};

// Texts as long as a row keeps them: the store is full the sooner.
RecordWrite LongFirstSight(int number) {
  RecordWrite write = FirstSight(number);
  write.triplets.front().client_key = std::to_string(number);
  write.triplets.front().recipient = std::string(64, 'r');
  write.triplets.front().sender += std::string(64, 's');
  return write;
}

TEST_F(SmallStoreTest, AFloodIsTakenAndNoConfirmedTripletIsLost) {
  Start();
  for (int i = 0; i < 500; ++i) {
    RecordWrite confirmed = FirstSight(i);
    confirmed.triplets.front().record.passes = 1;
    ASSERT_TRUE(writer_->AddRecord(confirmed));
  }
  constexpr int kFlood = 16'000;  // more than fits
  for (int i = 0; i < kFlood; ++i) {
    ASSERT_TRUE(writer_->AddRecord(LongFirstSight(i)));
    ASSERT_TRUE(writer_->AddFact(FactOf(i, std::string(250, 'z'))));
  }
  ASSERT_TRUE(notes_.WaitFor(500U + 2U * kFlood));
  EXPECT_EQ(writer_->counts().failed_commits, 0U) << writer_->last_error().value_or("");
  EXPECT_GT(writer_->counts().evicted.all(), 0U);
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(Get(i)) << i;
  EXPECT_FALSE(Get(LongFirstSight(0).triplets.front()) && FactsOf(0) == 1U) << "this test needs a full store";
  EXPECT_EQ(FactsOf(kFlood - 1), 1U);
  EXPECT_TRUE(Get(LongFirstSight(kFlood - 1).triplets.front()));
}

class TinyStoreTest : public WriterTest {
 protected:
  TinyStoreTest() : WriterTest(std::uint64_t{1} << 20, support::TempDirectory::Where::kMemory) {}
};

// Somebody holds a snapshot: what is removed cannot be used again.
TEST_F(TinyStoreTest, WhereNothingMayMakeRoomWaitersAreToldAndFactsGoOn) {
  Start();
  ReadTransaction held(stores_->records_environment());
  EXPECT_EQ(held.Count(stores_->triplets().triplets()), 0U);
  std::size_t told = 0;
  for (int i = 0; i < 50'000 && writer_->counts().failed_commits == 0; i += 500) {
    for (int row = i; row < i + 500; ++row) ASSERT_TRUE(writer_->AddRecord(FirstSight(row)));
    ASSERT_TRUE(notes_.WaitFor(told += 500));
  }
  ASSERT_GT(writer_->counts().failed_commits, 0U);
  EXPECT_TRUE(writer_->last_error());
  const Strings notes = notes_.all();
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(), [](const auto& note) { return note.ends_with(" lost"); }));
  ASSERT_TRUE(writer_->AddFact(FactOf(1, "a.example")));
  ASSERT_TRUE(notes_.WaitFor(told + 1));
  EXPECT_EQ(notes_.all().back(), "facts 1 ok");

  held.Reset();
  const std::uint64_t failed = writer_->counts().failed_commits;
  for (int row = 0; row < 2000; ++row) ASSERT_TRUE(writer_->AddRecord(FirstSight(100'000 + row)));
  ASSERT_TRUE(notes_.WaitFor(told + 2001));
  EXPECT_LE(writer_->counts().failed_commits, failed + 2) << "once it lets go the store takes rows again";
  EXPECT_TRUE(Get(101'999));
}

// A daemon that is killed: writes the number of each ticket it was told of into the pipe, as Postfix is answered.
class Acknowledgements : public Writer::Listener {
 public:
  explicit Acknowledgements(int pipe) : pipe_(pipe) {}
  void Written(WriteTicket ticket, bool ok) override {
    const int number = static_cast<int>(ticket.number);
    if (!ok || write(pipe_, &number, sizeof number) != sizeof number) _exit(1);
  }
  void FactsWritten(std::size_t, bool) override {}

 private:
  int pipe_;
};

[[noreturn]] void RunDaemon(const StoreSettings& settings, int from, int pipe) {
  auto opened = Stores::OpenForDaemon(settings);
  auto* stores = std::get_if<std::unique_ptr<Stores>>(&opened);
  if (!stores) _exit(1);
  Acknowledgements acknowledgements(pipe);
  Writer writer(
      **stores, {}, [] { return kNow; }, acknowledgements);
  for (int i = from; i < 1'000'000; ++i) {
    if (!writer.AddRecord(FirstSight(i)) || !writer.AddFact(FactOf(i, "a.example"))) std::this_thread::yield();
  }
  pause();
  _exit(1);
}

TEST_F(WriterTest, NothingAcknowledgedIsLostByAKillAtAnyMoment) {
  stores_.reset();
  std::vector<int> acknowledged;
  for (int round = 0; round < 5; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) RunDaemon(settings_, round * 1'000'000 / 10, ends[1]);
    close(ends[1]);
    int number = 0;
    const std::size_t until = acknowledged.size() + 300U + 177U * static_cast<std::size_t>(round);
    while (acknowledged.size() < until && read(ends[0], &number, sizeof number) == sizeof number) {
      acknowledged.push_back(number);
    }
    EXPECT_EQ(acknowledged.size(), until);
    kill(child, SIGKILL);
    while (read(ends[0], &number, sizeof number) == sizeof number) acknowledged.push_back(number);
    waitpid(child, nullptr, 0);
    close(ends[0]);
    OpenStores();
    for (const int known : acknowledged) ASSERT_TRUE(Get(known)) << "round " << round << ", number " << known;
    stores_.reset();
  }
}

TEST_F(WriterTest, TheToolWritesWhileTheDaemonDoes) {
  Start();
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // Nothing of the parent's may be used here: LMDB does not survive a fork.
    auto opened = Stores::OpenForTool(settings_);
    auto* tool = std::get_if<std::unique_ptr<Stores>>(&opened);
    if (!tool || !(*tool)->facts() || write(ready[1], "x", 1) != 1) _exit(1);
    for (int i = 0; i < 100; ++i) {
      auto transaction = WriteTransaction::Begin((*tool)->records_environment());
      const std::string sender = "tool" + std::to_string(i);
      const TripletId id{"192.0.2.0/24", sender, "b@recipient.example"};
      if (!transaction || !(*tool)->triplets().Put(**transaction, id, {kNow, kNow, 0}).ok()) _exit(1);
      if (!(*transaction)->Commit()) _exit(1);
    }
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(writer_->AddRecord(FirstSight(i)));
    ASSERT_TRUE(notes_.WaitFor(static_cast<std::size_t>(i) + 1));
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(Get(i)) << i;
    EXPECT_TRUE(Get({"192.0.2.0/24", "tool" + std::to_string(i), "b@recipient.example", {}})) << i;
  }
  EXPECT_EQ(writer_->counts().failed_commits, 0U);
  close(ready[0]);
  close(ready[1]);
}

}  // namespace cache::writer_test
