#include "cache/writer.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <thread>
#include <utility>

#include "cache/journal/journal_counts.h"
#include "cache/locked.h"
#include "cache/repair/mending.h"

namespace cache {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kIdleWait{1000};         // periodic work is looked at once a second
constexpr milliseconds kFactsWait{10};          // for the other answers about a client: one commit takes them
constexpr std::size_t kShareOfOthers = 4;       // of the queue: what is not pressing takes a fourth at most
constexpr milliseconds kGatherFor{250};         // at most, what is not pressing
constexpr milliseconds kWalkWait{5};            // between two steps of what takes many, while nothing else is to do
constexpr milliseconds kBusyStepInterval{100};  // ... and while there is
constexpr milliseconds kStuckAfter{2000};       // a commit on a busy disk takes tens of milliseconds

// Brings `due` forward; returns whether it was later.
bool Advance(Clock::time_point& due, Clock::time_point to) {
  if (due <= to) return false;
  due = to;
  return true;
}

}  // namespace

struct Writer::State {
  State(Stores& all, const WriterSettings& wanted, std::function<rules::TimePoint()> wall_clock, Listener& told)
      : stores(all),
        now(std::move(wall_clock)),
        listener(told),
        most_facts(RowsPerCommit(*all.facts_environment())),
        most_records(RowsPerCommit(all.records_environment())),
        upkeep(all),
        mending(all) {
    shared.Lock()->settings = wanted;
  }

  struct Batch {
    std::vector<FactWrite> facts;
    std::vector<QueuedRecord> records;
    WriterSettings settings;
    bool is_last = false;

    bool empty() const { return facts.empty() && records.empty(); }
  };

  void Run();
  Batch TakeBatch();
  void WriteRecords(const std::vector<QueuedRecord>& writes, const std::vector<JournalRecord>& repeats,
                    const WriterSettings& settings);
  void WriteFacts(std::vector<FactWrite> writes, rules::TimePoint keep_from);
  Status Write(WriteTransaction& transaction, const QueuedRecord& write);
  Status WriteOutbound(WriteTransaction& transaction, const RecordRows& write);
  Status WriteJournal(WriteTransaction& transaction, const JournalRecord& record);
  Status CommitRecords(const std::vector<QueuedRecord>& writes, const std::vector<JournalRecord>& repeats);
  Status CommitFacts(std::vector<FactWrite> writes, rules::TimePoint keep_from);
  std::vector<JournalRecord> DueRepeats(rules::TimePoint time);
  void KeepUp(const WriterSettings& settings, bool is_busy);
  void Note(const Status& committed);
  void NoteEvicted();
  void NoteSwept(std::uint64_t swept);

  Stores& stores;
  const std::function<rules::TimePoint()> now;
  Listener& listener;
  const std::size_t most_facts, most_records;  // of one commit

  // The writer's thread alone uses these.
  Upkeep upkeep;
  Mending mending;
  JournalCounts journal_counts;
  std::vector<std::pair<ClientHash, int>> waiting_changes;  // of the commit being made
  Clock::time_point last_step{};
  Evictions noted_evictions;

  struct Shared {
    std::deque<FactWrite> facts;
    std::deque<QueuedRecord> records;
    Clock::time_point facts_due = Clock::time_point::max();  // when they are to be written; never where there are none
    Clock::time_point records_due = Clock::time_point::max();
    Clock::time_point next_gathered{};  // what is not pressing is written no earlier
    WriterSettings settings;
    Counts counts;
    std::optional<std::string> last_error;
    bool is_stopping = false;
  };
  Locked<Shared> shared;
  std::condition_variable wakes;

  std::atomic<Clock::time_point> busy_since = Clock::time_point::max();  // max: it waits for something to do
  std::thread thread;
};

void Writer::State::Run() {
  Batch batch;
  while (!batch.is_last) {
    busy_since = Clock::time_point::max();
    batch = TakeBatch();
    busy_since = Clock::now();
    mending.Step(now());
    const bool is_busy = !batch.empty();
    WriteRecords(batch.records, DueRepeats(now()), batch.settings);
    WriteFacts(std::move(batch.facts), now() - batch.settings.keep_stale);
    if (!batch.is_last) KeepUp(batch.settings, is_busy);
  }
  for (auto repeats = DueRepeats(rules::TimePoint::max()); !repeats.empty();) {
    WriteRecords({}, repeats, batch.settings);
    repeats = DueRepeats(rules::TimePoint::max());
  }
}

