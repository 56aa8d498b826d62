#include "cache/upkeep.h"

#include <gtest/gtest.h>

#include "cache/entry.h"
#include "cache/facts/fact_record.h"
#include "tests/support/temp_directory.h"

namespace cache::upkeep_test {

using rules::Question;
using rules::seconds;
using rules::TimePoint;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours{12}};
constexpr seconds kDay{86400};
const std::string kSender(kMaxRowText, 's');  // as long as a row keeps it: a store is full the sooner
constexpr int kMoreThanAnyWalkNeeds = 10'000;

// Everything that ended a day ago or earlier goes.
Upkeep::Ends EndsAt(TimePoint now) {
  return {.facts = now - kDay, .waiting = now - kDay, .confirmed = now - kDay, .journal = now - kDay};
}

class UpkeepTest : public testing::Test {
 protected:
  UpkeepTest() {
    auto opened = Stores::OpenForDaemon({.directory = directory_ / "store", .max_size = std::uint64_t{4} << 20});
    if (auto* stores = std::get_if<std::unique_ptr<Stores>>(&opened)) stores_ = std::move(*stores);
    EXPECT_TRUE(stores_);
    upkeep_.emplace(*stores_);
  }

  void WriteFacts(const std::function<void(WriteTransaction&)>& change) {
    Write(*stores_->facts_environment(), change);
  }
  void WriteRecords(const std::function<void(WriteTransaction&)>& change) {
    Write(stores_->records_environment(), change);
  }
  static void Write(Environment& environment, const std::function<void(WriteTransaction&)>& change) {
    auto transaction = WriteTransaction::Begin(environment);
    ASSERT_TRUE(transaction);
    change(**transaction);
    ASSERT_TRUE((*transaction)->Commit());
  }

  void PutFact(WriteTransaction& transaction, int number, TimePoint until) {
    const std::uint8_t bytes[] = {10, static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
                                  static_cast<std::uint8_t>(number)};
    rules::Fact fact;
    fact.state = rules::Fact::State::kAbsent;
    fact.until = until;
    ASSERT_TRUE(stores_->facts()->Put(transaction, rules::IpAddress::FromBytes(bytes),
                                      {{Question::List(std::string(100, 'z')), fact}}, TimePoint{}));
  }
  void PutTriplet(WriteTransaction& transaction, int number, const rules::Triplet& record) {
    const std::string key = std::to_string(number);
    ASSERT_TRUE(stores_->triplets().Put(transaction, {key, kSender, "recipient"}, record));
  }
  void AddRow(WriteTransaction& transaction, int number, TimePoint time) {
    JournalRow row;
    row.reference.code = static_cast<std::uint64_t>(number);
    row.first = row.last = time;
    row.reply = std::string(100, 'r');
    ASSERT_TRUE(stores_->journal().Add(transaction, row));
  }
  // Counts of so many keys of as many networks, on one day.
  void AddReputations(int from, int count) {
    WriteRecords([&](WriteTransaction& transaction) {
      for (int i = from; i < from + count; ++i) {
        const std::uint8_t bytes[] = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8), 1, 1};
        const ReputationRow row{.key = static_cast<std::uint64_t>(i) * 0x9e37'79b9'7f4a'7c15U,
                                .client = rules::IpAddress::FromBytes(bytes),
                                .counted = {.day = rules::DayOf(kNow), .counts = {.let_in = 1}}};
        ASSERT_TRUE(stores_->reputations().Add(transaction, row));
      }
    });
  }
  // Accounts that sent once, each to one.
  void AddOutbound(int from, int count, const std::string& account = {}) {
    rules::Account sent;
    sent.days.Add(1, kNow);
    WriteRecords([&](WriteTransaction& transaction) {
      for (int i = from; i < from + count; ++i) {
        const std::string name = std::to_string(i) + "@example.org";
        ASSERT_TRUE(stores_->outbound_accounts().Put(transaction, {name, sent}));
        ASSERT_TRUE(stores_->correspondents().Add(transaction, {name, "joe@x.example", rules::DayOf(kNow), account}));
      }
    });
  }
  std::uint64_t Accounts() { return Count(stores_->records_environment(), stores_->outbound_accounts().rows()); }
  std::uint64_t Correspondents() { return Count(stores_->records_environment(), stores_->correspondents().rows()); }
  std::uint64_t Reputations() { return Count(stores_->records_environment(), stores_->reputations().rows()); }
  std::uint64_t Count(const Environment& environment, Table table) {
    ReadTransaction snapshot(environment);
    return snapshot.Count(table);
  }
  std::uint64_t Facts() { return Count(*stores_->facts_environment(), stores_->facts()->clients()); }
  std::uint64_t Triplets() { return Count(stores_->records_environment(), stores_->triplets().triplets()); }
  std::uint64_t Rows() { return Count(stores_->records_environment(), stores_->journal().rows()); }

  // Steps from where a walk is due until it rests; returns how many rows went.
  std::uint64_t Walk(TimePoint now) {
    std::uint64_t removed = upkeep_->Step(EndsAt(now), now);
    for (int steps = 0; upkeep_->is_walking() && steps < kMoreThanAnyWalkNeeds; ++steps) {
      removed += upkeep_->Step(EndsAt(now), now);
    }
    EXPECT_FALSE(upkeep_->is_walking());
    return removed;
  }

  support::TempDirectory directory_{support::TempDirectory::Where::kMemory};
  std::unique_ptr<Stores> stores_;
  std::optional<Upkeep> upkeep_;
};

