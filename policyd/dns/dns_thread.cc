#include <thread>
#include <utility>
#include <variant>

#include "policyd/dns/lookups.h"
#include "policyd/dns/switched_resolver.h"
#include "policyd/mailbox.h"

namespace policyd::dns {
namespace {

struct CommittedFacts {
  std::vector<cache::FactWrite> facts;
};
struct End {};
using Message = std::variant<LookupRequest, CommittedFacts, DnsSettings, End>;

// What a new resolver is needed for; lifetimes are not.
bool AsksAlike(DnsSettings a, const DnsSettings& b) {
  a.lifetime = b.lifetime;
  return a == b;
}

}  // namespace

// Made and destroyed by DnsThread's owner, all else on the thread.
struct DnsThread::State {
  explicit State(Settings settings_)
      : settings(std::move(settings_)),
        mailbox(loop.get(), [this](Message message) { Deliver(std::move(message)); }),
        resolver(loop.get(), Make()),
        lookups(loop.get(), resolver, settings.dns.lifetime,
                {.answered = settings.answered, .store = settings.store, .now = settings.now, .find = settings.find},
                settings.metrics),
        thread([this] { loop.Run(); }) {}

  std::unique_ptr<Resolver> Make() {
    return MakeResolver(loop.get(), settings.dns,
                        {.warn = settings.warn, .health_changed = [this] { PublishHealth(); }});
  }

  void Deliver(Message message) {
    if (const auto* request = std::get_if<LookupRequest>(&message)) return lookups.Ask(*request);
    if (const auto* committed = std::get_if<CommittedFacts>(&message)) return lookups.Committed(committed->facts);
    if (const auto* dns = std::get_if<DnsSettings>(&message)) return SetSettings(*dns);
    loop.Stop();
  }

  void SetSettings(const DnsSettings& dns) {
    const bool asks_alike = AsksAlike(dns, settings.dns);
    settings.dns = dns;
    lookups.SetLimits(dns.lifetime);
    if (asks_alike) return;
    resolver.SwitchTo(Make());
    PublishHealth();
  }

  void PublishHealth() {
    if (!settings.health) return;
    const auto known = settings.health->Get();
    if (known->servers_are_down == resolver.servers_are_down()) return;
    auto next = std::make_shared<rules::Health>(*known);
    next->servers_are_down = resolver.servers_are_down();
    settings.health->Set(std::move(next));
  }

  Settings settings;
  Loop loop;
  Mailbox<Message> mailbox;
  SwitchedResolver resolver;
  Lookups lookups;
  std::thread thread;
};

DnsThread::DnsThread(Settings settings) : state_(std::make_unique<State>(std::move(settings))) {}

DnsThread::~DnsThread() {
  state_->mailbox.Post(End{});
  state_->thread.join();
}

void DnsThread::Ask(LookupRequest request) {
  state_->mailbox.Post(std::move(request));
}

void DnsThread::Committed(std::vector<cache::FactWrite> facts) {
  state_->mailbox.Post(CommittedFacts{std::move(facts)});
}

void DnsThread::SetSettings(const DnsSettings& dns) {
  state_->mailbox.Post(dns);
}

}  // namespace policyd::dns
