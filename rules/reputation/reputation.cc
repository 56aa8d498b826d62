#include "rules/reputation/reputation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace rules {
namespace {

constexpr std::chrono::days kMonth{30};
constexpr std::chrono::days kRecent{14};

constexpr int kPoorFrom = 3;  // weights of the table

// Days of which most is listed, say.
bool AreMost(std::uint32_t some, std::uint32_t all) {
  return some >= 2 && 2 * some >= all;
}

// Ten times the mean of the days with mail, as Senderbase has it: simple, and rare among honest senders.  Without a
// week of days there is nothing to compare with.
bool Jumps(const ConductFigures& figures) {
  return figures.month_days >= 7 && figures.yesterday >= 50 &&
         figures.yesterday * figures.month_days >= 10 * figures.month_mails;
}

bool IsMostlyListed(const ConductFigures& figures) {
  return AreMost(figures.listed_days, figures.recent_days);
}

bool IsMostlyRefused(const ConductFigures& figures) {
  return AreMost(figures.refused_days, figures.recent_days);
}

bool HardlyComesBack(const ConductFigures& figures) {
  return figures.first_sight_days >= 3 && figures.first_sights >= 20 && 20 * figures.came_back < figures.first_sights;
}

bool SeldomComesBack(const ConductFigures& figures) {
  return figures.first_sights >= 20 && 2 * figures.came_back < figures.first_sights;
}

bool IsSteady(const ConductFigures& figures) {
  return figures.all_days >= 10 && figures.known_for >= kMonth && figures.let_in >= 20;
}

// Of rows of one group the first that holds counts.  Poor from kPoorFrom on; good where nothing speaks against the
// client and the last row holds.
struct Row {
  const char* kind;
  int group;
  int weight;
  bool (*holds)(const ConductFigures&);
  const char* text;
};

// clang-format off
constexpr std::array<Row, 8> kTable{{
    {"reputation.jump",           1, 1, Jumps,
     "{yesterday} mails yesterday, ten times the mean of {mean} or more"},
    {"reputation.listed",         2, 3, IsMostlyListed,
     "listed while most of its mail came, on {listed_days} of its last {recent_days} days"},
    {"reputation.some_listed",    2, 1, [](const ConductFigures& figures) { return figures.listed_days > 0; },
     "listed while most of its mail came, on {listed_days} of its last {recent_days} days"},
    {"reputation.refused",        3, 3, IsMostlyRefused,
     "most of its mail turned away, on {refused_days} of its last {recent_days} days"},
    {"reputation.some_refused",   3, 1, [](const ConductFigures& figures) { return figures.refused_days > 0; },
     "most of its mail turned away, on {refused_days} of its last {recent_days} days"},
    {"reputation.gone",           4, 3, HardlyComesBack,
     "of {first_sights} mails that had to wait {came_back} came back"},
    {"reputation.often_gone",     4, 1, SeldomComesBack,
     "of {first_sights} mails that had to wait {came_back} came back"},
    {"reputation.steady",         5, 0, IsSteady,
     "known for {known_for}, with mail on {all_days} days"},
}};
// clang-format on

Statement StatementOf(const Row& row, const ConductFigures& figures) {
  const auto number = [](std::uint64_t count) { return std::to_string(count); };
  return {.kind = row.kind,
          .about = {{"yesterday", number(figures.yesterday)},
                    {"mean", number(figures.month_mean())},
                    {"listed_days", number(figures.listed_days)},
                    {"refused_days", number(figures.refused_days)},
                    {"recent_days", number(figures.recent_days)},
                    {"first_sights", number(figures.first_sights)},
                    {"came_back", number(figures.came_back)},
                    {"known_for", seconds{figures.known_for}},
                    {"all_days", number(figures.all_days)}}};
}

void AddRecent(ConductFigures& figures, const DayCounts& counts, bool is_over) {
  const std::uint64_t mails = counts.mails();
  if (mails > 0) ++figures.recent_days;
  if (2 * std::uint64_t{counts.listed} > mails) ++figures.listed_days;
  if (2 * std::uint64_t{counts.turned_away} > mails) ++figures.refused_days;
  figures.came_back += counts.came_back;
  // Those of today may still come back.
  if (!is_over || counts.greylisted == 0) return;
  figures.first_sights += counts.greylisted;
  ++figures.first_sight_days;
}

bool HasPoorReputation(const Verdict& verdict) {
  return std::ranges::any_of(verdict.signals,
                             [](const Signal& signal) { return signal.kind == SignalKind::kReputationPoor; });
}

bool IsListed(const Verdict& verdict) {
  return std::ranges::any_of(verdict.signals, [](const Signal& signal) {
    const bool is_list = signal.kind == SignalKind::kDnsbl || signal.kind == SignalKind::kNameList;
    return is_list && signal.points > Points{};
  });
}

// Is the key of the client certain?  A failure of DNS must not add a named client's mail to that of its network.
bool HasKey(const Verdict& verdict) {
  if (verdict.reverse_dns != ReverseDns::kUnavailable) return verdict.reverse_dns.has_value();
  return std::ranges::any_of(verdict.signals,
                             [](const Signal& signal) { return signal.kind == SignalKind::kUnavailableName; });
}

}  // namespace