Writer::State::Batch Writer::State::TakeBatch() {
  const bool has_steps = upkeep.is_walking() || journal_counts.has_due();
  const auto upkeep_due = Clock::now() + (has_steps ? kWalkWait : kIdleWait);
  auto held = shared.Lock();
  Clock::time_point time = Clock::now();
  while (!held->is_stopping) {
    const auto due = std::min({upkeep_due, held->facts_due, held->records_due});
    if (time >= due) break;
    held.WaitUntil(wakes, due);
    time = Clock::now();
  }
  Batch batch{.facts = {}, .records = {}, .settings = held->settings, .is_last = false};
  if (held->is_stopping || time >= held->facts_due) {
    batch.facts = TakeFacts(held->facts, most_facts);
    if (held->facts.empty()) held->facts_due = Clock::time_point::max();
  }
  if (held->is_stopping || time >= held->records_due) {
    batch.records = TakeRecords(held->records, most_records);
    if (held->records.empty()) held->records_due = Clock::time_point::max();
    held->next_gathered = time + kGatherFor;
  }
  batch.is_last = held->is_stopping && held->facts.empty() && held->records.empty();
  return batch;
}

std::vector<JournalRecord> Writer::State::DueRepeats(rules::TimePoint time) {
  return journal_counts.TakeDue(time, most_records / 2);
}

void Writer::State::WriteRecords(const std::vector<QueuedRecord>& writes, const std::vector<JournalRecord>& repeats,
                                 const WriterSettings& settings) {
  std::size_t rows = repeats.size();
  for (const QueuedRecord& write : writes) rows += RowsOf(write);
  Status committed = rules::Done{};
  if (rows > 0) {
    upkeep.TrimJournal(JournalRowsOf(writes), settings.max_verdicts, now());
    upkeep.TrimReputations(ReputationRowsOf(writes), settings.reputations, now());
    upkeep.TrimAccounts(OutboundAccountRowsOf(writes), settings.outbound, now());
    upkeep.TrimCorrespondents(CorrespondentRowsOf(writes), settings.outbound, now());
    upkeep.MakeRoomForRecords(rows, now());
    NoteEvicted();
    committed = CommitRecords(writes, repeats);
    Note(committed);
  }
  for (const QueuedRecord& write : writes) {
    if (write.ticket) listener.Written(*write.ticket, committed.ok());
    if (write.journal && committed) listener.VerdictWritten(*write.journal);
    if (write.told) write.told->set_value(committed.ok());
  }
}

Status Writer::State::CommitRecords(const std::vector<QueuedRecord>& writes,
                                    const std::vector<JournalRecord>& repeats) {
  auto transaction = WriteTransaction::Begin(stores.records_environment());
  if (!transaction) return transaction.error();
  Status done = rules::Done{};
  for (const JournalRecord& row : repeats) {
    if (done) done = stores.journal().Add(**transaction, row);
  }
  waiting_changes.clear();
  for (const QueuedRecord& write : writes) {
    if (done) done = Write(**transaction, write);
  }
  if (done) done = (*transaction)->Commit();
  if (!done) return done;
  for (const auto& [client, change] : waiting_changes) upkeep.flood_guard().Changed(client, change);
  return done;
}

Status Writer::State::Write(WriteTransaction& transaction, const QueuedRecord& write) {
  const TripletStore& triplets = stores.triplets();
  for (const TripletUpdate& update : write.triplets) {
    const TripletId id{update.client_key, update.sender, update.recipient, update.client};
    const auto put = triplets.Put(transaction, id, update.record);
    if (!put) return put.error();
    if (*put != 0) waiting_changes.emplace_back(triplets.HashOf(update.client_key), *put);
  }
  Status done = rules::Done{};
  if (write.auto_whitelist_key) {
    done = triplets.PutPasses(transaction, *write.auto_whitelist_key, write.auto_whitelist);
  }
  if (done && write.retried_after) done = triplets.figures().CountRetry(transaction, *write.retried_after);
  if (done && write.journal) done = WriteJournal(transaction, *write.journal);
  if (done && write.zone) done = stores.zones().Put(transaction, *write.zone);
  if (done && write.history) done = stores.history().Add(transaction, *write.history);
  if (done && write.appeal) done = stores.appeals().Add(transaction, *write.appeal, AppealLimits{});
  for (const EntryHitsRow& row : write.list_hits) {
    if (done) done = stores.list_hits().Add(transaction, row);
  }
  if (done && write.watch) done = stores.watch_log().Add(transaction, *write.watch);
  for (const ReputationRow& row : write.reputations) {
    if (done) done = stores.reputations().Add(transaction, row);
  }
  return done ? WriteOutbound(transaction, write) : done;
}

Status Writer::State::WriteOutbound(WriteTransaction& transaction, const RecordRows& write) {
  Status done = rules::Done{};
  for (const OutboundAccountRow& row : write.outbound_accounts) {
    if (done) done = stores.outbound_accounts().Put(transaction, row);
  }
  for (const CorrespondentRow& row : write.correspondents) {
    if (done) done = stores.correspondents().Add(transaction, row);
  }
  return done;
}

Status Writer::State::WriteJournal(WriteTransaction& transaction, const JournalRecord& record) {
  const auto is_kept = [&] { return stores.journal().Has(transaction, record.tries); };
  if (journal_counts.IsRepeat(record, is_kept)) return rules::Done{};
  return stores.journal().Add(transaction, record);
}

