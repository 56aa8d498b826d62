// Fills a store as years of mail would, through the code that writes it in the daemon.
//
//   bench_fill_store store=DIRECTORY [lists=ZONE,...] [clients=N] [confirmed=N] [waiting=N]
//                    [entries=N] [expressions=N] [verdicts=N] [appeals=N]
//                    [reputations=N] [days=60] [strangers=N]
//
// Entries of the lists; clients with all that DNS says of them, then confirmed and then waiting triplets, ten to a
// client, clients in no order: each batch lands all over the tree, as in life; verdicts of two weeks, and requests to
// be let in of the newest of them, each as long as may be; daily counts of clients, most of which come seldom, and on
// the last day of so many strangers as a botnet brings.  Prints how long the files are after each part.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cache/stores.h"
#include "cache/upkeep.h"
#include "rules/greylist/greylist.h"
#include "rules/greylist/sender_form.h"
#include "tests/bench/list_population.h"
#include "tests/bench/population.h"
#include "tests/bench/settings.h"

namespace bench {
namespace {

using rules::Fact;
using rules::Question;
using rules::seconds;
using rules::TimePoint;

constexpr std::uint32_t kBatch = 10'000;
constexpr std::uint32_t kTripletsPerClient = 10;
constexpr seconds kDay{86400};
constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;

rules::IpAddress ClientOf(std::uint32_t number) {
  return *rules::IpAddress::Parse(Host{Kind::kRemembered, number}.Address());
}

class Filler {
 public:
  Filler(cache::Stores& stores, std::vector<std::string> lists, TimePoint now)
      : stores_(stores), lists_(std::move(lists)), now_(now) {}

  rules::Status PutClient(cache::WriteTransaction& transaction, std::uint32_t number) const {
    const rules::IpAddress client = ClientOf(number);
    const std::string name = Host{Kind::kRemembered, number}.Name();
    cache::KnownFacts facts = {{Question::Ptr(), Found(rules::HostNames{name})},
                               {Question::Forward(name), Found(rules::Addresses{client})}};
    for (const std::string& list : lists_) facts.emplace_back(Question::List(list), Absent());
    return stores_.facts()->Put(transaction, client, facts, now_);
  }

  // Written as the Writer does; `number` counts through the clients, ten in a row each.
  rules::Status PutTriplet(cache::WriteTransaction& transaction, std::uint32_t number, std::uint32_t passes) const {
    const rules::IpAddress client = ClientOf(number / kTripletsPerClient);
    const std::string key = rules::NetworkKey(client, rules::GreylistSettings());
    const std::string word = std::to_string(number);
    const std::string recipient = "recipient.of" + word + "@ours.example";
    const std::string sender = rules::NormalizeSender("firstname.lastname@sender" + word + ".example", recipient);
    const seconds age{number % kDay.count()};
    const rules::Triplet record{
        .first_seen = now_ - age - (passes > 0 ? 20 * kDay : seconds{0}), .last_seen = now_ - age, .passes = passes};
    const auto put = stores_.triplets().Put(transaction, {key, sender, recipient}, record);
    return put ? rules::Status(rules::Done{}) : put.error();
  }

  // Spread over two weeks, the newest now.
  cache::JournalRow VerdictOf(std::uint32_t number) const {
    cache::JournalRow row;
    row.reference.code = (number + 1) * kSpread >> 19U;
    row.client = ClientOf(number);
    row.name = Host{Kind::kRemembered, number}.Name();
    row.first = row.last = now_ - seconds{number % (14 * kDay.count())};
    row.reverse_dns = "confirmed";
    row.helo = row.name;
    row.sender = "firstname.lastname@sender" + std::to_string(number % 5000) + ".example";
    row.recipient = "recipient.of" + std::to_string(number % 300) + "@ours.example";
    row.action = number % 3 == 0 ? "reject" : "greylist";
    row.reason = number % 3 == 0 ? "dnsbl" : "dynamic_name";
    row.mode = "enforce";
    row.score = "8.0";
    row.signals = "dnsbl:8[zen.spamhaus.org],dynamic_name:3";
    row.reply = "DEFER_IF_PERMIT 4.7.1 Access denied. [" + row.client.ToString() + "] is listed by zen.spamhaus.org";
    for (const std::string& list : lists_) {
      row.facts.push_back({.asked = "list", .name = {}, .list = list, .answer = "absent", .records = {}, .age = kDay});
    }
    return row;
  }

