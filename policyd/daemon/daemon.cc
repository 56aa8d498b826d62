#include "policyd/daemon/daemon.h"

#include <sysexits.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "cache/lmdb/crash_marks.h"
#include "cache/repair/lists_copy.h"
#include "cache/stores.h"
#include "cache/writer.h"
#include "policyd/admin/appeals/appeals.h"
#include "policyd/admin/overview/verdict_tail.h"
#include "policyd/config/warning_rows.h"
#include "policyd/daemon/dns_log.h"
#include "policyd/daemon/host_sharing.h"
#include "policyd/daemon/outgoing.h"
#include "policyd/daemon/self_watch.h"
#include "policyd/daemon/signal_watch.h"
#include "policyd/daemon/startup.h"
#include "policyd/daemon/web.h"
#include "policyd/dns/lookups.h"
#include "policyd/metrics/history_feed.h"
#include "policyd/metrics/metrics.h"
#include "policyd/metrics/store_gauges.h"
#include "policyd/metrics/store_watch.h"
#include "policyd/metrics/zone_gauges.h"
#include "policyd/runtime/notify.h"
#include "policyd/runtime/snapshot.h"
#include "policyd/runtime/version.h"
#include "policyd/serve/acceptor.h"
#include "policyd/serve/listener.h"
#include "policyd/serve/worker.h"

namespace policyd::daemon {
namespace {

constexpr std::chrono::seconds kTick{1};
constexpr std::chrono::seconds kStoreWatch{10};
constexpr std::chrono::milliseconds kStopStep{10};
constexpr std::chrono::milliseconds kAcceptWhileStopping{500};  // who comes anew is answered, but not for ever
constexpr std::chrono::milliseconds kEndAnyway{800};            // after answer_within

class Daemon : public cache::Writer::Listener {
 public:
  Daemon(DaemonStart start, std::unique_ptr<cache::Stores> stores, std::vector<serve::ListeningSocket> sockets);
  // Answers what is in flight, then ends every thread: those who ask before those who answer.
  ~Daemon() override;
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Returns why the pages cannot be served; nothing if they can.
  std::optional<std::string> StartWeb(Opened& opened);
  void Run();

 private:
  // cache::Writer::Listener, from the writer's thread.
  void Written(cache::WriteTicket ticket, bool ok) override { workers_[ticket.waiter]->Written(ticket.number, ok); }
  void FactsWritten(std::size_t count, bool ok) override;
  void VerdictWritten(const cache::JournalRecord& record) override { verdict_tail_.Add(record); }

  void StartWorkers();
  void StartDns();
  // What the store holds of the client, or of the question's name.  From the resolver's thread.
  cache::KnownFacts FactsOf(const rules::IpAddress& client, const rules::Question& question) const;
  void ZoneReported(const cache::ZoneStateRow& row, rules::ZoneState was);
  void WatchSignals();
  void Reload();
  void Stop();
  void GoOnStopping();
  void FeedWatchdog();
  // Writes the counts of each minute into the history; at the end those of the unfinished minute.
  void RecordHistory() { history_feed_.Write(metrics_.Totals(), *writer_, Now()); }
  metrics::Gauges ReadGauges();
  void Warn(const char* event, const std::string& why) {
    log_.Write(runtime::LogLevel::kWarning, event, {{"error", why}});
  }
  std::optional<std::string> NotReady() const {
    return is_ready_ ? std::nullopt : std::optional<std::string>("starting or stopping");
  }
  rules::TimePoint Now() const { return start_.clock.Now(); }

  const DaemonStart start_;
  runtime::Snapshot<config::Config> config_;
  runtime::Snapshot<rules::Health> health_;
  runtime::Log& log_;
  metrics::Metrics metrics_;
  metrics::HistoryFeed history_feed_;
  serve::OwnNetworkWatch own_network_;
  std::unique_ptr<cache::Stores> stores_;
  admin::VerdictTail verdict_tail_;
  runtime::Loop loop_;
  std::vector<serve::ListeningSocket> sockets_;

  std::vector<std::unique_ptr<serve::Worker>> workers_;
  std::unique_ptr<dns::DnsThread> dns_;
  std::unique_ptr<cache::Writer> writer_;
  std::unique_ptr<Outgoing> outgoing_;
  std::unique_ptr<cache::ListsKeeper> lists_keeper_;
  std::unique_ptr<metrics::StoreWatch> store_watch_;
  std::unique_ptr<SelfWatch> self_watch_;
  std::unique_ptr<HostSharing> sharing_;
  std::unique_ptr<Web> web_;

