// Runs sessions and their Inquiries on a libuv loop of its own thread.
//
// The public functions may be called from any thread; the rest belongs to the loop.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "cache/stores.h"
#include "policyd/config/config.h"
#include "policyd/dns/lookups.h"
#include "policyd/metrics/metrics.h"
#include "policyd/runtime/clock.h"
#include "policyd/runtime/log.h"
#include "policyd/runtime/loop_queue.h"
#include "policyd/runtime/snapshot.h"
#include "policyd/serve/clients/clean_clients.h"
#include "policyd/serve/clients/conduct_counts.h"
#include "policyd/serve/clients/own_network_watch.h"
#include "policyd/serve/clients/waiting_shares.h"
#include "policyd/serve/outbound/ledger.h"
#include "policyd/serve/session.h"
#include "policyd/serve/shadow.h"
#include "policyd/serve/store_reader.h"
#include "policyd/serve/verdict_log.h"

namespace policyd::serve {

// What all workers share; everything outlives them.
struct WorkerContext {
  const cache::Stores& stores;
  const runtime::WallClock& clock;
  const runtime::Snapshot<config::Config>& config;
  const runtime::Snapshot<rules::Health>& health;
  runtime::Log& log;
  metrics::Metrics& metrics;
  OwnNetworkWatch& own_network;
  Ledger& ledger;
  std::function<void(dns::LookupRequest)> ask;
  std::function<bool(cache::RecordWrite)> record;
  std::function<void()> connection_closed;
  std::function<void(std::vector<dns::CleanClient>)> saw_clean{};  // many at a time
  // The stages, by their numbers, of which was said that they do not name the recipient: each once in a daemon's life.
  std::shared_ptr<std::atomic<unsigned>> stages_told = std::make_shared<std::atomic<unsigned>>(0);
  std::function<void(const OutboundNotice&)> told{};  // something was done about a login
  std::function<bool()> writer_is_stuck{};
  std::function<bool(runtime::Deadline when)> dns_has_worked_since{};  // has a name server shown that it resolves?
  std::size_t max_waiting = 8192;                                      // requests of one worker
};

class Worker : public InquiryServices, public Session::Host {
 public:
  Worker(std::uint32_t number, WorkerContext context);
  // REQUIRES: Join() returned, and nobody calls any more.
  ~Worker() override = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Takes over a connected, non-blocking stream.
  void Give(int fd);
  void Deliver(dns::LookupAnswer answer);
  void Written(std::uint64_t inquiry, bool is_durable);
  // Once a second.  (A timer of the loop's own, even one that never ends, costs each of its sleeps.)
  void Tick();
  // Answers what is in flight at once, with what is known, and closes each connection that has got its answer.  A
  // client that connects meanwhile is answered, too.
  void Drain();
  // Drains; the thread ends when the last session is gone.
  void End();
  void Join() { thread_.join(); }

  std::size_t connections() const { return connections_; }
  std::size_t inquiries_in_flight() const { return inquiries_; }
  // Grows with each Tick() that is heard.
  std::uint64_t turns() const { return turns_; }

 private:
  struct Connection {
    int fd = -1;
  };
  struct Durable {
    std::uint64_t inquiry = 0;
    bool is_durable = false;
  };
  struct TickNow {};
  struct DrainNow {};
  struct EndNow {};
  using Event = std::variant<Connection, dns::LookupAnswer, Durable, TickNow, DrainNow, EndNow>;

  // InquiryServices
  void Ask(std::optional<std::uint64_t> inquiry, const rules::IpAddress& client, const rules::Question& question,
           runtime::Deadline by) override;
  bool Record(cache::RecordWrite write) override;
  void WakeAt(std::uint64_t inquiry, runtime::Deadline when) override;
  rules::Outcome DecideOutgoing(const OutgoingMail& mail, StoreReader& store_reader) override;
  bool DnsHasWorkedSince(runtime::Deadline when) const override {
    // While we stop it is for our own sake that nobody waits.
    return !is_draining_ && context_.dns_has_worked_since && context_.dns_has_worked_since(when);
  }
  // Session::Host
  void Begin(std::optional<Inquiry>& inquiry, rules::Request& request, MailContext& message,
             runtime::Deadline now) override;
  void Waits(Session& session) override;
  void Finished(const Inquiry& inquiry) override;
  void Complain(std::string_view expected) override;
  void HeldMore(std::ptrdiff_t bytes) override { held_bytes_ += static_cast<std::size_t>(bytes); }
  void LackedMemory() override;
  void Gone(Session& session) override;

