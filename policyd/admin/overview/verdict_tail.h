// What was refused or greylisted most in the last days, and the verdicts decided last, without a look through the
// journal for each view: counted as the rows come.
//
// A thread of its own counts.  It begins with what the journal holds of the time before, which takes seconds for a
// million rows, at the lowest priority; what comes meanwhile waits.  All functions may be called from any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "cache/locked.h"
#include "cache/stores.h"
#include "policyd/admin/overview/top_texts.h"

namespace policyd::admin {

class VerdictTail {
 public:
  static constexpr std::size_t kNewest = 100;         // verdicts kept in full
  static constexpr std::size_t kMaxWaiting = 20'000;  // rows; more at once are not counted
  static constexpr std::int64_t kHours = 7 * 24;

  // `stores` outlive it.  Rows tried last before `now` are read from the journal, later ones come through Add().
  VerdictTail(const cache::Stores& stores, rules::TimePoint now);
  ~VerdictTail();
  VerdictTail(const VerdictTail&) = delete;
  VerdictTail& operator=(const VerdictTail&) = delete;

  // A row as the writer has it, once for each try.
  void Add(const cache::JournalRecord& record);

  // Tries that were refused or greylisted, or with kEnforced would have been where the mode or a class let them in,
  // too: of which networks (/24 and /64), registered domains of reverse names, and senders' domains, by hour of the
  // last try.
  enum class Basis : std::uint8_t { kAnswered, kEnforced };
  struct Wanted {
    rules::TimePoint since, until;
    Basis basis = Basis::kAnswered;
  };
  struct Tops {
    std::vector<CountedText> networks, names, senders;
  };
  Tops TopsOf(const Wanted& wanted, std::size_t most) const;
  // The newest first.
  std::vector<cache::JournalRow> Newest(std::size_t limit) const;
  // Of those tried last at `since` or later, as the journal would give them; nothing where only the journal knows all
  // of them: it is still being read, or rows were missed.  REQUIRES: limit <= kNewest.
  std::optional<std::vector<cache::JournalRow>> NewestSince(rules::TimePoint since, std::size_t limit) const;

  // Waits until all that was there is counted: for tests.
  void Await();

 private:
  struct Texts {
    TopTexts networks, names, senders;
  };
  struct Hour {
    Texts done, let_in;  // turned away by the answer; only by what enforce would have answered
  };
  struct Kept {
    std::map<std::int64_t, Hour> hours{};     // by hours since 1970
    std::deque<cache::JournalRow> newest{};   // the newest last
    std::optional<rules::TimePoint> begin{};  // from when on all rows were looked at, once they were

    void CountTurnedAway(const cache::JournalRow& row);
    void KeepNewest(const cache::JournalRow& row);
  };

  void Run(const std::stop_token& stop, rules::TimePoint until);
  std::vector<cache::JournalRecord> TakeWaiting(const std::stop_token& stop);
  void ReadJournal(const std::stop_token& stop, rules::TimePoint until);
  void Count(const std::vector<cache::JournalRow>& rows);

  const cache::Stores& stores_;
  struct Queue {
    std::deque<cache::JournalRecord> waiting;
    bool is_busy = true;
    bool has_missed = false;
  };
  cache::Locked<Queue> queue_;
  std::condition_variable_any wakes_;
  std::condition_variable is_idle_;
  cache::Locked<Kept> kept_;
  std::jthread thread_;
};

}  // namespace policyd::admin
