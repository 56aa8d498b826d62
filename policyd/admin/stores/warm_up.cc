#include "policyd/admin/stores/warm_up.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "rules/evaluate.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"

namespace policyd::admin {
namespace {

constexpr std::chrono::milliseconds kTick{10};
constexpr unsigned kTicksPerReport = 10;       // people read no faster
constexpr std::chrono::seconds kPatience{60};  // a question may wait so long to be sent
constexpr std::size_t kRowsPerStep = 1000;
constexpr std::size_t kMostUnderWay = 2000;  // clients
constexpr std::size_t kBegunPerTick = 1000;  // those that are known cost no question, but time
constexpr std::uint64_t kMillisecondsPerSecond = 1000;
constexpr unsigned kMostUnanswered = 50;  // in a row, while no server answers

}  // namespace

rules::Health HealthForAsking(const config::Config& config, const cache::Stores& stores) {
  cache::ReadTransaction snapshot(stores.records_environment());
  rules::Health health = dns::RememberedHealth(config, stores.zones().All(snapshot));
  for (auto& [name, zone] : health.zones) {
    std::ranges::replace(zone.states, rules::ZoneState::kUnknown, rules::ZoneState::kUnchecked);
  }
  return health;
}

WarmUp::WarmUp(const config::Config& config, const cache::Stores& stores, const Settings& settings)
    : config_(config),
      stores_(stores),
      settings_(settings),
      health_(HealthForAsking(config, stores)),
      resolver_(loop_.get(), config.dns, {}),
      lookups_(loop_.get(), resolver_, config.dns.lifetime,
               {.answered = [this](const dns::LookupAnswer& answer) { OnAnswer(answer); },
                .store =
                    [this](const cache::FactWrite& write) {
                      learnt_.push_back(write);
                      return true;
                    },
                .now = [this] { return Now(); }},
               nullptr),
      tick_(loop_.get(), [this] { Tick(); }) {}

rules::Result<WarmUp::Counts> WarmUp::Run(std::vector<rules::IpAddress> clients,
                                          std::function<void(std::size_t)> progress) {
  clients_ = std::move(clients);
  progress_ = std::move(progress);
  tick_.Start(kTick, kTick);
  loop_.Run();
  tick_.Stop();
  if (error_) return *error_;
  return counts_;
}

void WarmUp::Tick() {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_);
  const std::uint64_t allowed =
      1 + settings_.rate * static_cast<std::uint64_t>(elapsed.count()) / kMillisecondsPerSecond;
  // Questions that could not be sent in time are not sent in one burst later.
  const std::uint64_t burst =
      1 + settings_.rate * 5 * static_cast<std::uint64_t>(kTick.count()) / kMillisecondsPerSecond;
  sent_ = std::max(sent_, allowed - std::min(allowed, burst));
  while (sent_ < allowed && HasQuestion()) SendFirst();
  counts_.stopped_early = !is_done() && unanswered_ >= kMostUnanswered && resolver_.servers_are_down();
  Flush();
  const bool is_end = error_ || is_done() || counts_.stopped_early;
  if (is_end || ++ticks_ % kTicksPerReport == 0) progress_(next_ - under_way_.size());
  if (is_end) loop_.Stop();
}

bool WarmUp::HasQuestion() {
  for (std::size_t begun = 0; questions_.empty() && begun < kBegunPerTick; ++begun) {
    if (next_ == clients_.size() || under_way_.size() >= kMostUnderWay) break;
    Begin(clients_[next_]);
    ++next_;
  }
  return !questions_.empty();
}

void WarmUp::Begin(const rules::IpAddress& address) {
  Client client{.address = address, .facts = {}};
  {
    cache::ReadTransaction snapshot(*stores_.facts_environment());
    for (auto& [question, fact] : stores_.facts()->GetClient(snapshot, address)) {
      if (!fact.is_unavailable() && fact.is_fresh(Now())) client.facts.Add(question, std::move(fact));
    }
  }
  std::vector<rules::Question> open = rules::Assess(*config_.policy, health_, address, client.facts).open;
  if (open.empty()) {
    ++counts_.known;
    return;
  }
  const Number number = next_ + 1;
  Enqueue(number, under_way_.emplace(number, std::move(client)).first->second, std::move(open));
}

void WarmUp::Enqueue(Number number, Client& client, std::vector<rules::Question> questions) {
  client.waits_for = questions.size();
  for (rules::Question& question : questions) questions_.emplace_back(number, std::move(question));
}

void WarmUp::SendFirst() {
  auto [number, question] = std::move(questions_.front());
  questions_.pop_front();
  ++sent_;
  lookups_.Ask({.waiter = dns::Waiter{.inquiry = number},
                .client = under_way_.at(number).address,
                .question = std::move(question),
                .deadline = std::chrono::steady_clock::now() + kPatience});
}

void WarmUp::OnAnswer(const dns::LookupAnswer& answer) {
  const auto found = under_way_.find(answer.waiter.inquiry);
  Client& client = found->second;
  client.facts.Add(answer.question, answer.fact);
  client.has_failed |= answer.fact.is_unavailable();
  unanswered_ = answer.fact.is_unavailable() ? unanswered_ + 1 : 0;
  if (--client.waits_for > 0) return;
  // An answer may open more: a reverse name has addresses.
  std::vector<rules::Question> open = rules::Assess(*config_.policy, health_, client.address, client.facts).open;
  if (!open.empty()) return Enqueue(found->first, client, std::move(open));
  ++(client.has_failed ? counts_.failed : counts_.learnt);
  under_way_.erase(found);
}

void WarmUp::Flush() {
  const bool is_end = is_done() || counts_.stopped_early;
  if (learnt_.empty() || (learnt_.size() < kRowsPerStep && !is_end)) return;
  for (std::size_t begin = 0; begin < learnt_.size() && !error_; begin += kRowsPerStep) {
    const auto written = Write(begin, std::min(begin + kRowsPerStep, learnt_.size()));
    if (!written) error_ = written.error();
  }
  lookups_.Committed(learnt_.size());
  learnt_.clear();
}

rules::Result<rules::Done> WarmUp::Write(std::size_t begin, std::size_t end) const {
  const auto transaction = cache::WriteTransaction::Begin(*stores_.facts_environment());
  if (!transaction) return transaction.error();
  for (std::size_t i = begin; i < end; ++i) {
    const auto& [client, question, fact] = learnt_[i];
    const auto put = stores_.facts()->Put(**transaction, client, {{question, fact}}, Now() - config_.policy->stale_for);
    if (!put) return put.error();
  }
  return (*transaction)->Commit();
}

rules::TimePoint WarmUp::Now() const {
  return settings_.now + std::chrono::floor<rules::seconds>(std::chrono::steady_clock::now() - began_);
}

ClientFile ReadClients(std::string_view text) {
  ClientFile file;
  std::set<rules::IpAddress> seen;
  rules::ForEachLine(text, [&](std::string_view line) {
    line = rules::WithoutBlanks(line);
    if (line.empty() || line.starts_with('#')) return;
    const auto client = rules::ReadAddress(rules::SplitWords(line).front());
    if (!client) {
      ++file.skipped;
    } else if (seen.insert(*client).second) {
      file.clients.push_back(*client);
    }
  });
  return file;
}

void LeaveOutOwn(const rules::Policy& policy, std::vector<rules::IpAddress>& clients) {
  std::erase_if(clients, [&policy](const rules::IpAddress& client) { return policy.IsOwn(client); });
}

}  // namespace policyd::admin
