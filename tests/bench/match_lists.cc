// How long it takes to look a client, a confirmed name, a sender and a recipient up in the lists, as the daemon does
// it.
//
//   bench_match_lists store=DIRECTORY entries=N [requests=N]
//
// The store as fill_store.cc left it.  Half of what is looked up has a number of the lists.
#include <chrono>
#include <cstdio>
#include <random>
#include <variant>

#include "cache/stores.h"
#include "tests/bench/histogram.h"
#include "tests/bench/list_population.h"
#include "tests/bench/settings.h"

namespace bench {
namespace {

struct Lists {
  const cache::ListStore& store;
  cache::ReadTransaction& snapshot;
  const cache::ListShape shape;
};

struct Part {
  const char* name;
  rules::ListMatches (*match)(const Lists& lists, const ListSubject& subject);
};

constexpr Part kParts[] = {
    {"client",
     [](const Lists& lists, const ListSubject& subject) {
       return lists.store.MatchClient(lists.snapshot, subject.client, {}, &lists.shape);
     }},
    {"name",
     [](const Lists& lists, const ListSubject& subject) {
       return lists.store.MatchName(lists.snapshot, subject.name, {}, &lists.shape);
     }},
    {"sender",
     [](const Lists& lists, const ListSubject& subject) {
       return lists.store.MatchSender(lists.snapshot, subject.sender, {}, &lists.shape);
     }},
    {"recipient",
     [](const Lists& lists, const ListSubject& subject) {
       return lists.store.MatchRecipient(lists.snapshot, subject.recipient, {}, &lists.shape);
     }},
};

struct Measured {
  Histogram taken;
  std::size_t found = 0;
};

Measured Measure(const Part& part, const Lists& lists, std::uint32_t entries, std::uint32_t requests) {
  std::mt19937 draw(1);  // the same requests in each run
  std::uniform_int_distribution<std::uint32_t> number(0, 2 * entries - 1);
  Measured measured;
  for (std::uint32_t i = 0; i < requests; ++i) {
    const ListSubject subject = SubjectOf(number(draw));
    const auto began = std::chrono::steady_clock::now();
    measured.found += part.match(lists, subject).entries.size();
    measured.taken.Add(std::chrono::steady_clock::now() - began);
  }
  return measured;
}

int Main(int argc, char** argv) {
  Settings settings(argc, argv);
  const std::string directory = settings.Text("store", "");
  const auto entries = static_cast<std::uint32_t>(settings.Number("entries", 0));
  const auto requests = static_cast<std::uint32_t>(settings.Number("requests", 200'000));
  settings.Finish();
  const auto opened = cache::Stores::OpenForTool({.directory = directory});
  if (const auto* error = std::get_if<cache::Stores::OpenError>(&opened)) {
    std::fprintf(stderr, "bench_match_lists: %s\n", error->message.c_str());
    return 74;
  }
  const cache::Stores& stores = *std::get<0>(opened);
  cache::ReadTransaction snapshot(stores.lists_environment());
  stores.lists().CompilePatterns(snapshot);
  const Lists lists{.store = stores.lists(), .snapshot = snapshot, .shape = stores.lists().shape(snapshot)};

  std::printf("{\"requests\": %u", requests);
  for (const Part& part : kParts) {
    Measure(part, lists, entries, requests);  // brings the pages in
    const Measured measured = Measure(part, lists, entries, requests);
    std::printf(", \"%s\": {\"found\": %zu, \"p50_us\": %.2f, \"p99_us\": %.2f}", part.name, measured.found,
                measured.taken.QuantileUs(0.5), measured.taken.QuantileUs(0.99));
  }
  std::puts("}");
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::Main(argc, argv);
}
