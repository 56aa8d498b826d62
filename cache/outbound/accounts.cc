// rows:    name -> account
// account = version (1), newest day as number, counts, ring*5, marks (1 byte), [limited] [locked], seen, seen, seen,
//           number of reservations, reservation*, number of acts, act*
// ring    = newest bucket as number, counts; of recipients, messages, strangers and bounces in an hour, recipients in a
//           day
// counts  = how many follow, up to the oldest that is not 0; each a number, where 0 is followed by how many more are 0
// marks   = 1 limited, 2 locked are there
// seen    = number, (4 bytes, time)*; of networks, of sender domains, of networks that bounces came from
// reservation = 8 bytes, recipients and strangers as numbers, time, 1 byte: 1 confirmed, 2 held
// act     = kind (1 byte), time
// time    = span since the time before it in the record, the first since the newest day began
//
// number and span are those of cache/lmdb/bytes.h.  The form of keys is versioned by the table's name.
#include "cache/outbound/accounts.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "cache/lmdb/bytes.h"

namespace cache {
namespace {

using rules::Account;
using rules::TimePoint;

constexpr std::uint8_t kAccountVersion = 1;
constexpr std::uint8_t kLimited = 1, kLocked = 2;
constexpr std::uint8_t kConfirmed = 1, kHeld = 2;
constexpr std::int64_t kFarthest = std::int64_t{1} << 40;  // seconds since 1970: sums of a few do not run over
constexpr int kSeenBytes = 4, kMessageBytes = 8;

bool IsKept(std::string_view name) {
  return !name.empty() && name.size() <= OutboundAccounts::kLongestName;
}

class AccountWriter {
 public:
  std::string Write(const Account& account) {
    bytes_.Byte(kAccountVersion);
    WriteNewest(account.days.newest);
    WriteCounts(std::span(account.days.recipients));
    last_ = TimePoint{std::chrono::days{account.days.newest}};
    Write(account.recipients_of_hour);
    Write(account.messages_of_hour);
    Write(account.strangers_of_hour);
    Write(account.bounces_of_hour);
    Write(account.recipients_of_day);
    bytes_.Byte(static_cast<std::uint8_t>((account.limited ? kLimited : 0) | (account.locked ? kLocked : 0)));
    for (const auto& time : {account.limited, account.locked}) {
      if (time) WriteTime(*time);
    }
    Write(account.networks);
    Write(account.sender_domains);
    Write(account.bounce_networks);
    bytes_.Number(account.reservations.size());
    for (const rules::Reservation& one : account.reservations) Write(one);
    bytes_.Number(account.acts.size());
    for (const rules::OutboundAct& act : account.acts) {
      bytes_.Byte(static_cast<std::uint8_t>(act.kind));
      WriteTime(act.at);
    }
    return bytes_.Take();
  }

 private:
  void WriteNewest(std::int64_t newest) {
    bytes_.Number(static_cast<std::uint64_t>(std::max<std::int64_t>(newest, 0)));
  }

  template <class Counts>
  void WriteCounts(const Counts& counts) {
    std::size_t end = counts.size();
    while (end > 0 && counts[end - 1] == 0) --end;
    bytes_.Number(end);
    for (std::size_t place = 0; place < end; ++place) {
      bytes_.Number(counts[place]);
      if (counts[place] != 0) continue;
      const std::size_t first = place;
      while (counts[place + 1] == 0) ++place;  // the last one is not 0
      bytes_.Number(place - first);
    }
  }

  template <std::size_t kBuckets, int kSecondsEach>
  void Write(const rules::Ring<kBuckets, kSecondsEach>& ring) {
    WriteNewest(ring.newest());
    WriteCounts(ring.counts());
  }

  void Write(const rules::Seen& seen) {
    bytes_.Number(seen.all.size());
    for (const rules::Seen::One& one : seen.all) {
      bytes_.BigEndian(one.what, kSeenBytes);
      WriteTime(one.last);
    }
  }

  void Write(const rules::Reservation& one) {
    bytes_.BigEndian(one.message, kMessageBytes);
    bytes_.Number(one.recipients);
    bytes_.Number(one.strangers);
    WriteTime(one.at);
    bytes_.Byte(static_cast<std::uint8_t>((one.is_confirmed ? kConfirmed : 0) | (one.is_held ? kHeld : 0)));
  }

  void WriteTime(TimePoint time) {
    bytes_.Span(time - last_);
    last_ = time;
  }