  void HandOnRecipients(MailContext& message);

  // Runs what libuv calls: nothing may be thrown through it.  What is lost for want of memory, an Inquiry's deadline
  // makes up for.
  void Guard(const std::function<void()>& act);
  void OnEvent(Event& event);
  void OpenSession(int fd);
  void Drain(Session& session);
  void GiveUpLargestParts();
  void OnAnswer(dns::LookupAnswer& answer);
  // Lets `act` bring something to an Inquiry that is still under way.
  void Bring(std::uint64_t inquiry, const std::function<void(Inquiry&)>& act);
  void OnWake();
  void OnTick();
  void BeforeSleep();
  void CompilePatterns();
  void StartDraining();
  void GoOnDraining();
  std::vector<Session*> Sessions() const;
  void ReleaseWaiting();
  std::vector<std::uint64_t> WaitingInquiries() const;
  void LogReadFailure(runtime::Deadline now);
  void EndIfDrained();

  void NoteWitness(const Inquiry& inquiry);
  void NoteStage(const Inquiry& inquiry);
  void TellClean();
  void CountHit(const Inquiry& inquiry);
  void CountLists(const rules::Verdict& verdict);
  void CountConduct(const Inquiry& inquiry);
  void CountOutgoing(const Inquiry& inquiry);
  void NoteBounce(const Inquiry& inquiry);
  void WatchOwnNetwork(const Inquiry& inquiry);
  void HandOverHits(rules::TimePoint now);
  void HandOverReputations(rules::TimePoint now);

  const std::uint32_t number_;
  const WorkerContext context_;
  std::atomic<std::size_t> connections_ = 0;
  std::atomic<std::size_t> inquiries_ = 0;
  std::atomic<std::uint64_t> turns_ = 0;

  runtime::Loop loop_;
  runtime::SnapshotReader<config::Config> config_;
  runtime::SnapshotReader<rules::Health> health_;
  runtime::LogLines log_;
  metrics::RequestCounts& counts_;
  VerdictLog verdict_log_{log_, counts_};
  StoreReader store_reader_;
  Shadows shadows_;
  std::unordered_map<Session*, std::unique_ptr<Session>> sessions_;
  std::vector<std::unique_ptr<Session>> gone_;  // until the loop's next turn: their code may be what is running
  struct Waiting {
    Session* session = nullptr;
    dns::ClientNetwork network;
  };
  std::unordered_map<std::uint64_t, Waiting> waiting_;  // by the number of the inquiry
  WaitingShares shares_;
  std::vector<std::uint64_t> over_share_;  // inquiries that wait no longer once the loop's turn ends
  std::vector<std::uint64_t> answered_;    // inquiries that advance before the loop sleeps
  std::uint64_t last_inquiry_ = 0;
  std::set<std::pair<runtime::Deadline, std::uint64_t>> wakes_;
  bool is_draining_ = false;
  bool is_ending_ = false;
  std::size_t held_bytes_ = 0;  // of parts of requests, in all sessions
  bool lacked_memory_ = false;  // since the last tick
  std::optional<runtime::Deadline> read_failure_logged_;
  CleanClients clean_clients_;
  struct {
    cache::HitTally entries;
    rules::TimePoint since{};  // handed over last
  } hits_;
  ConductCounts conduct_counts_;
  std::unique_ptr<runtime::LoopQueue<Event>> incoming_;
  std::unique_ptr<runtime::Timer> wake_timer_;
  std::unique_ptr<runtime::Timer> drain_timer_;
  std::unique_ptr<runtime::UvHandle<uv_prepare_t>> before_sleep_;
  std::unique_ptr<runtime::UvHandle<uv_idle_t>> look_again_;  // while it is active the loop does not sleep
  std::size_t asked_ = 0;                                     // requests since the loop looked last
  std::thread thread_;
};

}  // namespace policyd::serve
