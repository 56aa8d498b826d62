#include "policyd/dns/zones/witnesses.h"

#include <algorithm>

namespace policyd::dns {
namespace {

constexpr rules::seconds kLongClean{86400};
constexpr rules::seconds kForgetAfter{3 * 86400};  // not seen for so long
constexpr rules::seconds kTidyEvery{3600};
constexpr std::size_t kMost = 10'000;

}  // namespace

bool NetworkShares::Take(const rules::IpAddress& address) {
  const auto [one, many] = rules::NetworksOf(address);
  const auto around = many_.find(many);
  const bool is_full = around != many_.end() && around->second >= rules::kWitnessesOfMany;
  if (is_full || !one_.insert(one).second) return false;
  ++many_[many];
  return true;
}

void NetworkShares::Release(const rules::IpAddress& address) {
  const auto [one, many] = rules::NetworksOf(address);
  if (one_.erase(one) == 0) return;
  if (--many_[many] == 0) many_.erase(many);
}

void NetworkShares::Clear() {
  one_.clear();
  many_.clear();
}

void Witnesses::SawClean(const CleanClient& clean) {
  auto found = known_.find(clean.client);
  if (found == known_.end()) {
    if (!MakeRoom(clean.seen) || !shares_.Take(clean.client)) return;
    found = known_.emplace(clean.client, Known{}).first;
  }
  Known& known = found->second;
  known.seen = clean.seen;
  for (const std::string& name : clean.testimony.absent) {
    const std::string* zone = &*zones_.insert(name).first;
    const auto is_it = [zone](const Absence& absence) { return absence.zone == zone; };
    const auto absence = std::ranges::find_if(known.absences, is_it);
    if (absence == known.absences.end()) {
      known.absences.push_back({zone, clean.seen, clean.seen});
    } else {
      // A first time in the future was noted while the clock was ahead.
      absence->first = std::min(absence->first, clean.seen);
      absence->last = clean.seen;
    }
  }
}

bool Witnesses::IsWitness(const rules::IpAddress& client, std::string_view zone, rules::TimePoint now) const {
  const auto found = known_.find(client);
  if (found == known_.end()) return false;
  return std::ranges::any_of(found->second.absences, [&](const Absence& absence) {
    return *absence.zone == zone && !rules::IsFromFuture(absence.last, now) &&
           absence.last - absence.first >= kLongClean;
  });
}

// Once an hour looks through all of them and removes those not seen lately, so that their networks get places again.
bool Witnesses::MakeRoom(rules::TimePoint now) {
  if (now < tidied_ || now - tidied_ >= kTidyEvery) {
    tidied_ = now;
    for (auto known = known_.begin(); known != known_.end();) {
      const rules::TimePoint seen = known->second.seen;
      if (now - seen < kForgetAfter && !rules::IsFromFuture(seen, now)) {
        ++known;
        continue;
      }
      shares_.Release(known->first);
      known = known_.erase(known);
    }
  }
  return known_.size() < kMost;
}

}  // namespace policyd::dns