TEST_F(UpkeepTest, AWalkRemovesWhatHasEndedFromEveryTable) {
  WriteFacts([&](WriteTransaction& transaction) {
    for (int i = 0; i < 600; ++i) PutFact(transaction, i, kNow - kDay - seconds{i % 2});
  });
  WriteRecords([&](WriteTransaction& transaction) {
    for (int i = 0; i < 600; ++i) PutTriplet(transaction, i, {kNow - kDay - seconds{i % 2}, kNow, 0});
    for (int i = 0; i < 600; ++i) AddRow(transaction, i, i % 2 ? kNow - 2 * kDay : kNow - kDay);
  });
  EXPECT_EQ(Walk(kNow), 900U);
  EXPECT_EQ(Facts(), 300U);
  EXPECT_EQ(Triplets(), 300U);
  EXPECT_EQ(Rows(), 300U);
}

TEST_F(UpkeepTest, OneStepLooksAtFewRows) {
  WriteFacts([&](WriteTransaction& transaction) {
    for (int i = 0; i < 2000; ++i) PutFact(transaction, i, kNow - 2 * kDay);
  });
  EXPECT_EQ(upkeep_->Step(EndsAt(kNow), kNow), 0U);
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t removed = upkeep_->Step(EndsAt(kNow), kNow);
    EXPECT_GT(removed, 0U);
    EXPECT_LE(removed, 500U);
  }
}

TEST_F(UpkeepTest, TheNextWalkIsDueAnHourLaterOrWhereTheClockWentBack) {
  EXPECT_EQ(Walk(kNow), 0U);
  WriteFacts([&](WriteTransaction& transaction) { PutFact(transaction, 1, kNow - 10 * kDay); });
  EXPECT_EQ(Walk(kNow + seconds{3599}), 0U);
  EXPECT_EQ(Walk(kNow + seconds{3600}), 1U);
  WriteFacts([&](WriteTransaction& transaction) { PutFact(transaction, 1, kNow - 10 * kDay); });
  EXPECT_EQ(Walk(kNow - seconds{1}), 1U);
}

TEST_F(UpkeepTest, NothingIsEvictedBelowTheLimit) {
  WriteFacts([&](WriteTransaction& transaction) {
    for (int i = 0; i < 1000; ++i) PutFact(transaction, i, kNow);
  });
  EXPECT_EQ(upkeep_->MakeRoomForFacts(1000, kNow), 0U);
  EXPECT_EQ(upkeep_->MakeRoomForRecords(1000, kNow), 0U);
}

