// The steps of a request, each by itself: scripts/bench micro.  Nothing here waits for anything.
#include <filesystem>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "cache/facts/fact_store.h"
#include "cache/greylist/triplet_store.h"
#include "policyd/dns/wire/dns_reply.h"
#include "policyd/serve/protocol.h"
#include "rules/client/dynamic_name.h"
#include "rules/evaluate.h"
#include "tests/bench/population.h"
#include "tests/support/dns_message.h"
#include "tests/support/rule_words.h"
#include "tests/support/temp_directory.h"

namespace bench {
namespace {

using rules::Question;

constexpr std::uint32_t kRows = 100'000;
const std::string kName = "mail.sender.example";

void Parse(benchmark::State& state) {
  std::string request;
  AppendRequest(request, {Kind::kClean, 7}, 1);
  policyd::serve::ProtocolReader reader;
  for (auto _ : state) {
    reader.Feed(request);
    const auto event = reader.Next();
    benchmark::DoNotOptimize(rules::ParseRequest(std::get<policyd::serve::ProtocolReader::Attributes>(event)));
  }
}
BENCHMARK(Parse);

// A clean client of whom everything is known; with and without the Assessment that a worker keeps.
void Evaluate(benchmark::State& state) {
  const rules::Policy policy = support::WithZones({"zen.example*8", "other.example*4"});
  const rules::Facts facts = support::FactsOf({support::Ptr({kName}), support::Forward(kName, support::kClient),
                                               support::NotListed("zen.example"), support::NotListed("other.example")});
  const rules::ClientAssessment kept = rules::Assess(policy, {}, support::Client(), facts);
  const rules::ClientAssessment* known = state.range(0) ? &kept : nullptr;
  for (auto _ : state) {
    benchmark::DoNotOptimize(rules::Evaluate(policy, {}, support::Mail(), facts, support::Now(), known));
  }
}
BENCHMARK(Evaluate)->ArgName("kept")->Arg(0)->Arg(1);

void DnsReply(benchmark::State& state) {
  const rules::DnsQuestion question{kName, rules::RecordType::kA};
  const support::Bytes bytes = support::MailContext{
      .questions = {question},
      .answer = {support::AddressRecord(
          kName, "203.0.113.45")}}.ToBytes();
  for (auto _ : state) benchmark::DoNotOptimize(policyd::dns::ParseReply(bytes, question));
}
BENCHMARK(DnsReply);

void Classify(benchmark::State& state, const std::string& name) {
  const rules::IpAddress client = support::Client();
  for (auto _ : state) benchmark::DoNotOptimize(rules::ClassifyName(name, client));
}
BENCHMARK_CAPTURE(Classify, mail_server, kName);
BENCHMARK_CAPTURE(Classify, dynamic, "host-203-0-113-45.dynamic.provider.example");

// 100,000 rows in a file that stays in memory.
struct Store {
  explicit Store(std::vector<std::string> tables) {
    auto opened = cache::Environment::Open({.directory = directory / "env",
                                            .max_size = std::uint64_t{1} << 30,
                                            .durability = cache::Durability::kLazy,
                                            .create = true,
                                            .tables = std::move(tables)});
    environment = std::move(*opened);
  }

  support::TempDirectory directory{support::TempDirectory::Where::kMemory};
  std::unique_ptr<cache::Environment> environment;
};

rules::IpAddress Address(std::uint32_t number) {
  const std::array<std::uint8_t, 4> bytes{10, static_cast<std::uint8_t>(number >> 16),
                                          static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  return rules::IpAddress::FromBytes(bytes);
}

// Another row each time, in no order.
std::uint32_t Next(std::uint32_t& number) {
  number = (number * 48271U + 11U) % kRows;
  return number;
}

void FactLookup(benchmark::State& state) {
  Store store({"clients", "names"});
  const cache::FactStore facts(*store.environment);
  auto transaction = cache::WriteTransaction::Begin(*store.environment);
  for (std::uint32_t number = 0; number < kRows; ++number) {
    const bool is_put =
        facts
            .Put(**transaction, Address(number),
                 {support::Ptr({kName}), support::Forward(kName, support::kClient), support::NotListed("zen.example")},
                 support::Now())
            .ok();
    if (!is_put) return state.SkipWithError("the store cannot be filled");
  }
  if (!(*transaction)->Commit()) return state.SkipWithError("the store cannot be filled");
  cache::ReadTransaction snapshot(*store.environment);
  std::uint32_t number = 0;
  for (auto _ : state) benchmark::DoNotOptimize(facts.GetClient(snapshot, Address(Next(number))));
}
BENCHMARK(FactLookup);

void TripletLookup(benchmark::State& state) {
  Store store({"triplets", "passes", "greylist"});
  const cache::TripletStore triplets(*store.environment, rules::HashKey{}, store.environment->table(2));
  auto transaction = cache::WriteTransaction::Begin(*store.environment);
  for (std::uint32_t number = 0; number < kRows; ++number) {
    const std::string network = Address(number).ToString();
    const cache::TripletId id{network, "sender@sender.example", "recipient@ours.example"};
    if (!triplets.Put(**transaction, id, {})) return state.SkipWithError("the store cannot be filled");
  }
  if (!(*transaction)->Commit()) return state.SkipWithError("the store cannot be filled");
  cache::ReadTransaction snapshot(*store.environment);
  std::uint32_t number = 0;
  for (auto _ : state) {
    const std::string network = Address(Next(number)).ToString();
    benchmark::DoNotOptimize(triplets.Get(snapshot, {network, "sender@sender.example", "recipient@ours.example"}));
  }
}
BENCHMARK(TripletLookup);

}  // namespace
}  // namespace bench

BENCHMARK_MAIN();