void Writer::State::WriteFacts(std::vector<FactWrite> writes, rules::TimePoint keep_from) {
  if (writes.empty()) return;
  upkeep.MakeRoomForFacts(writes.size(), now());
  NoteEvicted();
  const std::size_t count = writes.size();
  const Status committed = CommitFacts(std::move(writes), keep_from);
  Note(committed);
  listener.FactsWritten(count, committed.ok());
}

Status Writer::State::CommitFacts(std::vector<FactWrite> writes, rules::TimePoint keep_from) {
  // One record a client, however many of its answers came in.
  std::map<rules::IpAddress, KnownFacts> clients;
  for (FactWrite& write : writes) clients[write.client].emplace_back(std::move(write.question), std::move(write.fact));
  auto transaction = WriteTransaction::Begin(*stores.facts_environment());
  if (!transaction) return transaction.error();
  for (const auto& [client, facts] : clients) {
    if (Status put = stores.facts()->Put(**transaction, client, facts, keep_from); !put) return put;
  }
  return (*transaction)->Commit();
}

void Writer::State::KeepUp(const WriterSettings& settings, bool is_busy) {
  if (upkeep.StepAgainstFlood(settings.pending) > 0) NoteEvicted();
  const auto steady = Clock::now();
  if (is_busy && steady - last_step < kBusyStepInterval) return;
  last_step = steady;
  const rules::TimePoint time = now();
  const Upkeep::Ends ends{.facts = time - settings.keep_stale,
                          .waiting = time - settings.retry_window,
                          .confirmed = time - settings.remember,
                          .journal = time - settings.keep_journal};
  NoteSwept(upkeep.Step(ends, time));
}

void Writer::State::Note(const Status& committed) {
  const auto held = shared.Lock();
  if (committed) {
    ++held->counts.commits;
    return;
  }
  ++held->counts.failed_commits;
  held->last_error = committed.error().message;
}

void Writer::State::NoteEvicted() {
  if (noted_evictions == upkeep.evictions()) return;
  noted_evictions = upkeep.evictions();
  shared.Lock()->counts.evicted = noted_evictions;
}

void Writer::State::NoteSwept(std::uint64_t swept) {
  if (swept == 0) return;
  shared.Lock()->counts.swept += swept;
}

Writer::Writer(Stores& stores, const WriterSettings& settings, std::function<rules::TimePoint()> now,
               Listener& listener)
    : state_(std::make_unique<State>(stores, settings, std::move(now), listener)) {
  assert(stores.facts() && "only a daemon, which always has facts/, has a Writer");
  state_->thread = std::thread([state = state_.get()] { state->Run(); });
}

Writer::~Writer() {
  state_->shared.Lock()->is_stopping = true;
  state_->wakes.notify_one();
  state_->thread.join();
}

bool Writer::AddFact(FactWrite write) {
  bool is_sooner = false;
  {
    const auto shared = state_->shared.Lock();
    if (shared->facts.size() >= shared->settings.max_queue) return false;
    shared->facts.push_back(std::move(write));
    // Readers find a Fact before it is written; nobody waits for it.
    if (shared->facts.size() == 1) is_sooner = Advance(shared->facts_due, Clock::now() + kFactsWait);
    if (shared->facts.size() == state_->most_facts) is_sooner |= Advance(shared->facts_due, Clock::time_point::min());
  }
  if (is_sooner) state_->wakes.notify_one();  // else the thread is awake, or will be in time
  return true;
}

bool Writer::AddRecord(RecordWrite write) {
  if ((write.ticket || write.told) && is_stuck()) return false;
  const bool is_pressing = IsPressing(write);
  QueuedRecord queued(std::move(write));
  bool is_sooner = false;
  {
    const auto shared = state_->shared.Lock();
    // A flood of writes that no request waits for leaves room for those that one does.
    const std::size_t most = is_pressing ? shared->settings.max_queue : shared->settings.max_queue / kShareOfOthers;
    if (shared->records.size() >= most) return false;
    const bool is_due = is_pressing || shared->records.size() + 1 >= state_->most_records;
    shared->records.push_back(std::move(queued));
    is_sooner = Advance(shared->records_due, is_due ? Clock::time_point::min() : shared->next_gathered);
  }
  if (is_sooner) state_->wakes.notify_one();  // else the thread is awake, or will be in time
  return true;
}

void Writer::SetSettings(const WriterSettings& settings) {
  state_->shared.Lock()->settings = settings;
}

std::size_t Writer::queue_length() const {
  const auto shared = state_->shared.Lock();
  return shared->facts.size() + shared->records.size();
}

Writer::Counts Writer::counts() const {
  return state_->shared.Lock()->counts;
}

bool Writer::is_stuck() const {
  const Clock::time_point since = state_->busy_since;
  return since != Clock::time_point::max() && Clock::now() - since > kStuckAfter;
}

std::optional<std::string> Writer::last_error() const {
  return state_->shared.Lock()->last_error;
}

}  // namespace cache
