// The load generator: asks a policy server as Postfix does and prints one JSON document of what it saw.
//
//   bench_load to=inet:127.0.0.1:10040 [connections=64] [seconds=2 | requests=N] [rate=N] [idle=N]
//              [kinds=clean:70,whitelisted:10,known:15,listed:5] [clients=N] [skip=N] [order=zipf|uniform|sequence]
//
// Without a rate every connection asks again as soon as it is answered (closed loop). With one requests are due at even
// distances and their latency counts from then, also where no connection was free (no coordinated omission). `idle`
// connections are opened beside and say nothing.
#include <sys/epoll.h>
#include <sys/resource.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>

#include "tests/bench/connection.h"
#include "tests/bench/histogram.h"
#include "tests/bench/population.h"
#include "tests/bench/settings.h"

namespace bench {
namespace {

struct Plan {
  std::uint64_t requests = 0;  // 0: until the seconds are over
  std::chrono::duration<double> seconds{2};
  double rate = 0;
};

class Load {
 public:
  Load(const SocketAddress& address, std::size_t connections, Draw draw, Plan plan)
      : draw_(std::move(draw)), plan_(plan), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < connections; ++i) {
      auto& connection = *connections_.emplace_back(std::make_unique<Connection>(address));
      epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
      if (connection.is_open()) epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd(), &event);
      if (connection.is_open()) free_.push_back(&connection);
    }
  }

  void Run() {
    began_ = Clock::now();
    while (!IsOver()) {
      const Clock::time_point now = Clock::now();
      while (!free_.empty() && IsWanted() && NextDue() <= now) Ask(plan_.rate > 0 ? NextDue() : now);
      Wait(now);
    }
    took_ = Clock::now() - began_;
  }

  void Print() const {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    const auto answers = static_cast<double>(latencies_.total());
    std::printf("{\"answers\": %.0f, \"lost\": %llu, \"seconds\": %.4f, \"per_second\": %.1f, ", answers,
                static_cast<unsigned long long>(sent_ - latencies_.total()), took_.count(), answers / took_.count());
    std::printf("\"p50_us\": %.1f, \"p90_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, \"max_us\": %.1f, ",
                latencies_.QuantileUs(0.5), latencies_.QuantileUs(0.9), latencies_.QuantileUs(0.99),
                latencies_.QuantileUs(0.999), latencies_.max_us());
    std::printf("\"own_cpu_us\": %.2f, \"clients\": %zu, \"actions\": {",
                (us(usage.ru_utime) + us(usage.ru_stime)) / answers, draw_.clients());
    const char* between = "";
    for (const auto& [action, count] : actions_) {
      std::printf("%s\"%s\": %llu", between, action.c_str(), static_cast<unsigned long long>(count));
      between = ", ";
    }
    std::printf("}}\n");
  }

 private:
  bool IsWanted() const {
    if (plan_.requests > 0) return sent_ < plan_.requests;
    return Clock::now() - began_ < plan_.seconds;
  }
  bool IsOver() const {
    const std::size_t open = connections_.size() - closed_;
    return open == 0 || (!IsWanted() && free_.size() == open);
  }
  Clock::time_point NextDue() const {
    if (plan_.rate <= 0) return began_;
    const std::chrono::duration<double> after(static_cast<double>(sent_) / plan_.rate);
    return began_ + std::chrono::duration_cast<Clock::duration>(after);
  }

  void Ask(Clock::time_point due) {
    Connection& connection = *free_.back();
    free_.pop_back();
    request_.clear();
    AppendRequest(request_, draw_.Next(), sent_++);
    connection.Send(request_, due);
    if (!connection.is_open()) ++closed_;
  }

  // Sleeps until an answer comes, or the next request is due.
  void Wait(Clock::time_point now) {
    timespec sleep{.tv_sec = 0, .tv_nsec = 50'000'000};
    if (plan_.rate > 0 && !free_.empty() && IsWanted()) {
      const auto left = std::max<Clock::duration>(NextDue() - now, Clock::duration::zero());
      sleep.tv_nsec = std::min<long>(sleep.tv_nsec, std::chrono::nanoseconds(left).count());
    }
    std::array<epoll_event, 256> events;
    const int count = epoll_pwait2(epoll_, events.data(), events.size(), &sleep, nullptr);
    for (int i = 0; i < count; ++i) Take(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
  }

  void Take(Connection& connection) {
    const auto answer = connection.Receive();
    if (!connection.is_open()) ++closed_;
    if (!answer) return;
    latencies_.Add(Clock::now() - answer->began);
    ++actions_[std::string(answer->text.substr(7, answer->text.find_first_of(" \n") - 7))];
    free_.push_back(&connection);
  }

  Draw draw_;
  const Plan plan_;
  const int epoll_;  // the program ends with it
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> free_;
  std::size_t closed_ = 0;
  std::uint64_t sent_ = 0;
  std::string request_;
  Clock::time_point began_;
  std::chrono::duration<double> took_{};
  Histogram latencies_;
  std::map<std::string, std::uint64_t> actions_;
};

std::vector<Draw::Share> ParseShares(const std::string& text) {
  std::vector<Draw::Share> shares;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, end - at);
    const std::size_t colon = part.find(':');
    const auto kind = KindOf(part.substr(0, colon));
    if (!kind) {
      std::fprintf(stderr, "%s: expected a kind of client\n", part.c_str());
      std::exit(64);
    }
    shares.push_back({*kind, colon == std::string::npos ? 100 : std::strtod(part.c_str() + colon + 1, nullptr)});
    at = end + 1;
  }
  return shares;
}

Draw::Order ParseOrder(const std::string& text) {
  if (text == "sequence") return Draw::Order::kSequence;
  return text == "uniform" ? Draw::Order::kUniform : Draw::Order::kZipf;
}

int Main(int argc, char** argv) {
  Settings settings(argc, argv);
  const auto address = SocketAddress::Parse(settings.Text("to", ""));
  const auto connections = static_cast<std::size_t>(settings.Number("connections", 64));
  const auto idle = static_cast<std::size_t>(settings.Number("idle", 0));
  const auto shares = ParseShares(settings.Text("kinds", "clean"));
  const auto clients = static_cast<std::uint32_t>(settings.Number("clients", 20'000));
  const auto skip = static_cast<std::uint32_t>(settings.Number("skip", 0));
  Draw draw(shares, clients, skip, ParseOrder(settings.Text("order", "uniform")));
  Plan plan{.requests = static_cast<std::uint64_t>(settings.Number("requests", 0)),
            .seconds = std::chrono::duration<double>(settings.Number("seconds", 2)),
            .rate = settings.Number("rate", 0)};
  settings.Finish();
  if (!address || draw.clients() == 0) {
    std::fprintf(stderr, "expected to=inet:ADDRESS:PORT or to=unix:PATH, and clients to ask about\n");
    return 64;
  }
  std::vector<std::unique_ptr<Connection>> silent;
  while (silent.size() < idle) silent.push_back(std::make_unique<Connection>(*address));
  Load load(*address, connections, std::move(draw), plan);
  load.Run();
  load.Print();
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::Main(argc, argv);
}