const char* Name(Reputation reputation) {
  switch (reputation) {
    case Reputation::kGood:
      return "good";
    case Reputation::kNeutral:
      return "neutral";
    case Reputation::kPoor:
      return "poor";
  }
  return "";
}

std::optional<double> ConductFigures::jump() const {
  if (yesterday == 0 || month_mails == 0) return std::nullopt;
  return std::log10(static_cast<double>(yesterday) * month_days / static_cast<double>(month_mails));
}

ConductFigures FiguresOf(const DailyCounts& days, Day today) {
  constexpr std::chrono::days kOne{1};
  ConductFigures figures;
  for (const auto& [day, counts] : days) {
    const std::chrono::days age = today - day;
    if (age >= kReputationDays || age < -kOne || counts.empty()) continue;
    ++figures.all_days;
    figures.let_in += counts.let_in;
    figures.known_for = std::max(figures.known_for, age);
    if (age == kOne) figures.yesterday = counts.mails();
    // A day of which all mail had been seen before has none of its own.
    if (age > kOne && age <= kOne + kMonth && counts.mails() > 0) {
      ++figures.month_days;
      figures.month_mails += counts.mails();
    }
    if (age < kRecent) AddRecent(figures, counts, age > std::chrono::days{0});
  }
  return figures;
}

ReputationView ViewReputation(const DailyCounts& days, TimePoint now) {
  ReputationView view;
  view.figures = FiguresOf(days, DayOf(now));
  int weight = 0;
  int last_group = 0;
  bool is_steady = false;
  for (const Row& row : kTable) {
    if (row.group == last_group || !row.holds(view.figures)) continue;
    last_group = row.group;
    weight += row.weight;
    is_steady |= row.weight == 0;
    view.because.push_back(StatementOf(row, view.figures));
  }
  if (weight >= kPoorFrom) view.reputation = Reputation::kPoor;
  if (weight == 0 && is_steady) view.reputation = Reputation::kGood;
  return view;
}

const std::vector<StatementRow>& ReputationRows() {
  static const std::vector<StatementRow> kRows = [] {
    std::vector<StatementRow> rows;
    for (const Row& row : kTable) rows.push_back({row.kind, row.text});
    return rows;
  }();
  return kRows;
}

std::optional<DayCounts> CountsOf(const Verdict& verdict, Action answered) {
  const bool is_of_people = verdict.entry || verdict.table_rule || verdict.reason == Reason::kFailOpen;
  if (is_of_people || !HasKey(verdict)) return std::nullopt;
  DayCounts counts;
  const bool is_listed = IsListed(verdict);
  if (verdict.action == Action::kPass || verdict.action == Action::kTag) {
    counts.let_in = 1;
    if (verdict.triplet && verdict.triplet->state == TripletState::kPassed) counts.came_back = 1;
  } else if (HasPoorReputation(verdict) && !is_listed) {
    return std::nullopt;  // a reputation must not live on what it does itself
  } else if (verdict.action != Action::kGreylist) {
    counts.turned_away = 1;
  } else if (answered != Action::kGreylist) {
    counts.let_in = 1;  // the mode let it in: nobody was told to come back
  } else if (verdict.triplet && verdict.triplet->state == TripletState::kNew) {
    counts.greylisted = 1;
  } else {
    return std::nullopt;  // one more try
  }
  counts.listed = is_listed ? 1 : 0;
  return counts;
}

bool AsksReputation(const Policy& policy) {
  return policy.PointsOf(SignalKind::kReputationPoor) != Points{} ||
         policy.PointsOf(SignalKind::kReputationGood) != Points{};
}

Assessment AssessReputation(const Policy& policy, const std::optional<std::string>& client_key, const Facts& facts,
                            TimePoint now) {
  Assessment assessment;
  const Points poor = policy.PointsOf(SignalKind::kReputationPoor);
  const Points good = policy.PointsOf(SignalKind::kReputationGood);
  const Fact* days = client_key ? facts.Find(Question::Kind::kReputation, *client_key) : nullptr;
  if (!days) {
    assessment.score = {std::min({poor, good, Points{}}), std::max({poor, good, Points{}})};
    if (client_key) assessment.open.push_back(Question::OfReputation(*client_key));
    return assessment;
  }
  const Reputation reputation = ViewReputation(days->Get<DailyCounts>(), now).reputation;
  if (reputation == Reputation::kNeutral) return assessment;
  const bool is_poor = reputation == Reputation::kPoor;
  const Points points = is_poor ? poor : good;
  if (points == Points{}) return assessment;
  assessment.score = {points, points};
  assessment.signals.push_back(
      {is_poor ? SignalKind::kReputationPoor : SignalKind::kReputationGood, points, *client_key, {}});
  return assessment;
}

}  // namespace rules
