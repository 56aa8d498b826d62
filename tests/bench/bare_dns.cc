// The limit of asking: one c-ares channel on one libuv loop that asks what the daemon asks, keeps nothing, and counts.
//
//   bench_bare_dns server=127.0.0.1:5353 lists=bl1.test,bl2.test [hosts=N] [skip=N] [names=1] [in_flight=64]
//
// For each clean client PTR, one question a list, and A unless clients have no names, at most `in_flight` open at once.
#include <ares.h>
#include <arpa/nameser.h>
#include <sys/resource.h>
#include <uv.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/population.h"
#include "tests/bench/settings.h"

namespace bench {
namespace {

class Asker {
 public:
  struct Plan {
    std::vector<std::string> lists;
    std::uint32_t hosts, skip;
    bool have_names;
    std::size_t in_flight;
  };

  Asker(const std::string& server, Plan plan) : plan_(std::move(plan)) {
    uv_loop_init(&loop_);
    uv_timer_init(&loop_, &timer_);
    timer_.data = this;
    ares_options options{};
    options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_STAYOPEN | ARES_FLAG_NOCHECKRESP;
    options.timeout = 500;
    options.tries = 3;
    options.lookups = const_cast<char*>("b");
    options.sock_state_cb = [](void* asker, ares_socket_t fd, int reads, int writes) {
      static_cast<Asker*>(asker)->Watch(fd, reads, writes);
    };
    options.sock_state_cb_data = this;
    ares_init_options(&channel_, &options,
                      ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB);
    ares_set_servers_ports_csv(channel_, server.c_str());
  }

  void Run() {
    const auto began = std::chrono::steady_clock::now();
    uv_timer_start(
        &timer_, [](uv_timer_t* timer) { static_cast<Asker*>(timer->data)->OnTimer(); }, 50, 50);
    Fill();
    uv_run(&loop_, UV_RUN_DEFAULT);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    std::printf("{\"questions\": %llu, \"failed\": %llu, \"seconds\": %.4f, \"per_second\": %.1f, \"cpu_us\": %.3f}\n",
                static_cast<unsigned long long>(answered_), static_cast<unsigned long long>(failed_), took.count(),
                static_cast<double>(answered_) / took.count(),
                (us(usage.ru_utime) + us(usage.ru_stime)) / static_cast<double>(answered_));
  }

 private:
  void Fill() {
    while (open_ < plan_.in_flight && host_ < plan_.hosts) AskNext();
    if (open_ == 0) uv_stop(&loop_);
  }

  void AskNext() {
    const Host host{Kind::kClean, plan_.skip + host_};
    const std::size_t lists = plan_.lists.size();
    const std::size_t question = question_++;
    if (question_ == lists + 1 + (plan_.have_names ? 1 : 0)) {
      question_ = 0;
      ++host_;
    }
    ++open_;
    if (question < lists) return Query(host.ReversedAddress() + "." + plan_.lists[question], ns_t_a);
    if (question == lists) return Query(host.ReversedAddress() + ".in-addr.arpa", ns_t_ptr);
    Query(host.Name(), ns_t_a);
  }

  void Query(const std::string& name, int type) {
    ares_query(
        channel_, name.c_str(), ns_c_in, type,
        [](void* asker, int status, int, unsigned char*, int) { static_cast<Asker*>(asker)->OnAnswer(status); }, this);
  }

  // Asks no further question from inside: c-ares is still at work on what came.
  void OnAnswer(int status) {
    --open_;
    ++answered_;
    if (status != ARES_SUCCESS && status != ARES_ENOTFOUND && status != ARES_ENODATA) ++failed_;
  }

  void OnTimer() {
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    Fill();
  }

  void Watch(ares_socket_t fd, int reads, int writes) {
    auto& poll = polls_[fd];
    if (!poll) {
      poll = std::make_unique<uv_poll_t>();
      uv_poll_init(&loop_, poll.get(), fd);
      poll->data = this;
    }
    if (!reads && !writes) {
      uv_poll_stop(poll.get());
      return;
    }
    uv_poll_start(poll.get(), (reads ? UV_READABLE : 0) | (writes ? UV_WRITABLE : 0),
                  [](uv_poll_t* handle, int, int events) {
                    auto* asker = static_cast<Asker*>(handle->data);
                    uv_os_fd_t ready = 0;
                    uv_fileno(reinterpret_cast<uv_handle_t*>(handle), &ready);
                    ares_process_fd(asker->channel_, events & UV_READABLE ? ready : ARES_SOCKET_BAD,
                                    events & UV_WRITABLE ? ready : ARES_SOCKET_BAD);
                    asker->Fill();
                  });
  }

  const Plan plan_;
  uv_loop_t loop_{};
  uv_timer_t timer_{};
  ares_channel channel_ = nullptr;  // the process ends with it
  std::map<ares_socket_t, std::unique_ptr<uv_poll_t>> polls_;
  std::uint32_t host_ = 0;
  std::size_t question_ = 0;
  std::size_t open_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t failed_ = 0;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Settings settings(argc, argv);
  const std::string server = settings.Text("server", "");
  bench::Asker::Plan plan{.lists = settings.List("lists"),
                          .hosts = static_cast<std::uint32_t>(settings.Number("hosts", 10'000)),
                          .skip = static_cast<std::uint32_t>(settings.Number("skip", 0)),
                          .have_names = settings.Number("names", 1) != 0,
                          .in_flight = static_cast<std::size_t>(settings.Number("in_flight", 64))};
  settings.Finish();
  ares_library_init(ARES_LIB_INIT_ALL);
  bench::Asker asker(server, std::move(plan));
  asker.Run();
  return 0;
}
