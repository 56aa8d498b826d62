#include "policyd/daemon/outgoing.h"

#include <array>
#include <utility>

#include "rules/outbound/outbound.h"

namespace policyd::daemon {
namespace {

constexpr rules::seconds kLookEvery{300};
constexpr rules::seconds kTallyEvery{20};  // 100,000 logins take a fifth of a second

rules::ServerDays SentByDay(const cache::Stores& stores, rules::TimePoint now) {
  std::array<cache::HistoryCounts, rules::kServerDays> sums{};
  cache::ReadTransaction snapshot(stores.records_environment());
  stores.history().AddUp(snapshot, cache::History::Step::kHour, now, [&](rules::TimePoint begin) {
    const auto ago = (rules::DayOf(now) - rules::DayOf(begin)).count();
    return ago >= 0 && ago < std::ssize(sums) ? &sums[static_cast<std::size_t>(ago)] : nullptr;
  });
  rules::ServerDays days{};
  for (std::size_t i = 0; i < days.size(); ++i) days[i] = sums[i].At(cache::HistoryCounts::kSent, 1);
  return days;
}

}  // namespace

Outgoing::Outgoing(const Needs& needs)
    : needs_(needs),
      keeper_(
          ledger_,
          {.record = [writer = &needs.writer](cache::RecordWrite write) { return writer->AddRecord(std::move(write)); },
           .now = [clock = &needs.clock] { return clock->Now(); },
           .notify = [config = &needs.config] { return config->Get()->outbound_notify; },
           .failed =
               [log = &needs.log](const std::string& why) {
                 log->Write(runtime::LogLevel::kWarning, "outbound_not_told", {{"error", why}});
               }}) {}

void Outgoing::Tick(rules::TimePoint now) {
  if (looked_ && now >= *looked_ && now - *looked_ < kLookEvery) return;
  looked_ = now;
  const bool is_on = needs_.config.Get()->policy->outbound.is_on();
  const rules::ServerDays days = is_on ? SentByDay(needs_.stores, now) : rules::ServerDays{};
  const auto alarm_from = rules::AlarmFrom(days);
  is_high_ = alarm_from && days.front() > *alarm_from;
  if (!is_high_ || told_ == rules::DayOf(now)) return;
  told_ = rules::DayOf(now);
  needs_.log.Write(runtime::LogLevel::kWarning, "outbound_total",
                   {{"recipients_today", std::to_string(days.front())},
                    {"alarm_from", std::to_string(*alarm_from)},
                    {"hint", "sekimorictl outbound"}});
}

admin::OutboundTally Outgoing::Tally(const config::Config& config, rules::TimePoint now) const {
  {
    const auto tallied = tallied_.Lock();
    const bool is_new = tallied->at && now >= *tallied->at && now - *tallied->at < kTallyEvery;
    if (is_new) return tallied->tally;
  }
  admin::OutboundTally tally = admin::TallyLogins(config, needs_.stores, now, 0);
  *tallied_.Lock() = {.at = now, .tally = tally};
  return tally;
}

void Outgoing::AddGauges(rules::TimePoint now, metrics::Gauges& gauges) const {
  gauges.outbound_is_high = is_high_;
  const auto config = needs_.config.Get();
  if (!config->policy->outbound.is_on()) return;
  const admin::OutboundTally tally = Tally(*config, now);
  gauges.outbound_logins = {
      {"locked", tally.locked}, {"held", tally.held}, {"at_limit", tally.at_limit}, {"near_limit", tally.near_limit}};
}

}  // namespace policyd::daemon