  rules::Status PutVerdict(cache::WriteTransaction& transaction, std::uint32_t number) const {
    const auto put = stores_.journal().Add(transaction, VerdictOf(number));
    return put ? rules::Status(rules::Done{}) : put.error();
  }

  // REQUIRES: the verdict of this number is there.
  rules::Status PutAppeal(cache::WriteTransaction& transaction, std::uint32_t number) const {
    constexpr std::size_t kLongest = 300;
    const cache::JournalRow verdict = VerdictOf(number);
    std::string text;
    while (text.size() < kLongest) text += "Please let us in, we are a school and write to parents. ";
    return stores_.appeals().Put(transaction, {.reference = verdict.reference,
                                               .asked = now_ - seconds{number},
                                               .turned_away = verdict.first,
                                               .client = verdict.client,
                                               .asker = verdict.client.ToString() + "/32",
                                               .text = text.substr(0, kLongest)});
  }

  rules::Status PutEntry(cache::WriteTransaction& transaction, const rules::ListEntry& entry) const {
    const auto put = stores_.lists().Put(transaction, entry);
    return put ? rules::Status(rules::Done{}) : put.error();
  }

 private:
  template <class Records>
  Fact Found(Records records) const {
    return {.state = Fact::State::kPresent, .learnt = now_, .until = now_ + kDay, .records = std::move(records)};
  }
  Fact Absent() const { return {.state = Fact::State::kAbsent, .learnt = now_, .until = now_ + kDay}; }