// Writes rows in small commits until the environment is above 90 %.
void FillUp(const Environment& environment, const std::function<void(int from, int to)>& write) {
  for (int i = 0; i < 100'000 && !environment.IsAbove(90); i += 20) write(i, i + 20);
  ASSERT_TRUE(environment.IsAbove(90));
}

TEST_F(UpkeepTest, FactsThatHaveEndedMakeRoom) {
  int written = 0;
  FillUp(*stores_->facts_environment(), [&](int from, int to) {
    WriteFacts([&](WriteTransaction& transaction) {
      for (int i = from; i < to; ++i) PutFact(transaction, i, kNow + (i % 2 == 0 ? seconds{10} : kDay));
    });
    written = to;
  });
  const std::uint64_t removed = upkeep_->MakeRoomForFacts(100, kNow + seconds{10});
  EXPECT_GE(removed, 100U);
  std::uint64_t near = 0;
  ReadTransaction snapshot(*stores_->facts_environment());
  snapshot.Scan(stores_->facts()->clients(), {}, [&](std::string_view, std::string_view value) {
    near += LatestEnd(value) == kNow + seconds{10} ? 1U : 0U;
    return true;
  });
  // A sample in which half are over, but for chance.
  EXPECT_LE(near, static_cast<std::uint64_t>(written + 1) / 2 - removed * 3 / 4) << "what is over went";
}

TEST_F(UpkeepTest, OldJournalDaysGoBeforeTripletsAndConfirmedOnesLast) {
  WriteRecords([&](WriteTransaction& transaction) {
    for (int i = 0; i < 100; ++i) PutTriplet(transaction, -1 - i, {kNow - 30 * kDay, kNow - 30 * kDay, 1});
    for (int i = 0; i < 100; ++i) AddRow(transaction, i, kNow - 2 * kDay);
    for (int i = 0; i < 100; ++i) AddRow(transaction, i, kNow);
  });
  int waiting = 0;
  FillUp(stores_->records_environment(), [&](int from, int to) {
    WriteRecords([&](WriteTransaction& transaction) {
      for (int i = from; i < to; ++i) PutTriplet(transaction, i, {kNow - seconds{i}, kNow, 0});
    });
    waiting = to;
  });
  EXPECT_GE(upkeep_->MakeRoomForRecords(10, kNow), 10U);
  EXPECT_LT(Rows(), 200U);
  EXPECT_GE(Rows(), 100U) << "today's stay";
  EXPECT_EQ(Triplets(), static_cast<std::uint64_t>(waiting) + 100U);

  for (int i = 0; i < 10'000 && upkeep_->MakeRoomForRecords(1000, kNow) > 0; ++i) {
  }
  EXPECT_FALSE(stores_->records_environment().IsAbove(90));
  ReadTransaction snapshot(stores_->records_environment());
  for (int i = 0; i < 100; ++i) {
    const std::string key = std::to_string(-1 - i);
    EXPECT_TRUE(stores_->triplets().Get(snapshot, {key, kSender, "recipient"})) << key;
  }
}

// The rows of one client key lie together, so a sample may hold nothing else.
TEST_F(UpkeepTest, AFloodTakesNothingOfTheConfirmedTripletsOfLargeSenders) {
  constexpr int kConfirmed = 2'000, kFlood = 20'000, kRows = 10;
  const auto provider = [](int i) { return "provider" + std::to_string(i % 20) + ".example"; };
  const auto recipient = [](int i) { return "recipient" + std::to_string(i); };
  const auto client = rules::IpAddress::Parse("198.51.100.5");
  for (int i = 0; i < kConfirmed; i += kRows) {
    WriteRecords([&](WriteTransaction& transaction) {
      for (int j = i; j < i + kRows; ++j) {
        const std::string key = provider(j), to = recipient(j);
        ASSERT_TRUE(stores_->triplets().Put(transaction, {key, kSender, to, client}, {kNow, kNow, 1}));
      }
    });
  }
  for (int i = 0; i < kFlood; i += kRows) {
    upkeep_->MakeRoomForRecords(kRows, kNow);
    WriteRecords([&](WriteTransaction& transaction) {
      for (int j = i; j < i + kRows; ++j) {
        const std::string key = "flood" + std::to_string(j);
        const auto stranger = rules::IpAddress::Parse("203.0." + std::to_string(j % 250) + ".1");
        ASSERT_TRUE(stores_->triplets().Put(transaction, {key, kSender, "recipient", stranger}, {kNow, kNow, 0}));
      }
    });
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(upkeep_->evictions().triplets, 0U) << "this test needs a full store";
  ReadTransaction snapshot(stores_->records_environment());
  for (int i = 0; i < kConfirmed; ++i) {
    ASSERT_TRUE(stores_->triplets().Get(snapshot, {provider(i), kSender, recipient(i)})) << i;
  }
}

// A flood that comes back fills the store with confirmed rows: it makes room itself, also for newcomers.
TEST_F(UpkeepTest, AStoreOfConfirmedTripletsTakesNewOnes) {
  const auto put = [&](WriteTransaction& transaction, const std::string& key, const std::string& client,
                       const rules::Triplet& record) {
    const TripletId id{key, kSender, "recipient", rules::IpAddress::Parse(client)};
    ASSERT_TRUE(stores_->triplets().Put(transaction, id, record));
  };
  WriteRecords([&](WriteTransaction& transaction) {
    for (int i = 0; i < 100; ++i) {
      put(transaction, "honest" + std::to_string(i), std::to_string(20 + i) + ".1.1.1", {kNow - i * kDay / 4, kNow, 1});
    }
  });
  constexpr int kRows = 10;  // of a commit, in so small a store
  for (int i = 0; i < 20'000; i += kRows) {
    upkeep_->MakeRoomForRecords(kRows, kNow);
    WriteRecords([&](WriteTransaction& transaction) {
      for (int j = i; j < i + kRows; ++j) {
        put(transaction, "flood" + std::to_string(j), "203.0." + std::to_string(j % 250) + ".1", {kNow, kNow, 1});
      }
    });
    if (HasFatalFailure()) return;
  }
  ReadTransaction snapshot(stores_->records_environment());
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(stores_->triplets().Get(snapshot, {"honest" + std::to_string(i), kSender, "recipient"})) << i;
  }
}

// Strangers from 60,000 networks: whom we knew before the flood we know after it.
TEST_F(UpkeepTest, AFloodOfClientsPushesOutItself) {
  const auto put = [&](WriteTransaction& transaction, const std::string& client, TimePoint learnt) {
    rules::Fact fact;
    fact.state = rules::Fact::State::kAbsent;
    fact.learnt = learnt;
    fact.until = learnt + kDay;
    ASSERT_TRUE(stores_->facts()->Put(transaction, *rules::IpAddress::Parse(client),
                                      {{Question::List(std::string(100, 'z')), fact}}, TimePoint{}));
  };
  const auto honest = [](int i) {
    return "198." + std::to_string(51 + i / 100) + "." + std::to_string(i % 100) + ".5";
  };
  for (const int hours : {3, 1}) {
    WriteFacts([&](WriteTransaction& transaction) {
      for (int i = 0; i < 200; ++i) put(transaction, honest(i), kNow - seconds{3600 * hours});
    });
  }
  constexpr int kRows = 10;  // of a commit, in so small a store
  for (int i = 0; i < 30'000; i += kRows) {
    upkeep_->MakeRoomForFacts(kRows, kNow);
    WriteFacts([&](WriteTransaction& transaction) {
      for (int j = i; j < i + kRows; ++j) {
        put(transaction,
            std::to_string(1 + j * 37 % 190) + "." + std::to_string(j / 256 % 256) + "." + std::to_string(j % 256) +
                ".9",
            kNow);
      }
    });
    if (HasFatalFailure()) return;
  }
  ReadTransaction snapshot(*stores_->facts_environment());
  int left = 0;
  for (int i = 0; i < 200; ++i)
    left += !stores_->facts()->GetClient(snapshot, *rules::IpAddress::Parse(honest(i))).empty();
  EXPECT_GE(left, 190);
  EXPECT_GT(upkeep_->evictions().facts, 10'000U);
}

// Each client of a flood that comes back earns one pass: they go, not what others earned in weeks.
TEST_F(UpkeepTest, PassesOfAFloodMakeRoom) {
  const auto put = [&](WriteTransaction& transaction, const std::string& name, std::uint32_t passes) {
    ASSERT_TRUE(
        stores_->triplets().PutPasses(transaction, name, {.passes = passes, .last_pass = kNow - passes * kDay}));
  };
  // Their keys lie among those of the flood, as names of honest servers do.
  const auto honest = [](int i) { return "m" + std::to_string(i * 600) + ".honest.example"; };
  WriteRecords([&](WriteTransaction& transaction) {
    for (int i = 0; i < 100; ++i) put(transaction, honest(i), 2);
  });
  constexpr int kRows = 10;  // of a commit, in so small a store
  constexpr int kFlood = 120'000;
  std::uint64_t removed = 0;
  for (int i = 0; i < kFlood; i += kRows) {
    removed += upkeep_->MakeRoomForRecords(kRows, kNow);
    WriteRecords([&](WriteTransaction& transaction) {
      for (int j = i; j < i + kRows; ++j)
        put(transaction, "m" + std::to_string(std::int64_t{j} * 7919 % kFlood) + ".flood.example", 1);
    });
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(removed, 10'000U) << "else there was room for all";
  ReadTransaction snapshot(stores_->records_environment());
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(stores_->triplets().GetPasses(snapshot, honest(i))) << i;
}

TEST_F(UpkeepTest, AJournalBelowItsLimitsIsLeftAlone) {
  WriteRecords([&](WriteTransaction& transaction) {
    for (int i = 0; i < 50; ++i) AddRow(transaction, i, kNow);
  });
  EXPECT_EQ(upkeep_->TrimJournal(50, 100, kNow), 0U);
  EXPECT_EQ(Rows(), 50U);
}

TEST_F(UpkeepTest, OfTooManyVerdictsTheOldestDaysGoFirst) {
  WriteRecords([&](WriteTransaction& transaction) {
    for (int i = 0; i < 100; ++i) AddRow(transaction, i, kNow - 2 * kDay);
    for (int i = 0; i < 100; ++i) AddRow(transaction, i, kNow - kDay);
    for (int i = 0; i < 100; ++i) AddRow(transaction, i, kNow);
  });
  for (int i = 0; i < 100 && upkeep_->TrimJournal(10, 150, kNow) > 0; ++i) {
  }
  EXPECT_LE(Rows(), 140U);
  EXPECT_GE(Rows(), 100U);
  ReadTransaction snapshot(stores_->records_environment());
  std::uint64_t today = 0;
  stores_->journal().Scan(snapshot, kNow, [&](const JournalRow&) {
    ++today;
    return true;
  });
  EXPECT_EQ(today, 100U) << "today's stay while there are older ones";
}

// The code of a reference says nothing of its age: rows younger than a day stay while there are older ones, also where
// both are of one UTC day, and just after midnight.
TEST_F(UpkeepTest, VerdictsYoungerThanADayStayWhileThereAreOlderOnes) {
  for (const TimePoint now : {kNow, kNow + std::chrono::hours{12} + seconds{60}}) {
    WriteRecords([&](WriteTransaction& transaction) {
      for (int i = 0; i < 1000; ++i) AddRow(transaction, i * 617 % 1000, now - kDay - seconds{500} + seconds{i});
    });
    for (int i = 0; i < 1000 && upkeep_->TrimJournal(10, 510, now) > 0; ++i) {
    }
    EXPECT_LE(Rows(), 500U);
    ReadTransaction snapshot(stores_->records_environment());
    std::uint64_t younger = 0;
    stores_->journal().Scan(snapshot, now - kDay + seconds{1}, [&](const JournalRow&) {
      ++younger;
      return true;
    });
    EXPECT_GE(younger, 480U);
  }
}

// A network with 60,000 senders takes its own share, and what it loses is said.
TEST_F(UpkeepTest, AFloodOfVerdictsPushesOutItself) {
  const auto add = [&](WriteTransaction& transaction, std::uint64_t number, const char* client, TimePoint time) {
    JournalRow row;
    row.reference.code = number * 0x9e37'79b9'7f4a'7c15U >> 19;
    row.client = *rules::IpAddress::Parse(client);
    row.first = row.last = time;
    ASSERT_TRUE(stores_->journal().Add(transaction, row));
  };
  for (std::uint64_t batch = 0; batch < 60; ++batch) {
    upkeep_->TrimJournal(100, 2000, kNow);
    // Of others, in the middle of the flood and not older than it: age alone does not save them.
    WriteRecords([&](WriteTransaction& transaction) {
      for (std::uint64_t i = 0; i < 20 && batch == 30; ++i) add(transaction, i, "198.51.100.7", kNow);
    });
    WriteRecords([&](WriteTransaction& transaction) {
      for (std::uint64_t i = 0; i < 100; ++i) add(transaction, 20 + batch * 100 + i, "203.0.113.5", kNow);
    });
  }
  EXPECT_LE(Rows(), 2000U);
  ReadTransaction snapshot(stores_->records_environment());
  for (std::uint64_t i = 0; i < 20; ++i) {
    EXPECT_TRUE(stores_->journal().Find(snapshot, rules::Reference{i * 0x9e37'79b9'7f4a'7c15U >> 19})) << i;
  }
  const auto dropped = stores_->journal().GetDropped(snapshot);
  ASSERT_TRUE(dropped);
  EXPECT_EQ(dropped->count, 6020U - Rows());
  EXPECT_EQ(upkeep_->evictions().verdicts, dropped->count);
}

TEST_F(UpkeepTest, TheJournalTakesAQuarterOfTheStore) {
  for (int batch = 0; batch < 100; ++batch) {
    upkeep_->TrimJournal(100, 1'000'000, kNow);
    WriteRecords([&](WriteTransaction& transaction) {
      // Each number below 2^20 + 7 once, in no order: references are hashes.
      for (std::int64_t i = batch * 100; i < batch * 100 + 100; ++i)
        AddRow(transaction, static_cast<int>(i * 617'000 % 1'048'583), kNow);
    });
  }
  ReadTransaction snapshot(stores_->records_environment());
  const std::uint64_t quarter = std::uint64_t{1} << 20;
  EXPECT_LE(snapshot.Bytes(stores_->journal().rows()), quarter + quarter / 10);
  EXPECT_GT(Rows(), 1000U);
}

TEST_F(UpkeepTest, ReputationsAreBoundedInNumber) {
  const ReputationLimits limits{.rows = 1000};
  for (int batch = 0; batch < 30; ++batch) {
    upkeep_->TrimReputations(100, limits, kNow);
    AddReputations(batch * 100, 100);
  }
  EXPECT_LE(Reputations(), 1000U);
  EXPECT_GT(Reputations(), 800U);
  EXPECT_EQ(upkeep_->evictions().reputations, 3000 - Reputations());
  EXPECT_EQ(upkeep_->evictions().triplets, 0U);
}

TEST_F(UpkeepTest, ReputationsTakeAnEighthOfTheStore) {
  for (int batch = 0; batch < 200; ++batch) {
    upkeep_->TrimReputations(100, ReputationLimits(), kNow);
    AddReputations(batch * 100, 100);
  }
  ReadTransaction snapshot(stores_->records_environment());
  const std::uint64_t eighth = std::uint64_t{1} << 19;
  EXPECT_LE(snapshot.Bytes(stores_->reputations().rows()), eighth + eighth / 8);
  EXPECT_GT(Reputations(), 2000U);
}

TEST_F(UpkeepTest, AWalkRemovesReputationsOfClientsThatStayedAway) {
  AddReputations(0, 50);
  EXPECT_EQ(Walk(kNow + 59 * kDay), 0U);
  EXPECT_EQ(Walk(kNow + 61 * kDay), 50U);
  EXPECT_EQ(Reputations(), 0U);
}

TEST_F(UpkeepTest, AccountsAndCorrespondentsAreBoundedInNumber) {
  const OutboundLimits limits{.accounts = 1000, .correspondents = 600};
  for (int batch = 0; batch < 30; ++batch) {
    upkeep_->TrimAccounts(100, limits, kNow);
    upkeep_->TrimCorrespondents(100, limits, kNow);
    AddOutbound(batch * 100, 100);
  }
  EXPECT_LE(Accounts(), 1000U);
  EXPECT_GT(Accounts(), 800U);
  EXPECT_EQ(upkeep_->evictions().accounts, 3000 - Accounts());
  EXPECT_LE(Correspondents(), 600U);
  EXPECT_GT(Correspondents(), 400U);
  EXPECT_EQ(upkeep_->evictions().correspondents, 3000 - Correspondents());
  EXPECT_EQ(upkeep_->evictions().triplets, 0U);
}

TEST_F(UpkeepTest, AccountsAndCorrespondentsTakeAnEighthOfTheStoreEach) {
  for (int batch = 0; batch < 200; ++batch) {
    upkeep_->TrimAccounts(100, OutboundLimits(), kNow);
    upkeep_->TrimCorrespondents(100, OutboundLimits(), kNow);
    AddOutbound(batch * 100, 100);
  }
  ReadTransaction snapshot(stores_->records_environment());
  const std::uint64_t eighth = std::uint64_t{1} << 19;
  EXPECT_LE(snapshot.Bytes(stores_->outbound_accounts().rows()), eighth + eighth / 8);
  EXPECT_LE(snapshot.Bytes(stores_->correspondents().rows()), eighth + eighth / 8);
  EXPECT_GT(Accounts(), 2000U);
  EXPECT_GT(Correspondents(), 2000U);
}

TEST_F(UpkeepTest, AWalkRemovesWhatWasSentLongAgo) {
  AddOutbound(0, 50);
  EXPECT_EQ(Walk(kNow + 59 * kDay), 0U);
  EXPECT_EQ(Walk(kNow + 62 * kDay), 100U);
  EXPECT_EQ(Accounts() + Correspondents(), 0U);
}

// A step that only dates rows back is written, too: they would never end.
TEST_F(UpkeepTest, AWalkDatesBackWhatAClockThatWasAheadHasWritten) {
  AddOutbound(0, 50);
  EXPECT_EQ(Walk(kNow - 300 * kDay), 0U);
  EXPECT_EQ(Walk(kNow - 238 * kDay), 100U);
}

}  // namespace cache::upkeep_test