  ByteWriter bytes_;
  TimePoint last_{};
};

class AccountReader {
 public:
  explicit AccountReader(std::string_view bytes) : bytes_(bytes) {}

  std::optional<Account> Read() {
    if (bytes_.Byte() != kAccountVersion) return std::nullopt;
    Account account;
    account.days.newest = ReadNewest(rules::seconds{std::chrono::days{1}});
    account.days.recipients = ReadCounts<std::uint16_t, rules::SentDays::kDays>();
    last_ = TimePoint{std::chrono::days{account.days.newest}};
    Read(account.recipients_of_hour);
    Read(account.messages_of_hour);
    Read(account.strangers_of_hour);
    Read(account.bounces_of_hour);
    Read(account.recipients_of_day);
    const std::uint8_t marks = ReadMarks(kLimited | kLocked);
    if ((marks & kLimited) != 0) account.limited = ReadTime();
    if ((marks & kLocked) != 0) account.locked = ReadTime();
    account.networks = ReadSeen();
    account.sender_domains = ReadSeen();
    account.bounce_networks = ReadSeen();
    account.reservations.resize(bytes_.Count(rules::kMostReservations));
    for (rules::Reservation& one : account.reservations) one = ReadReservation();
    account.acts.resize(bytes_.Count(rules::kMostActs));
    for (rules::OutboundAct& act : account.acts) act = ReadAct();
    if (!bytes_.Finish()) return std::nullopt;
    return account;
  }

 private:
  // The number of a day or of a bucket.
  std::int64_t ReadNewest(rules::seconds each) {
    return static_cast<std::int64_t>(bytes_.Count(static_cast<std::size_t>(kFarthest / each.count())));
  }

  template <class Number, std::size_t kCounts>
  std::array<Number, kCounts> ReadCounts() {
    std::array<Number, kCounts> counts{};
    const std::size_t end = bytes_.Count(kCounts);
    for (std::size_t place = 0; place < end && bytes_.is_sound(); ++place) {
      counts[place] = static_cast<Number>(bytes_.Count(std::numeric_limits<Number>::max()));
      if (counts[place] == 0) place += bytes_.Count(end - place - 1);
    }
    return counts;
  }

  template <std::size_t kBuckets, int kSecondsEach>
  void Read(rules::Ring<kBuckets, kSecondsEach>& ring) {
    const std::int64_t newest = ReadNewest(rules::seconds{kSecondsEach});
    ring = {newest, ReadCounts<std::uint32_t, kBuckets>()};
  }

  rules::Seen ReadSeen() {
    rules::Seen seen;
    seen.all.resize(bytes_.Count(rules::Seen::kMost));
    for (rules::Seen::One& one : seen.all) {
      one.what = static_cast<std::uint32_t>(bytes_.BigEndian(kSeenBytes));
      one.last = ReadTime();
    }
    return seen;
  }

  rules::Reservation ReadReservation() {
    rules::Reservation one;
    one.message = bytes_.BigEndian(kMessageBytes);
    one.recipients = static_cast<std::uint32_t>(bytes_.Count(UINT32_MAX));
    one.strangers = static_cast<std::uint32_t>(bytes_.Count(UINT32_MAX));
    one.at = ReadTime();
    const std::uint8_t marks = ReadMarks(kConfirmed | kHeld);
    one.is_confirmed = (marks & kConfirmed) != 0;
    one.is_held = (marks & kHeld) != 0;
    return one;
  }

  rules::OutboundAct ReadAct() {
    using Kind = rules::OutboundAct::Kind;
    const std::uint8_t kind = bytes_.Byte();
    if (kind < static_cast<std::uint8_t>(Kind::kLimited) || kind > static_cast<std::uint8_t>(Kind::kWarned)) {
      bytes_.Refuse();
    }
    return {.kind = bytes_.is_sound() ? static_cast<Kind>(kind) : Kind::kLimited, .at = ReadTime()};
  }

  std::uint8_t ReadMarks(int known) {
    const std::uint8_t marks = bytes_.Byte();
    if ((marks & ~known) != 0) bytes_.Refuse();
    return bytes_.is_sound() ? marks : std::uint8_t{0};
  }

  TimePoint ReadTime() {
    last_ += bytes_.Span();
    if (last_.time_since_epoch().count() > kFarthest || last_.time_since_epoch().count() < -kFarthest) {
      bytes_.Refuse();
      last_ = {};
    }
    return last_;
  }

