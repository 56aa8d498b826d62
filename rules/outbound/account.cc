#include "rules/outbound/account.h"

#include <algorithm>
#include <limits>

namespace rules {
namespace {

std::int64_t DayNumber(TimePoint time) {
  return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
}

std::uint16_t Saturated(std::uint32_t count) {
  return static_cast<std::uint16_t>(std::min<std::uint32_t>(count, std::numeric_limits<std::uint16_t>::max()));
}

// The place of a day among the counts; nothing for one that is over.  A day of a clock that was ahead is today.
std::optional<std::size_t> PlaceOf(const SentDays& days, std::int64_t day) {
  const std::int64_t age = std::max<std::int64_t>(days.newest - day, 0);
  if (age >= static_cast<std::int64_t>(SentDays::kDays)) return std::nullopt;
  return static_cast<std::size_t>(age);
}

void MoveTo(SentDays& days, TimePoint now) {
  const std::int64_t steps = DayNumber(now) - days.newest;
  const TimePoint began{std::chrono::days(days.newest)};
  if (steps < 0 && IsFromFuture(began, now)) days.newest += steps;  // what a clock that was ahead counted is of today
  if (steps <= 0) return;
  days.newest += steps;
  if (steps >= static_cast<std::int64_t>(SentDays::kDays)) return days.recipients.fill(0);
  std::shift_right(days.recipients.begin(), days.recipients.end(), static_cast<std::ptrdiff_t>(steps));
  std::fill_n(days.recipients.begin(), steps, std::uint16_t{0});
}

}  // namespace

void SentDays::Add(std::uint32_t count, TimePoint now) {
  MoveTo(*this, now);
  recipients[0] = Saturated(recipients[0] + std::min<std::uint32_t>(count, std::numeric_limits<std::uint16_t>::max()));
}

void SentDays::TakeBack(std::uint32_t count, TimePoint then, TimePoint now) {
  MoveTo(*this, now);
  const auto place = PlaceOf(*this, DayNumber(then));
  if (!place) return;
  std::uint16_t& day = recipients[*place];
  day = static_cast<std::uint16_t>(day - std::min<std::uint32_t>(day, count));
}

std::uint32_t SentDays::Today(TimePoint now) const {
  SentDays days = *this;
  MoveTo(days, now);
  return days.recipients[0];
}

SentDays::Usual SentDays::Before(TimePoint now) const {
  SentDays days = *this;
  MoveTo(days, now);
  Usual usual;
  for (std::size_t place = 1; place < kDays; ++place) {
    if (days.recipients[place] == 0) continue;
    ++usual.active_days;
    usual.mean += days.recipients[place];
  }
  if (usual.active_days > 0) usual.mean /= usual.active_days;
  return usual;
}

void Seen::Note(std::uint32_t what, TimePoint now) {
  const auto known = std::ranges::find(all, what, &One::what);
  if (known != all.end()) {
    known->last = now;
    return;
  }
  std::erase_if(all, [now](const One& one) { return Since(one.last, now) >= kFor; });
  if (all.size() >= kMost) all.erase(std::ranges::min_element(all, {}, &One::last));
  all.push_back({what, now});
}

std::size_t Seen::Count(TimePoint now) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(all, [now](const One& one) { return Since(one.last, now) < kFor; }));
}

const char* Name(OutboundAct::Kind kind) {
  switch (kind) {
    case OutboundAct::Kind::kLimited:
      return "limited";
    case OutboundAct::Kind::kHeld:
      return "held";
    case OutboundAct::Kind::kLocked:
      return "locked";
    case OutboundAct::Kind::kWarned:
      return "warned";
  }
  return "warned";
}

const Reservation* Account::Find(std::uint64_t message) const {
  const auto known = std::ranges::find(reservations, message, &Reservation::message);
  return known == reservations.end() ? nullptr : &*known;
}

void Account::Reserve(const Reservation& reservation) {
  const TimePoint now = reservation.at;
  recipients_of_hour.Add(reservation.recipients, now);
  recipients_of_day.Add(reservation.recipients, now);
  messages_of_hour.Add(1, now);
  strangers_of_hour.Add(reservation.strangers, now);
  days.Add(reservation.recipients, now);
  if (reservations.size() >= kMostReservations) {
    const auto confirmed = std::ranges::find(reservations, true, &Reservation::is_confirmed);
    reservations.erase(confirmed == reservations.end() ? reservations.begin() : confirmed);
  }
  reservations.push_back(reservation);
}

bool Account::Confirm(std::uint64_t message) {
  const auto known = std::ranges::find(reservations, message, &Reservation::message);
  if (known == reservations.end()) return false;
  known->is_confirmed = true;
  return true;
}

void Account::Settle(TimePoint now) {
  // Where the clock was set back, what was counted is as old as it was from here on, not until the clock is there
  // again.
  for (HourRing* ring : {&recipients_of_hour, &messages_of_hour, &strangers_of_hour, &bounces_of_hour}) {
    ring->Add(0, now);
  }
  recipients_of_day.Add(0, now);
  std::erase_if(reservations, [&](const Reservation& reservation) {
    const bool is_from_future = IsFromFuture(reservation.at, now);
    const seconds age = Since(reservation.at, now);
    if (reservation.is_confirmed) return is_from_future || age >= kMessageKnownFor;
    if (!is_from_future && age < kReservedFor) return false;
    recipients_of_hour.TakeBack(reservation.recipients, reservation.at, now);
    recipients_of_day.TakeBack(reservation.recipients, reservation.at, now);
    messages_of_hour.TakeBack(1, reservation.at, now);
    strangers_of_hour.TakeBack(reservation.strangers, reservation.at, now);
    days.TakeBack(reservation.recipients, reservation.at, now);
    return true;
  });
}

bool Account::Note(OutboundAct::Kind kind, TimePoint now) {
  const bool is_known = std::ranges::any_of(acts, [&](const OutboundAct& act) {
    return act.kind == kind && !IsFromFuture(act.at, now) && Since(act.at, now) < std::chrono::hours(24);
  });
  if (is_known) return false;
  if (acts.size() >= kMostActs) acts.erase(acts.begin());
  acts.push_back({kind, now});
  return true;
}

bool Account::IsOver(TimePoint now) const {
  const bool has_sent = days.Today(now) > 0 || days.Before(now).active_days > 0;
  const bool has_acts = std::ranges::any_of(
      acts, [now](const OutboundAct& act) { return Since(act.at, now) < std::chrono::days(SentDays::kDays - 1); });
  return !has_sent && !has_acts && !locked && reservations.empty() && bounces_of_hour.empty(now);
}

}  // namespace rules
