#include <atomic>
#include <thread>
#include <utility>
#include <variant>

#include "policyd/dns/lookups.h"
#include "policyd/dns/resolver.h"
#include "policyd/dns/watch/watch_round.h"
#include "policyd/runtime/loop_queue.h"

namespace policyd::dns {
namespace {

struct CommittedFacts {
  std::size_t count = 0;
};
struct NewSettings {
  config::DnsSettings dns;
  std::vector<ProbedZone> zones;
};
struct EndNow {};
using Message =
    std::variant<LookupRequest, CommittedFacts, NewSettings, std::vector<CleanClient>, rules::WatchPlan, EndNow>;

}  // namespace

// DnsThread's owner makes and destroys it; everything else happens on the thread.
struct DnsThread::State {
  explicit State(Settings given)
      : settings(std::move(given)),
        incoming(loop.get(), [this](Message& message) { Deliver(message); }),
        resolver(loop.get(), settings.dns,
                 {.warn = settings.warn,
                  .server_changed = settings.server_changed,
                  .health_changed = [this] { PublishHealth(); },
                  .proven = [this](runtime::Deadline when) { proven = when; }}),
        lookups(loop.get(), resolver, settings.dns.lifetime,
                {.answered = settings.answered,
                 .store = settings.store,
                 .now = settings.now,
                 .find = settings.find,
                 .list_answered = [this](const LookupRequest& request, const Answer& answer, const rules::Fact& fact,
                                         runtime::Deadline::duration took) { SawList(request, answer, fact, took); }},
                settings.metrics),
        zones(loop.get(), resolver, settings.zone_states,
              {.now = settings.now,
               .changed = [this] { PublishHealth(); },
               .report =
                   [this](const cache::ZoneStateRow& row, rules::ZoneState was) {
                     if (settings.zone_reported) settings.zone_reported(row, was);
                   }}) {
    // Before the thread begins, so that no request uses a list that is not known to be sound.
    zones.SetZones(settings.zones);
    thread = std::thread([this] { loop.Run(); });
  }

  void Deliver(Message& message) {
    if (auto* request = std::get_if<LookupRequest>(&message)) return lookups.Ask(std::move(*request));
    if (const auto* committed = std::get_if<CommittedFacts>(&message)) return lookups.Committed(committed->count);
    if (const auto* dns = std::get_if<NewSettings>(&message)) return SetSettings(*dns);
    if (const auto* clean = std::get_if<std::vector<CleanClient>>(&message)) return SawClean(*clean);
    if (const auto* plan = std::get_if<rules::WatchPlan>(&message)) return Watch(*plan);
    loop.Stop();
  }

  void Watch(const rules::WatchPlan& plan) {
    if (is_watching) return;
    is_watching = true;
    round = std::make_unique<WatchRound>(loop.get(), resolver, plan, [this](std::vector<rules::WatchFinding> findings) {
      is_watching = false;
      if (settings.watched) settings.watched(std::move(findings));
    });
  }

  void SawClean(const std::vector<CleanClient>& clients) {
    for (const CleanClient& clean : clients) zones.SawClean(clean);
  }

  void SetSettings(const NewSettings& next) {
    lookups.SetLimits(next.dns.lifetime);
    resolver.SetSettings(next.dns);
    zones.SetZones(next.zones);
  }

  void SawList(const LookupRequest& request, const Answer& answer, const rules::Fact& fact,
               runtime::Deadline::duration took) {
    zones.Answered(request.client, request.question, answer);
    const auto shown = zones.ShownOf(request.question.zone);
    if (settings.metrics && !shown.empty()) settings.metrics->CountListAnswer(shown, fact.state, took);
  }

  void PublishHealth() {
    if (!settings.health) return;
    const auto known = settings.health->Get();
    auto next = std::make_shared<rules::Health>();
    next->servers_are_down = resolver.servers_are_down();
    next->servers = resolver.servers();
    next->zones = zones.health();
    if (*known == *next) return;
    settings.health->Set(std::move(next));
  }

  Settings settings;
  std::atomic<runtime::Deadline> proven = runtime::Deadline::min();
  runtime::Loop loop;
  runtime::LoopQueue<Message> incoming;
  Resolver resolver;
  Lookups lookups;
  ZoneProber zones;
  std::unique_ptr<WatchRound> round;
  bool is_watching = false;
  std::thread thread;
};

DnsThread::DnsThread(Settings settings) : state_(std::make_unique<State>(std::move(settings))) {}

DnsThread::~DnsThread() {
  End();
}

void DnsThread::End() {
  if (!state_->thread.joinable()) return;
  state_->incoming.Post(EndNow{});
  state_->thread.join();
}

void DnsThread::Ask(LookupRequest request) {
  state_->incoming.Post(std::move(request));
}

void DnsThread::Committed(std::size_t count) {
  state_->incoming.Post(CommittedFacts{count});
}

void DnsThread::SetSettings(const config::DnsSettings& dns, std::vector<ProbedZone> zones) {
  state_->incoming.Post(NewSettings{dns, std::move(zones)});
}

bool DnsThread::HasWorkedSince(runtime::Deadline when) const {
  return state_->proven.load() >= when;
}

void DnsThread::SawClean(std::vector<CleanClient> clients) {
  state_->incoming.Post(std::move(clients));
}

void DnsThread::Watch(rules::WatchPlan plan) {
  state_->incoming.Post(std::move(plan));
}

}  // namespace policyd::dns
