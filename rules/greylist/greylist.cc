#include "rules/greylist/greylist.h"

#include <algorithm>

namespace rules {
namespace {

constexpr seconds kPassesCountEvery{3600};
// The time of the last pass is kept lazily: no write for each known mail.
constexpr seconds kRefreshLastSeenEvery{86400};
constexpr int kEarnedPrefixV6 = 64;  // one customer has all addresses of such a network

// The record as a correct clock would have written it.  A confirmed record stays confirmed; one that waits, or was let
// in without a retry, begins now.
std::optional<Triplet> Settled(std::optional<Triplet> record, TimePoint now, const GreylistSettings& settings) {
  if (!record) return record;
  if (IsFromFuture(record->first_seen, now)) {
    const bool came_back = !record->is_waiting() && record->last_seen > record->first_seen;
    record->first_seen = came_back ? now - settings.delay : now;
    record->last_seen = now;
  }
  if (IsFromFuture(record->last_seen, now)) record->last_seen = now;
  return record;
}

}  // namespace

TripletView ViewTriplet(const std::optional<Triplet>& stored, TimePoint now, const GreylistSettings& settings) {
  const std::optional<Triplet> record = Settled(stored, now, settings);
  if (!record) return {.state = TripletState::kNew, .wait = settings.delay};
  const bool is_expired = record->is_waiting() ? Since(record->first_seen, now) > settings.retry_window
                                               : Since(record->last_seen, now) > settings.remember;
  if (is_expired) return {.state = TripletState::kNew, .is_expired = true, .wait = settings.delay};

  const seconds age = Since(record->first_seen, now);
  if (age < settings.delay) return {.state = TripletState::kEarly, .wait = settings.delay - age};
  if (record->is_waiting()) return {.state = TripletState::kPassed, .waited = age};
  return {.state = TripletState::kKnown};
}

Triplet NextTriplet(const std::optional<Triplet>& stored, TimePoint now, const GreylistSettings& settings,
                    bool let_in) {
  const std::optional<Triplet> record = Settled(stored, now, settings);
  switch (ViewTriplet(record, now, settings).state) {
    case TripletState::kNew:
      // A mail that was let in is not sent again: it counts as retried once the delay is over.
      return {.first_seen = now, .last_seen = now, .passes = let_in ? 1U : 0U};
    case TripletState::kEarly:
      return *record;
    case TripletState::kPassed:
      return {.first_seen = record->first_seen, .last_seen = now, .passes = 1};
    case TripletState::kKnown:
      break;
  }
  if (Since(record->last_seen, now) < kRefreshLastSeenEvery) return *record;
  return {.first_seen = record->first_seen, .last_seen = now, .passes = record->passes + 1};
}

Triplet VouchedTriplet(const std::optional<Triplet>& stored, TimePoint now, const GreylistSettings& settings) {
  const std::optional<Triplet> record = Settled(stored, now, settings);
  const TimePoint first_seen = record ? std::min(record->first_seen, now - settings.delay) : now - settings.delay;
  return {.first_seen = first_seen, .last_seen = now, .passes = 1};
}

bool IsAutoWhitelisted(const AutoWhitelistCount& count, TimePoint now, const GreylistSettings& settings) {
  return settings.auto_whitelist_after > 0 && count.passes >= settings.auto_whitelist_after &&
         Since(count.last_pass, now) <= settings.remember;
}

std::optional<AutoWhitelistCount> CountPass(const AutoWhitelistCount& count, TimePoint now,
                                            const GreylistSettings& settings) {
  if (settings.auto_whitelist_after == 0) return std::nullopt;
  const bool is_first = count.passes == 0 || Since(count.last_pass, now) > settings.remember;
  if (is_first) return AutoWhitelistCount{.passes = 1, .last_pass = now};
  const seconds every = IsAutoWhitelisted(count, now, settings) ? kRefreshLastSeenEvery : kPassesCountEvery;
  // A pass that was counted while the clock was ahead must not keep others from counting until then.
  if (!IsFromFuture(count.last_pass, now) && Since(count.last_pass, now) < every) return std::nullopt;
  return AutoWhitelistCount{.passes = count.passes + 1, .last_pass = now};
}

std::string NetworkKey(const IpAddress& client, const GreylistSettings& settings) {
  return Network(client, client.is_v4() ? settings.network_v4 : settings.network_v6).ToString();
}

std::string SenderDomainKey(std::string_view domain) {
  return std::string(kSenderDomainPrefix) + std::string(domain);
}

std::string EarnedKey(const IpAddress& client) {
  return client.is_v4() ? client.ToString() : Network(client, kEarnedPrefixV6).ToString();
}

bool IsEarnedKey(std::string_view key) {
  if (key.starts_with(kSenderDomainPrefix)) return false;
  if (key.find('/') == std::string_view::npos) return true;
  const auto network = Network::Parse(key);
  return network && !network->base().is_v4() && network->prefix() == kEarnedPrefixV6;
}

}  // namespace rules
