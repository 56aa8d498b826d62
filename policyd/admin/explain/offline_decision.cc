#include "policyd/admin/explain/explain.h"

#include <chrono>
#include <functional>
#include <set>
#include <utility>
#include <variant>

#include "policyd/runtime/loop_queue.h"

#include "policyd/dns/resolver.h"

namespace policyd::admin {
namespace {

constexpr std::uint64_t kOnlyInquiry = 1;

class Services : public serve::InquiryServices {
 public:
  Services(const config::Config& config, std::shared_ptr<const rules::Health> health, rules::TimePoint now,
           const std::stop_token& stop)
      : health_(std::move(health)),
        resolver_(loop_.get(), config.dns, {.proven = [this](runtime::Deadline when) { proven_ = when; }}),
        lookups_(loop_.get(), resolver_, config.dns.lifetime,
                 {.answered = [this](const dns::LookupAnswer& answer) { OnAnswer(answer); },
                  .store = [](const cache::FactWrite&) { return true; },
                  .now = [now] { return now; }},
                 nullptr),
        timer_(loop_.get(), [this] { OnTime(std::chrono::steady_clock::now()); }),
        stopped_(loop_.get(),
                 [this](std::monostate&) {
                   is_stopped_ = true;
                   OnTime(runtime::Deadline::max());
                 }),
        on_stop_(stop, [this] { stopped_.Post({}); }) {}

  void Ask(std::optional<std::uint64_t> inquiry, const rules::IpAddress& client, const rules::Question& question,
           runtime::Deadline by) override {
    dns::LookupRequest request{.client = client, .question = question, .deadline = by};
    if (inquiry) request.waiter = dns::Waiter{.inquiry = *inquiry};
    lookups_.Ask(std::move(request));
  }
  // It writes nothing, so it waits for nothing.
  bool Record(cache::RecordWrite write) override {
    is_recorded_ |= write.ticket.has_value();
    return true;
  }
  void WakeAt(std::uint64_t, runtime::Deadline when) override {
    timer_.Start(std::chrono::ceil<std::chrono::milliseconds>(when - std::chrono::steady_clock::now()));
  }

  bool DnsHasWorkedSince(runtime::Deadline when) const override { return proven_ >= when; }

  void RunToEnd(serve::Inquiry& inquiry) {
    inquiry_ = &inquiry;
    inquiry.Start();
    while (!inquiry.finished()) {
      if (std::exchange(is_recorded_, false)) {
        inquiry.Written(true);
      } else {
        uv_run(loop_.get(), UV_RUN_ONCE);
      }
    }
    inquiry_ = nullptr;
  }

  // Asks also the questions that the decision does not need: people want to see every answer.
  rules::ClientAssessment Complete(const rules::Policy& policy, const rules::IpAddress& client, rules::Facts& facts,
                                   runtime::Deadline by) {
    completed_ = &facts;
    if (is_stopped_) facts.Close();
    WakeAt(kOnlyInquiry, by);
    std::set<rules::Question> asked;
    for (;;) {
      rules::ClientAssessment assessment = rules::Assess(policy, *health_, client, facts);
      if (assessment.open.empty() || facts.is_closed()) return assessment;
      for (const rules::Question& question : assessment.open) {
        if (asked.insert(question).second) Ask(kOnlyInquiry, client, question, by);
      }
      uv_run(loop_.get(), UV_RUN_ONCE);
    }
  }

 private:
  void OnAnswer(const dns::LookupAnswer& answer) {
    if (inquiry_) inquiry_->Answer(answer.question, answer.fact);
    if (completed_) completed_->Add(answer.question, answer.fact);
  }
  void OnTime(runtime::Deadline now) {
    if (inquiry_) inquiry_->OnTime(now);
    if (completed_) completed_->Close();
  }

  std::shared_ptr<const rules::Health> health_;
  runtime::Deadline proven_ = runtime::Deadline::min();
  runtime::Loop loop_;
  dns::Resolver resolver_;
  dns::Lookups lookups_;
  runtime::Timer timer_;
  serve::Inquiry* inquiry_ = nullptr;
  rules::Facts* completed_ = nullptr;
  bool is_recorded_ = false;
  bool is_stopped_ = false;
  runtime::LoopQueue<std::monostate> stopped_;
  std::stop_callback<std::function<void()>> on_stop_;
};

std::vector<cache::ZoneStateRow> ZoneStatesOf(const cache::Stores& stores) {
  cache::ReadTransaction snapshot(stores.records_environment());
  return stores.zones().All(snapshot);
}

// Lists that give this client no points, whatever they answer.
std::vector<cache::ZoneStateRow> LeftOut(const config::Config& config, const rules::IpAddress& client,
                                         const std::vector<cache::ZoneStateRow>& remembered) {
  std::vector<cache::ZoneStateRow> rows;
  const auto other_family = client.is_v4() ? rules::ZoneFamily::kIpv6 : rules::ZoneFamily::kIpv4;
  for (const dns::ProbedZone& zone : dns::ProbedZones(config)) {
    auto row = dns::KnownState(zone, remembered);
    const bool is_asked = zone.is_asked && row.has_family && zone.family != other_family;
    if (is_asked && !rules::Counts(row.state)) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

OfflineDecision DecideOffline(const config::Config& config, const cache::Stores& stores, const rules::Request& request,
                              serve::DnsSource dns, rules::TimePoint now, const rules::Facts& known,
                              const std::stop_token& stop) {
  const runtime::Deadline began = std::chrono::steady_clock::now();
  const std::chrono::milliseconds answer_within = config.service.answer_within;
  const auto zone_states = ZoneStatesOf(stores);
  const auto health = std::make_shared<const rules::Health>(dns::RememberedHealth(config, zone_states));
  const serve::InquiryView view{.policy = config.policy,
                                .health = health,
                                .secret = stores.secret(),
                                .now = now,
                                .close_at = serve::CloseAt(began, answer_within),
                                .answer_at = began + answer_within,
                                .dns = dns};
  serve::StoreReader store_reader(stores, nullptr);
  serve::MailContext message;
  message.facts = known;
  Services services(config, health, now, stop);
  serve::Inquiry inquiry(kOnlyInquiry, request, view, store_reader, services, message, nullptr);
  services.RunToEnd(inquiry);
  OfflineDecision result{*inquiry.finished(), inquiry.AllFacts(), {}, {}};
  if (!rules::NeedsFacts(*config.policy, request)) return result;
  if (dns == serve::DnsSource::kStore) {
    // Answers that the decision does not need are wanted here, too.
    for (auto& [question, fact] : store_reader.GetClient(*request.client)) {
      if (fact.is_fresh(now)) result.facts.Add(std::move(question), std::move(fact));
    }
  }
  result.left_out = LeftOut(config, *request.client, zone_states);
  result.assessment = services.Complete(*config.policy, *request.client, result.facts, view.answer_at);
  return result;
}

}  // namespace policyd::admin
