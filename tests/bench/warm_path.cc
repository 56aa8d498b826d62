// The warm path for callgrind: one worker, one connection, clients that are known already, one request after another.
//
//   warm_path store=DIRECTORY [kind=clean] [clients=2000] [requests=10000] [leaves=0]
//
// Kinds are those of population.h; whitelisted: by networks of 16 addresses.  leaves=1: mail of so many logins in place
// of that of clients, each request a DATA, whose recipient is counted. Prints nothing.  Only the requests are counted
// (valgrind --tool=callgrind --instr-atstart=no): same requests, same store, so that two counts of one build differ by
// threads waking each other, well below one in a hundred.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <valgrind/callgrind.h>

#include "cache/stores.h"
#include "policyd/serve/worker.h"
#include "rules/greylist/greylist.h"
#include "rules/greylist/sender_form.h"
#include "tests/bench/population.h"
#include "tests/bench/settings.h"

namespace bench {
namespace {

using namespace std::chrono_literals;
using rules::Question;

// The default configuration; the lists are those of contrib/dnsbl.toml under other names.
constexpr const char* kConfig = R"([dnsbl]
no_test_point = ["bl1.test", "bl2.test", "bl3.test", "bl4.test"]
sites = [
    "bl1.test=127.0.0.[2..11]*8", "bl2.test=127.0.0.2*4", "bl3.test=127.0.0.2*3", "bl4.test=127.0.[2..20].0*0",
    "bl4.test=127.0.[2..20].1*-2", "bl4.test=127.0.[2..20].2*-4", "bl4.test=127.0.[2..20].3*-8",
]
)";
// Nobody reaches a limit: what is refused is decided sooner.
constexpr const char* kOutbound = R"([outbound]
mode = "enforce"
recipients_per_hour = 1000000
recipients_per_day = 1000000
hold = "off"
lock = "off"
)";
constexpr std::string_view kLists[] = {"bl1.test", "bl2.test", "bl3.test", "bl4.test"};

rules::Fact FactOf(rules::TimePoint now, decltype(rules::Fact::records) records) {
  rules::Fact fact;
  fact.state = records.index() == 0 ? rules::Fact::State::kAbsent : rules::Fact::State::kPresent;
  fact.learnt = now;
  fact.until = now + 24h;
  fact.records = std::move(records);
  return fact;
}

// What DNS said of a client, all of it fresh.
cache::KnownFacts FactsOf(const Host& host, rules::TimePoint now) {
  const auto listed = rules::Addresses{*rules::IpAddress::Parse("127.0.0.2")};
  cache::KnownFacts facts = {
      {Question::Ptr(), FactOf(now, rules::HostNames{host.Name()})},
      {Question::Forward(host.Name()), FactOf(now, rules::Addresses{*rules::IpAddress::Parse(host.Address())})},
  };
  for (const std::string_view list : kLists) {
    const bool is_listed = host.kind == Kind::kListed && list == kLists[0];
    facts.emplace_back(Question::List(std::string(list)),
                       is_listed ? FactOf(now, listed) : FactOf(now, std::monostate{}));
  }
  return facts;
}

bool PutFacts(const cache::Stores& stores, const std::vector<Host>& hosts, rules::TimePoint now) {
  auto facts = cache::WriteTransaction::Begin(*stores.facts_environment());
  if (!facts) return false;
  for (const Host& host : hosts) {
    const rules::IpAddress client = *rules::IpAddress::Parse(host.Address());
    if (!stores.facts()->Put(**facts, client, FactsOf(host, now), now)) return false;
  }
  return (*facts)->Commit().ok();
}

// The client has come back an hour ago.
bool PutTriplets(const cache::Stores& stores, const std::vector<Host>& hosts, rules::TimePoint now) {
  auto records = cache::WriteTransaction::Begin(stores.records_environment());
  if (!records) return false;
  const rules::Triplet known{.first_seen = now - 2h, .last_seen = now - 1h, .passes = 1};
  for (const Host& host : hosts) {
    std::string request;
    AppendRequest(request, host, 0);
    const auto attribute = [&request](const std::string& name) {
      const std::size_t begin = request.find("\n" + name + "=") + name.size() + 2;
      return request.substr(begin, request.find('\n', begin) - begin);
    };
    const std::string network = rules::NetworkKey(*rules::IpAddress::Parse(host.Address()), {});
    const std::string recipient = attribute("recipient");
    const std::string sender = rules::NormalizeSender(attribute("sender"), recipient);
    if (!stores.triplets().Put(**records, {network, sender, recipient}, known)) return false;
    if (!stores.triplets().PutPasses(**records, host.Name(), {.passes = 1, .last_pass = now - 1min})) return false;
  }
  return (*records)->Commit().ok();
}

bool PutEntries(const cache::Stores& stores, const std::vector<Host>& hosts, rules::TimePoint now) {
  auto lists = cache::WriteTransaction::Begin(stores.lists_environment());
  if (!lists) return false;
  for (const Host& host : hosts) {
    const auto target = rules::Target::Parse(rules::Network(*rules::IpAddress::Parse(host.Address()), 28).ToString());
    if (!target || !stores.lists().Put(**lists, {.target = *target, .created = now})) return false;
  }
  return (*lists)->Commit().ok();
}

bool Fill(const cache::Stores& stores, Kind kind, const std::vector<Host>& hosts, rules::TimePoint now) {
  return PutFacts(stores, hosts, now) && (kind != Kind::kKnown || PutTriplets(stores, hosts, now)) &&
         (kind != Kind::kWhitelisted || PutEntries(stores, hosts, now));
}