  std::unique_ptr<runtime::LoopQueue<std::monostate>> closed_;
  std::unique_ptr<serve::Acceptor> acceptor_;
  std::unique_ptr<runtime::Timer> tick_;  // of the workers
  std::unique_ptr<runtime::Timer> watchdog_;
  std::vector<std::uint64_t> turns_;
  std::unique_ptr<runtime::Timer> store_timer_;
  std::unique_ptr<runtime::Timer> stop_timer_;
  std::chrono::steady_clock::time_point stopping_since_;
  SignalWatch signals_;
  std::atomic<bool> is_ready_ = false;
};

Daemon::Daemon(DaemonStart start, std::unique_ptr<cache::Stores> stores, std::vector<serve::ListeningSocket> sockets)
    : start_(std::move(start)),
      config_(std::make_shared<const config::Config>(start_.config)),
      health_(std::make_shared<const rules::Health>()),
      log_(start_.log),
      history_feed_(start_.clock.Now()),
      stores_(std::move(stores)),
      verdict_tail_(*stores_, start_.clock.Now()),
      sockets_(std::move(sockets)) {
  writer_ = std::make_unique<cache::Writer>(
      *stores_, WriterSettingsOf(start_.config), [this] { return Now(); }, *this);
  store_watch_ = std::make_unique<metrics::StoreWatch>(*stores_, *writer_, log_);
  self_watch_ = std::make_unique<SelfWatch>(*stores_, *writer_, log_);
  sharing_ = std::make_unique<HostSharing>(start_.config.shared, log_);
  lists_keeper_ = std::make_unique<cache::ListsKeeper>(
      stores_->settings(), stores_->lists_environment(), stores_->lists(), [this] { return Now(); },
      [this](const std::string& why) { Warn("lists_not_copied", why); });
  outgoing_ = std::make_unique<Outgoing>(
      Outgoing::Needs{.stores = *stores_, .writer = *writer_, .config = config_, .clock = start_.clock, .log = log_});
  closed_ = std::make_unique<runtime::LoopQueue<std::monostate>>(loop_.get(), [this](std::monostate&) {
    if (acceptor_) acceptor_->Resume();
  });
  StartWorkers();
  StartDns();
  metrics_.SetGaugeSource([this] { return ReadGauges(); });
  metrics_.SetReloadSuccess(true);
  metrics_.NoteTime(Now());
}

Daemon::~Daemon() {
  for (const auto& worker : workers_) worker->End();
  for (const auto& worker : workers_) worker->Join();
  // DNS and writer exchange facts: the thread of DNS ends before the writer, its object is destroyed after.
  dns_->End();
  RecordHistory();  // before the pages, which may take long to end
  web_.reset();
  lists_keeper_.reset();
  outgoing_.reset();
  writer_.reset();
  log_.Write(runtime::LogLevel::kInfo, "stopped", {});
}

void Daemon::StartWorkers() {
  const unsigned wanted = start_.config.service.threads;
  const unsigned count = wanted > 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
  const serve::WorkerContext context{
      .stores = *stores_,
      .clock = start_.clock,
      .config = config_,
      .health = health_,
      .log = log_,
      .metrics = metrics_,
      .own_network = own_network_,
      .ledger = outgoing_->ledger(),
      .ask = [this](dns::LookupRequest request) { dns_->Ask(std::move(request)); },
      .record = [this](cache::RecordWrite write) { return writer_->AddRecord(std::move(write)); },
      .connection_closed = [this] { closed_->Post({}); },
      .saw_clean = [this](std::vector<dns::CleanClient> clients) { dns_->SawClean(std::move(clients)); },
      .told = [this](const serve::OutboundNotice& notice) { outgoing_->Tell(notice); },
      .writer_is_stuck = [this] { return writer_->is_stuck(); },
      .dns_has_worked_since = [this](runtime::Deadline when) { return dns_->HasWorkedSince(when); },
      .max_waiting = std::max<std::size_t>(1, start_.config.service.max_connections / count),
  };
  cache::ReadTransaction snapshot(stores_->lists_environment());
  stores_->lists().CompilePatterns(snapshot);
  for (unsigned number = 0; number < count; ++number) {
    workers_.push_back(std::make_unique<serve::Worker>(number, context));
  }
  turns_.resize(count);
}

void Daemon::StartDns() {
  dns_ = std::make_unique<dns::DnsThread>(dns::DnsThread::Settings{
      .dns = start_.config.dns,
      .answered =
          [this](dns::LookupAnswer answer) {
            const std::uint32_t worker = answer.waiter.worker;
            workers_[worker]->Deliver(std::move(answer));
          },
      .store = [this](cache::FactWrite write) { return writer_->AddFact(std::move(write)); },
      .now = [this] { return Now(); },
      .find = [this](const rules::IpAddress& client,
                     const rules::Question& question) { return FactsOf(client, question); },
      .warn =
          [this](const std::string& text) {
            log_.Write(runtime::LogLevel::kWarning, "dns", {{"text", text}});
          },
      .server_changed = [this](const config::Endpoint& server, bool is_down) { LogNameServer(log_, server, is_down); },
      .health = &health_,
      .metrics = &metrics_,
      .zones = dns::ProbedZones(start_.config),
      .zone_states = ZoneStatesOf(*stores_),
      .zone_reported = [this](const cache::ZoneStateRow& row, rules::ZoneState was) { ZoneReported(row, was); },
      .watched = [this](std::vector<rules::WatchFinding> found) { self_watch_->Note(std::move(found), Now()); },
  });
}

cache::KnownFacts Daemon::FactsOf(const rules::IpAddress& client, const rules::Question& question) const {
  cache::ReadTransaction snapshot(*stores_->facts_environment());
  return rules::IsOfName(question.kind) ? stores_->facts()->GetName(snapshot, question)
                                        : stores_->facts()->GetClient(snapshot, client);
}

void Daemon::ZoneReported(const cache::ZoneStateRow& row, rules::ZoneState was) {
  LogZone(log_, row, was);
  cache::RecordWrite write;
  write.zone = row;
  writer_->AddRecord(std::move(write));  // a full queue loses a state that the next test finds again
}

void Daemon::FactsWritten(std::size_t count, bool) {
  dns_->Committed(count);  // they were its facts, so it is there
}

std::optional<std::string> Daemon::StartWeb(Opened& opened) {
  web_ = std::make_unique<Web>(Web::Sources{.config = config_,
                                            .stores = *stores_,
                                            .clock = start_.clock,
                                            .log = log_,
                                            .health = {.metrics = [this] { return metrics_.Render(); },
                                                       .not_ready = [this] { return NotReady(); },
                                                       .degraded = [this] { return store_watch_->Degraded(Now()); },
                                                       .not_alive = [] { return std::optional<std::string>(); }},
                                            .store_faults = [this] { return store_watch_->Faults(Now()); },
                                            .metrics = metrics_,
                                            .history_feed = history_feed_,
                                            .verdict_tail = verdict_tail_,
                                            .writer = *writer_});
  return web_->Serve(std::move(opened.http), std::move(opened.why));
}

void Daemon::Run() {
  WatchSignals();
  std::vector<std::string> listening;
  for (const serve::ListeningSocket& socket : sockets_) listening.push_back(socket.endpoint().ToString());
  acceptor_ = std::make_unique<serve::Acceptor>(loop_.get(), std::move(sockets_), workers_,
                                                serve::DescriptorBudget(start_.config.service.max_connections), log_);
  tick_ = std::make_unique<runtime::Timer>(loop_.get(), [this] {
    for (const auto& worker : workers_) worker->Tick();
    metrics_.NoteTime(Now());
    if (history_feed_.IsDue(Now())) RecordHistory();
    self_watch_->Tick(*config_.Get(), *dns_, Now());
    outgoing_->Tick(Now());
  });
  tick_->Start(kTick, kTick);
  watchdog_ = std::make_unique<runtime::Timer>(loop_.get(), [this] { FeedWatchdog(); });
  if (const auto interval = runtime::WatchdogInterval()) watchdog_->Start(*interval, *interval);
  store_timer_ = std::make_unique<runtime::Timer>(loop_.get(), [this] { store_watch_->Look(Now()); });
  store_timer_->Start({}, kStoreWatch);
  is_ready_ = true;
  runtime::NotifySystemd("READY=1");
  log_.Write(runtime::LogLevel::kInfo, "started",
             {{"version", runtime::Version()}, {"mode", rules::Name(start_.config.policy->mode)}});
  for (const std::string& on : listening) log_.Write(runtime::LogLevel::kInfo, "listening", {{"on", on}});
  loop_.Run();
}

void Daemon::WatchSignals() {
  for (const int number : {SIGTERM, SIGINT}) signals_.Add(loop_.get(), number, [this] { Stop(); });
  signals_.Add(loop_.get(), SIGHUP, [this] { Reload(); });
  ReleaseSignals();
}

void Daemon::Stop() {
  if (stop_timer_) return;
  is_ready_ = false;
  runtime::NotifySystemd("STOPPING=1");
  log_.Write(runtime::LogLevel::kInfo, "stopping", {});
  stopping_since_ = std::chrono::steady_clock::now();
  acceptor_->LeavePassed();
  // From here on nothing waits for a thread that a disk, a lock or a reader of the log may block.
  std::thread([patience = start_.config.service.answer_within + kEndAnyway] {
    std::this_thread::sleep_for(patience);
    _exit(EX_OK);
  }).detach();
  for (const auto& worker : workers_) worker->Drain();
  stop_timer_ = std::make_unique<runtime::Timer>(loop_.get(), [this] { GoOnStopping(); });
  stop_timer_->Start(kStopStep, kStopStep);
}

// Clients that connect while connections are drained are answered; only then the sockets are closed.
void Daemon::GoOnStopping() {
  const bool is_drained =
      std::all_of(workers_.begin(), workers_.end(), [](const auto& worker) { return worker->connections() == 0; });
  if (!is_drained && std::chrono::steady_clock::now() - stopping_since_ < kAcceptWhileStopping) return;
  acceptor_->AcceptRest();
  acceptor_.reset();
  loop_.Stop();
}

void Daemon::Reload() {
  runtime::NotifyReloading();
  auto loaded = config::LoadConfig(start_.config_file, start_.is_default_file);
  const auto* errors = std::get_if<config::ConfigErrors>(&loaded);
  if (errors) {
    for (const std::string& error : *errors)
      log_.Write(runtime::LogLevel::kError, "reload_refused", {{"error", error}});
  } else {
    const auto next = std::make_shared<const config::Config>(std::get<config::Config>(std::move(loaded)));
    for (const std::string& key : config::NeedsRestart(start_.config, *next)) {
      log_.Write(runtime::LogLevel::kWarning, "needs_restart", {{"key", key}});
    }
    for (const rules::Statement& warning : next->warnings) {
      log_.Write(runtime::LogLevel::kWarning, "configuration", {{"text", config::WarningText(warning)}});
    }
    writer_->SetSettings(WriterSettingsOf(*next));
    dns_->SetSettings(next->dns, dns::ProbedZones(*next));
    config_.Set(next);
    log_.Write(runtime::LogLevel::kInfo, "reloaded", {{"file", start_.config_file}});
  }
  metrics_.SetReloadSuccess(!errors);
  runtime::NotifySystemd("READY=1");
}

// The watchdog is fed only while every worker's loop turns.
void Daemon::FeedWatchdog() {
  bool all_turn = true;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const std::uint64_t turns = workers_[i]->turns();
    all_turn &= turns != turns_[i];
    turns_[i] = turns;
  }
  if (all_turn) runtime::NotifySystemd("WATCHDOG=1");
}

metrics::Gauges Daemon::ReadGauges() {
  metrics::Gauges gauges;
  for (const auto& worker : workers_) {
    gauges.connections += worker->connections();
    gauges.inquiries_in_flight += worker->inquiries_in_flight();
  }
  gauges.writer_queue = writer_->queue_length();
  store_watch_->AddGauges(Now(), gauges);
  self_watch_->AddGauges(gauges);
  outgoing_->AddGauges(Now(), gauges);
  sharing_->AddGauges(gauges);
  const cache::Writer::Counts written = writer_->counts();
  metrics::AddStoreGauges(*stores_, written.evicted, gauges);
  gauges.failed_commits = written.failed_commits;
  gauges.requests_waiting = admin::CountWaiting(*stores_);
  for (const rules::IpAddress& client : own_network_.Hiding(Now())) gauges.hiding_clients.push_back(client.ToString());
  gauges.process = metrics::ReadProcessFigures();
  const auto health = health_.Get();
  gauges.name_servers = health->servers;
  const auto config = config_.Get();
  gauges.zones = metrics::ZoneGauges(*config->policy, *health);
  gauges.mode = config->policy->mode;
  gauges.config_warnings = config->warnings.size();
  return gauges;
}

}  // namespace

int RunDaemon(DaemonStart start) {
  auto opened = Open(start.config, start.passed, start.log);
  if (const int* status = std::get_if<int>(&opened)) return *status;
  auto& all = std::get<Opened>(opened);
  runtime::Log& log = start.log;
  cache::MarkSuspectsAtCrash();
  Daemon daemon(std::move(start), std::move(all.stores), std::move(all.sockets));
  if (const auto error = daemon.StartWeb(all)) {
    log.Write(runtime::LogLevel::kError, "cannot_start", {{"error", *error}});
    return EX_UNAVAILABLE;
  }
  daemon.Run();
  return EX_OK;
}

}  // namespace policyd::daemon