  ByteReader bytes_;
  TimePoint last_{};
};

// What a clock that was ahead has written holds for ever: it is of today.
bool IsAhead(const Account& account, TimePoint now) {
  const auto is_ahead = [now](const std::optional<TimePoint>& time) { return time && rules::IsFromFuture(*time, now); };
  return is_ahead(TimePoint{std::chrono::days{account.days.newest}}) || is_ahead(account.limited) ||
         is_ahead(account.locked) ||
         std::ranges::any_of(account.acts, [&](const rules::OutboundAct& act) { return is_ahead(act.at); });
}

void BringBack(Account& account, TimePoint now) {
  account.days.Add(0, now);
  for (rules::HourRing* ring :
       {&account.recipients_of_hour, &account.messages_of_hour, &account.strangers_of_hour, &account.bounces_of_hour}) {
    ring->Add(0, now);
  }
  account.recipients_of_day.Add(0, now);
  for (std::optional<TimePoint>* time : {&account.limited, &account.locked}) {
    if (*time) *time = std::min(**time, now);
  }
  for (rules::OutboundAct& act : account.acts) act.at = std::min(act.at, now);
}

// Of a row that may go: few days of mail first, then few recipients in the last day.
std::int64_t RankOfAccount(const Account& account, TimePoint now) {
  constexpr unsigned kRecipientBits = 32;
  const std::int64_t active_days = account.days.Before(now).active_days;
  return (active_days << kRecipientBits) + account.recipients_of_day.Sum(now);
}

}  // namespace

std::optional<Account> OutboundAccounts::Get(ReadTransaction& snapshot, std::string_view name) const {
  if (!IsKept(name)) return std::nullopt;
  const auto bytes = snapshot.Get(rows_, name);
  return bytes ? AccountReader(*bytes).Read() : std::nullopt;
}

Status OutboundAccounts::Put(WriteTransaction& transaction, const OutboundAccountRow& row) const {
  if (!IsKept(row.name)) return rules::Done{};
  return transaction.Put(rows_, row.name, AccountWriter().Write(row.account));
}

Status OutboundAccounts::Erase(WriteTransaction& transaction, std::string_view name) const {
  if (!IsKept(name)) return rules::Done{};
  const Result<bool> deleted = transaction.Delete(rows_, name);
  if (!deleted) return deleted.error();
  return rules::Done{};
}

void OutboundAccounts::Scan(ReadTransaction& snapshot,
                            const std::function<bool(const OutboundAccountRow&)>& visit) const {
  snapshot.Walk(rows_, {}, [&](std::string_view name, std::string_view value) {
    auto account = AccountReader(value).Read();
    return !account || visit({.name = std::string(name), .account = *std::move(account)});
  });
}

Result<Swept> OutboundAccounts::Sweep(WriteTransaction& transaction, std::string& position, const Stride& stride,
                                      TimePoint now) const {
  std::vector<OutboundAccountRow> ahead;
  const auto judge = [&](std::size_t, std::string_view name, std::string_view value) -> std::optional<std::int64_t> {
    auto account = AccountReader(value).Read();
    if (!account) return 0;
    const bool is_ahead = IsAhead(*account, now);
    if (is_ahead) BringBack(*account, now);
    account->Settle(now);  // a process that ended settles nothing more
    if (account->IsOver(now)) return 0;
    if (is_ahead) ahead.push_back({.name = std::string(name), .account = *std::move(account)});
    return std::nullopt;
  };
  auto swept = StepThrough(transaction, std::array{rows_}, position, stride, stride.rows, judge);
  if (!swept) return swept;
  for (const OutboundAccountRow& row : ahead) {
    if (Status put = Put(transaction, row); !put) return put.error();
  }
  swept->redated = ahead.size();
  return swept;
}

Result<std::uint64_t> OutboundAccounts::Evict(WriteTransaction& transaction, std::string& position,
                                              const Eviction& eviction, TimePoint now) const {
  const auto judge = [now](std::size_t, std::string_view, std::string_view value) -> std::optional<std::int64_t> {
    const auto account = AccountReader(value).Read();
    if (!account) return -1;
    if (account->locked) return std::nullopt;
    return RankOfAccount(*account, now);
  };
  const auto evicted =
      StepThrough(transaction, std::array{rows_}, position, {.rows = eviction.of_rows}, eviction.rows, judge);
  if (!evicted) return evicted.error();
  return evicted->removed;
}

}  // namespace cache