// The far end of the connection: what Postfix does.
class Postfix {
 public:
  explicit Postfix(policyd::serve::Worker& worker) {
    int ends[2] = {-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    fd_ = ends[0];
    worker.Give(ends[1]);
  }
  ~Postfix() { close(fd_); }
  Postfix(const Postfix&) = delete;
  Postfix& operator=(const Postfix&) = delete;

  // Whether one whole answer came.
  bool Ask(std::string_view request) {
    if (write(fd_, request.data(), request.size()) != static_cast<ssize_t>(request.size())) return false;
    char answer[1024];
    const ssize_t size = read(fd_, answer, sizeof answer);
    return size > 0 && std::string_view(answer, static_cast<std::size_t>(size)).ends_with("\n\n");
  }

 private:
  int fd_ = -1;
};

struct World {
  explicit World(std::unique_ptr<cache::Stores> opened, std::shared_ptr<const policyd::config::Config> parsed)
      : stores(std::move(opened)), config(std::move(parsed)) {}

  std::unique_ptr<cache::Stores> stores;
  policyd::runtime::Snapshot<policyd::config::Config> config;
  policyd::runtime::Snapshot<rules::Health> health{std::make_shared<const rules::Health>()};
  policyd::runtime::WallClock clock;
  policyd::runtime::Log log{policyd::runtime::Log::Target::kStandardError};
  policyd::metrics::Metrics metrics;
  policyd::serve::OwnNetworkWatch own_network;
  policyd::serve::Ledger ledger;
  std::size_t asked = 0;  // the worker's thread alone
  policyd::serve::Worker worker{0,
                                {.stores = *stores,
                                 .clock = clock,
                                 .config = config,
                                 .health = health,
                                 .log = log,
                                 .metrics = metrics,
                                 .own_network = own_network,
                                 .ledger = ledger,
                                 .ask = [this](const policyd::dns::LookupRequest&) { ++asked; },
                                 .record = [](const cache::RecordWrite&) { return true; },
                                 .connection_closed = [] {}}};
};

std::vector<std::string> RequestsOf(Draw draw, std::size_t count) {
  std::vector<std::string> requests(count);
  for (std::size_t serial = 0; serial < count; ++serial) AppendRequest(requests[serial], draw.Next(), serial);
  return requests;
}

std::vector<std::string> MessagesOf(std::uint32_t logins, std::size_t count) {
  std::vector<std::string> requests;
  for (std::size_t serial = 0; serial < count; ++serial) {
    const std::string login = "user" + std::to_string(serial * 7919 % logins) + "@ours.example";
    requests.push_back(
        "request=smtpd_access_policy\nprotocol_state=DATA\nprotocol_name=ESMTP\n"
        "client_address=192.0.2.7\nclient_name=unknown\nhelo_name=mail.program.example\nsender=" +
        login + "\nrecipient=joe@there.example\nrecipient_count=1\nqueue_id=8045F2AB23\ninstance=1." +
        std::to_string(count) + "." + std::to_string(serial) +
        "\nsize=12345\nsasl_method=plain\nsasl_username=" + login + "\n\n");
  }
  return requests;
}

int Fail(const char* why) {
  std::fprintf(stderr, "warm_path: %s\n", why);
  return 1;
}

int Main(int argc, char** argv) {
  Settings settings(argc, argv);
  const std::string directory = settings.Text("store", "");
  const auto kind = KindOf(settings.Text("kind", "clean"));
  const auto clients = static_cast<std::uint32_t>(settings.Number("clients", 2000));
  const auto requests = static_cast<std::size_t>(settings.Number("requests", 10000));
  const bool leaves = settings.Number("leaves", 0) != 0;
  settings.Finish();
  if (!kind || directory.empty()) return 64;

  auto opened = cache::Stores::OpenForDaemon({.directory = directory, .max_size = std::uint64_t{1} << 30});
  if (!std::holds_alternative<std::unique_ptr<cache::Stores>>(opened)) return Fail("the store cannot be opened");
  auto config = policyd::config::ParseConfig("warm_path.toml", std::string(leaves ? kOutbound : "") + kConfig);
  World world(std::get<0>(std::move(opened)),
              std::make_shared<const policyd::config::Config>(std::get<policyd::config::Config>(std::move(config))));
  std::vector<Host> hosts;
  for (std::uint32_t number = 0; number < clients; ++number) hosts.push_back({*kind, number});
  if (!Fill(*world.stores, *kind, hosts, world.clock.Now())) return Fail("the store cannot be filled");

  bool is_well = true;
  {
    Postfix postfix(world.worker);
    const auto ask = [&](const std::vector<std::string>& all) {
      for (const std::string& request : all) is_well &= postfix.Ask(request);
    };
    const std::vector<Draw::Share> only = {{*kind, 100}};
    // What happens once is not counted.
    ask(leaves ? MessagesOf(clients, clients) : RequestsOf(Draw(only, clients, 0, Draw::Order::kSequence), clients));
    const std::vector<std::string> counted =
        leaves ? MessagesOf(clients, requests) : RequestsOf(Draw(only, clients, 0, Draw::Order::kZipf), requests);
    CALLGRIND_START_INSTRUMENTATION;
    ask(counted);
    CALLGRIND_STOP_INSTRUMENTATION;
  }
  world.worker.End();
  world.worker.Join();
  if (!is_well || world.asked > 0) return Fail("not every request was answered from memory");
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::Main(argc, argv);
}
