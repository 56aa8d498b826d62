#include "policyd/daemon/self_watch.h"

#include <string>
#include <utility>

#include "policyd/dns/watch/watch_round.h"
#include "rules/watch/watched_lists.h"

namespace policyd::daemon {

SelfWatch::SelfWatch(const cache::Stores& stores, cache::Writer& writer, runtime::Log& log)
    : stores_(stores), writer_(writer), log_(log) {
  cache::ReadTransaction snapshot(stores_.records_environment());
  last_ = stores_.watch_log().LastLook(snapshot);
}

void SelfWatch::Tick(const config::Config& config, dns::DnsThread& dns, rules::TimePoint now) {
  const bool is_changed = watched_ && *watched_ != config.watch;
  const bool was_nothing = !watched_ || (watched_->addresses.empty() && watched_->domains.empty());
  watched_ = config.watch;
  if (config.watch.addresses.empty() && config.watch.domains.empty()) {
    if (is_changed && !was_nothing) Note({}, now);  // what was wrong is not watched any more
    return;
  }
  const bool is_due = is_changed || !last_ || now < *last_ || now - *last_ >= config.watch.every;
  if (!is_due) return;
  last_ = now;
  dns.Watch(dns::WatchPlanOf(config));
}

void SelfWatch::Note(std::vector<rules::WatchFinding> findings, rules::TimePoint now) {
  cache::RecordWrite write;
  write.watch = cache::WatchLook{.when = now, .findings = std::move(findings)};
  {
    cache::ReadTransaction snapshot(stores_.records_environment());
    for (const cache::WatchEpisode& change : stores_.watch_log().ChangesBy(snapshot, *write.watch)) Tell(change);
  }
  writer_.AddRecord(std::move(write));  // a full queue loses a look: the next one finds the same
}

void SelfWatch::Tell(const cache::WatchEpisode& change) const {
  const rules::WatchedList* list = rules::FindWatchedList(change.list);
  log_.Write(change.until ? runtime::LogLevel::kInfo : runtime::LogLevel::kWarning, "watch",
             {{"subject", change.subject},
              {"check", rules::Name(change.check)},
              {"state", change.until ? "well" : "problem"},
              {"list", change.list},
              {"detail", change.detail},
              {"removal", list ? std::string(list->removal) : std::string()},
              {"since", rules::PrintTime(change.from)},
              {"says", change.says}});
}

void SelfWatch::AddGauges(metrics::Gauges& gauges) const {
  cache::ReadTransaction snapshot(stores_.records_environment());
  for (const cache::WatchEpisode& open : stores_.watch_log().Open(snapshot)) {
    if (open.check == rules::WatchCheck::kList) {
      gauges.watch_listed.push_back({.address = open.subject, .list = open.list});
    } else {
      gauges.watch_problems.push_back({.subject = open.subject, .check = rules::Name(open.check)});
    }
  }
}

}  // namespace policyd::daemon