  cache::Stores& stores_;
  const std::vector<std::string> lists_;
  const TimePoint now_;
};

// Ends the program where the store refuses.
void Expect(const rules::Status& done) {
  if (done) return;
  std::fprintf(stderr, "bench_fill_store: %s\n", done.error().message.c_str());
  std::exit(74);
}

using PutOne = std::function<rules::Status(cache::WriteTransaction& transaction, std::uint32_t number)>;

void PutAll(cache::Environment& environment, std::uint32_t count, const PutOne& put) {
  for (std::uint32_t done = 0; done < count;) {
    auto transaction = cache::WriteTransaction::Begin(environment);
    if (!transaction) return Expect(transaction.error());
    for (const std::uint32_t end = std::min(count, done + kBatch); done < end; ++done) Expect(put(**transaction, done));
    Expect((*transaction)->Commit());
  }
}

// On how many days of a hundred a client sends: most come once or twice in two months, a few every day.
unsigned DaysOfHundred(std::uint32_t client) {
  const std::uint32_t of_twenty = client % 20;
  return of_twenty == 0 ? 90 : of_twenty < 4 ? 20 : 3;
}

cache::ReputationRow CountsOf(std::uint32_t client, rules::Day day) {
  const auto number = static_cast<std::uint32_t>(day.time_since_epoch().count());
  rules::DayCounts counts{.let_in = 1 + (client + number) % 300};
  if (client % 3 == 0) counts.turned_away = 1 + client % 20;
  if (client % 5 == 0) counts.greylisted = counts.came_back = 1 + number % 3;
  if (client % 7 == 0) counts.listed = counts.turned_away;
  return {.key = (client + 1) * kSpread,
          .client = rules::IpAddress::FromBytes(std::array<std::uint8_t, 4>{
              static_cast<std::uint8_t>(1 + (client >> 16U)), static_cast<std::uint8_t>(client >> 8U),
              static_cast<std::uint8_t>(client), 25}),
          .counted = {.day = day, .counts = counts}};
}

// As the Writer does: rows in the order of their keys, and room for them before they are written.
void WriteCounts(cache::Stores& stores, cache::Upkeep& upkeep, std::vector<cache::ReputationRow> rows, TimePoint now) {
  std::ranges::sort(rows, {}, &cache::ReputationRow::key);
  upkeep.TrimReputations(rows.size(), cache::ReputationLimits(), now);
  auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
  if (!transaction) return Expect(transaction.error());
  for (const cache::ReputationRow& row : rows) Expect(stores.reputations().Add(**transaction, row));
  Expect((*transaction)->Commit());
}

struct Reputed {
  std::uint32_t clients = 0, strangers = 0, days = 0;
};

std::uint64_t PutReputations(cache::Stores& stores, const Reputed& reputed, TimePoint now) {
  cache::Upkeep upkeep(stores);
  for (std::uint32_t ago = reputed.days; ago-- > 0;) {
    const TimePoint then = now - ago * kDay;
    const std::uint32_t end = reputed.clients + (ago == 0 ? reputed.strangers : 0);
    std::vector<cache::ReputationRow> rows;
    for (std::uint32_t client = 0; client < end; ++client) {
      const bool is_stranger = client >= reputed.clients;
      const std::uint64_t dice = ((client + 1) * kSpread + (ago + 1) * 0xbf58476d1ce4e5b9U) >> 40U;
      // Each client has come once at the end.
      const bool comes = is_stranger || dice % 100 < DaysOfHundred(client) || ago == client % reputed.days;
      if (comes) rows.push_back(CountsOf(client, rules::DayOf(then)));
      if (rows.size() == kBatch || client + 1 == end) WriteCounts(stores, upkeep, std::exchange(rows, {}), then);
    }
  }
  return upkeep.evictions().reputations;
}

int Main(int argc, char** argv) {
  Settings settings(argc, argv);
  const std::string directory = settings.Text("store", "");
  auto lists = settings.List("lists");
  const auto clients = static_cast<std::uint32_t>(settings.Number("clients", 0));
  const auto confirmed = static_cast<std::uint32_t>(settings.Number("confirmed", 0));
  const auto waiting = static_cast<std::uint32_t>(settings.Number("waiting", 0));
  const auto entries = static_cast<std::uint32_t>(settings.Number("entries", 0));
  const auto expressions = static_cast<std::uint32_t>(settings.Number("expressions", 0));
  const auto verdicts = static_cast<std::uint32_t>(settings.Number("verdicts", 0));
  const auto appeals = static_cast<std::uint32_t>(settings.Number("appeals", 0));
  const Reputed reputed{.clients = static_cast<std::uint32_t>(settings.Number("reputations", 0)),
                        .strangers = static_cast<std::uint32_t>(settings.Number("strangers", 0)),
                        .days = static_cast<std::uint32_t>(settings.Number("days", 60))};
  settings.Finish();
  auto opened = cache::Stores::OpenForDaemon({.directory = directory});
  if (const auto* error = std::get_if<cache::Stores::OpenError>(&opened)) {
    std::fprintf(stderr, "bench_fill_store: %s\n", error->message.c_str());
    return 74;
  }
  cache::Stores& stores = *std::get<0>(opened);
  const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  const Filler filler(stores, std::move(lists), now);
  const auto bytes = [&](const char* part) {
    return static_cast<unsigned long long>(std::filesystem::file_size(directory + part + "/data.mdb"));
  };

  PutAll(stores.lists_environment(), entries,
         [&](auto& transaction, auto number) { return filler.PutEntry(transaction, NumberedEntry(number)); });
  PutAll(stores.lists_environment(), expressions,
         [&](auto& transaction, auto number) { return filler.PutEntry(transaction, NumberedPattern(number)); });
  PutAll(*stores.facts_environment(), clients,
         [&](auto& transaction, auto number) { return filler.PutClient(transaction, number); });
  PutAll(stores.records_environment(), confirmed,
         [&](auto& transaction, auto number) { return filler.PutTriplet(transaction, number, 1 + number % 5); });
  const auto confirmed_bytes = bytes("/records");
  PutAll(stores.records_environment(), waiting,
         [&](auto& transaction, auto number) { return filler.PutTriplet(transaction, confirmed + number, 0); });
  PutAll(stores.records_environment(), verdicts,
         [&](auto& transaction, auto number) { return filler.PutVerdict(transaction, number); });
  PutAll(stores.records_environment(), std::min(appeals, verdicts),
         [&](auto& transaction, auto number) { return filler.PutAppeal(transaction, number); });
  const std::uint64_t evicted = reputed.clients > 0 ? PutReputations(stores, reputed, now) : 0;
  cache::ReadTransaction snapshot(stores.records_environment());
  const cache::Table reputations = stores.reputations().rows();
  std::printf(
      "{\"filled_at\": %lld, \"clients\": %u, \"confirmed\": %u, \"waiting\": %u, \"facts_bytes\": %llu, "
      "\"confirmed_bytes\": %llu, \"records_bytes\": %llu, \"lists_bytes\": %llu, "
      "\"reputations\": %llu, \"reputation_bytes\": %llu, \"reputations_evicted\": %llu, \"reference\": \"%s\"}\n",
      static_cast<long long>(now.time_since_epoch().count()), clients, confirmed, waiting, bytes("/facts"),
      confirmed_bytes, bytes("/records"), bytes("/lists"), static_cast<unsigned long long>(snapshot.Count(reputations)),
      static_cast<unsigned long long>(snapshot.Bytes(reputations)), static_cast<unsigned long long>(evicted),
      filler.VerdictOf(0).reference.ToString().c_str());
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::Main(argc, argv);
}
