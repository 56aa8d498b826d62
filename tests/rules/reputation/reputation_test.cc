#include "rules/reputation/reputation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/rule_words.h"

namespace rules::reputation_test {

constexpr std::chrono::days kOne{1};

Day Today() {
  return DayOf(support::Now());
}

// So many days ago, with these counts.
struct Ago {
  int days;
  DayCounts counts;
};

DailyCounts Days(const std::vector<Ago>& all) {
  DailyCounts days;
  for (const auto& [ago, counts] : all) AddDay(days, {Today() - std::chrono::days{ago}, counts});
  return days;
}

// From `first` to `last` days ago, on every `step`th.
std::vector<Ago> Each(int first, int last, int step, const DayCounts& counts) {
  std::vector<Ago> all;
  for (int ago = first; ago >= last; ago -= step) all.push_back({ago, counts});
  return all;
}

std::vector<Ago> Both(std::vector<Ago> a, const std::vector<Ago>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

struct Case {
  const char* name;
  std::vector<Ago> days;
  Reputation want;
  std::vector<std::string> because;
};

class ReputationTest : public testing::TestWithParam<Case> {};

TEST_P(ReputationTest, FollowsFromTheTable) {
  const ReputationView view = ViewReputation(Days(GetParam().days), support::Now());
  EXPECT_STREQ(Name(view.reputation), Name(GetParam().want));
  std::vector<std::string> because;
  for (const Statement& statement : view.because)
    because.push_back(statement.kind.substr(std::string("reputation.").size()));
  EXPECT_EQ(because, GetParam().because);
}

constexpr DayCounts kPassed{.let_in = 10};
constexpr DayCounts kListed{.turned_away = 9, .listed = 9};
constexpr DayCounts kListedAndLetIn{.let_in = 9, .listed = 9};
constexpr DayCounts kRefused{.let_in = 1, .turned_away = 9};
constexpr DayCounts kGone{.greylisted = 9};

INSTANTIATE_TEST_SUITE_P(
    Table, ReputationTest,
    testing::Values(
        Case{"nothing_known", {}, Reputation::kNeutral, {}},
        Case{"mail_of_today_alone", {{0, kPassed}}, Reputation::kNeutral, {}},
        Case{"steady", Each(45, 1, 4, kPassed), Reputation::kGood, {"steady"}},
        Case{"steady_but_young", Each(29, 1, 2, kPassed), Reputation::kNeutral, {}},
        Case{"old_but_rare", Each(59, 1, 10, kPassed), Reputation::kNeutral, {}},
        Case{"steady_and_listed_once",
             Both(Each(45, 1, 4, kPassed), {{2, kListedAndLetIn}}),
             Reputation::kNeutral,
             {"some_listed", "steady"}},
        Case{"listed_long_ago", Both(Each(45, 1, 4, kPassed), Each(30, 16, 3, kListed)), Reputation::kGood, {"steady"}},
        // One machine of many: most of the mail of each day was not listed.
        Case{"a_part_is_listed", Each(45, 1, 4, {.let_in = 10, .listed = 4}), Reputation::kGood, {"steady"}},
        Case{"listed_on_most_days", Each(13, 0, 3, kListedAndLetIn), Reputation::kPoor, {"listed"}},
        // A list that hits for a day is an accident; the refusals follow from it.
        Case{"listed_and_refused_today", {{0, kListed}}, Reputation::kNeutral, {"some_listed", "some_refused"}},
        Case{"refused_on_most_days", Each(13, 0, 3, kRefused), Reputation::kPoor, {"refused"}},
        // However often a mail is tried on one bad day.
        Case{"refused_on_one_day",
             Both(Each(13, 1, 2, kPassed), {{2, {.turned_away = 100'000}}}),
             Reputation::kNeutral,
             {"some_refused"}},
        Case{"never_comes_back", Each(12, 1, 4, kGone), Reputation::kPoor, {"gone"}},
        Case{"did_not_come_back_yet", {{0, {.greylisted = 5000}}}, Reputation::kNeutral, {}},
        Case{"did_not_come_back_on_one_day", {{1, {.greylisted = 5000}}}, Reputation::kNeutral, {"often_gone"}},
        Case{"came_back_a_day_later",
             {{1, {.greylisted = 50}}, {0, {.let_in = 50, .came_back = 50}}},
             Reputation::kNeutral,
             {}},
        Case{"jump", Both(Each(40, 2, 4, kPassed), {{1, {.let_in = 100}}}), Reputation::kNeutral, {"jump", "steady"}},
        Case{"small_jump", Both(Each(40, 2, 4, {.let_in = 4}), {{1, {.let_in = 49}}}), Reputation::kGood, {"steady"}},
        Case{"jump_not_of_yesterday",
             Both(Each(40, 4, 4, kPassed), {{2, {.let_in = 1000}}, {1, kPassed}}),
             Reputation::kGood,
             {"steady"}},
        // A machine that was taken over: a jump, listings and refusals together.
        Case{"jump_listed_and_refused",
             Both(Each(40, 2, 4, kPassed), {{1, {.let_in = 40, .turned_away = 1000, .listed = 1000}}}),
             Reputation::kPoor,
             {"jump", "some_listed", "some_refused", "steady"}},
        Case{"days_to_come_say_nothing", {{-3, kListed}, {-4, kListed}}, Reputation::kNeutral, {}}),
    [](const auto& row) { return row.param.name; });

TEST(Reputation, FiguresSayTheJumpInOrdersOfMagnitude) {
  const ConductFigures figures =
      FiguresOf(Days(Both(Each(31, 2, 1, kPassed), {{1, {.let_in = 1000}}, {32, {.let_in = 9999}}})), Today());
  EXPECT_EQ(figures.yesterday, 1000U);
  EXPECT_EQ(figures.month_mean(), 10U);
  ASSERT_TRUE(figures.jump());
  EXPECT_NEAR(*figures.jump(), 2.0, 0.001);
  EXPECT_EQ(FiguresOf({}, Today()).jump(), std::nullopt);
}

// Each mail once: told to come back, and let in.
TEST(Reputation, AMailThatCameBackIsOneMail) {
  EXPECT_EQ((DayCounts{.let_in = 12, .turned_away = 3, .greylisted = 10, .came_back = 9}).mails(), 16U);
}

// A warm-up of `days` days from 50 to `goal` recipients a day: slow, steep, level.
struct Warming {
  double goal;
  int days;
  double steepness;

  std::uint32_t MailsOn(int day) const {
    return static_cast<std::uint32_t>(50 + goal / (1 + std::exp(-steepness / days * (day - days / 2.0))));
  }
};

std::vector<Warming> AllWarmings() {
  std::vector<Warming> all;
  for (const double goal : {2'000.0, 100'000.0, 5'000'000.0}) {
    for (const int days : {10, 20, 30, 45}) {
      for (const double steepness : {10.0, 40.0}) all.push_back({goal, days, steepness});
    }
  }
  return all;
}

bool Holds(const ReputationView& view, const char* kind) {
  return std::ranges::any_of(view.because, [kind](const Statement& statement) { return statement.kind == kind; });
}

// What became of one day's mail of a new sender.
using Fate = DayCounts (*)(std::uint32_t mails);

struct WarmUp {
  const char* name;
  Fate fate;
};

class WarmUpTest : public testing::TestWithParam<WarmUp> {};

// On no day of it is a new sender with a newsletter poor for that alone; when it has gone on for a month and a half it
// is good.
TEST_P(WarmUpTest, IsNeverPoor) {
  bool has_jumped = false;
  for (const Warming& warming : AllWarmings()) {
    DailyCounts days;
    Reputation last = Reputation::kNeutral;
    for (int day = 0; day < 59; ++day) {
      const Day date = Today() + std::chrono::days{day};
      AddDay(days, {date, GetParam().fate(warming.MailsOn(day))});
      // In the middle of the day, and on the morning after.
      for (const auto& now : {date, date + kOne}) {
        const ReputationView view = ViewReputation(days, TimePoint{now});
        last = view.reputation;
        has_jumped |= Holds(view, "reputation.jump");
        ASSERT_NE(last, Reputation::kPoor) << warming.goal << " in " << warming.days << " days, day " << day;
      }
    }
    EXPECT_EQ(last, Reputation::kGood) << warming.goal << " in " << warming.days << " days";
  }
  EXPECT_TRUE(has_jumped) << "some grow tenfold over their mean";
}

INSTANTIATE_TEST_SUITE_P(
    Newsletters, WarmUpTest,
    testing::Values(WarmUp{"let_in", [](std::uint32_t mails) { return DayCounts{.let_in = mails}; }},
                    WarmUp{"greylisted_and_back",
                           [](std::uint32_t mails) {
                             return DayCounts{.let_in = mails, .greylisted = mails, .came_back = mails};
                           }},
                    WarmUp{"some_refused_and_listed",
                           [](std::uint32_t mails) {
                             return DayCounts{
                                 .let_in = mails - mails / 4, .turned_away = mails / 4, .listed = mails / 9};
                           }},
                    // Many addresses that nobody reads any more, at a sender that seldom tries twice.
                    WarmUp{"half_comes_back",
                           [](std::uint32_t mails) {
                             return DayCounts{.let_in = mails, .greylisted = mails / 2, .came_back = mails / 4 + 1};
                           }}),
    [](const auto& row) { return row.param.name; });

// One blast to everybody, on each of the days that a newsletter may choose.
TEST(Reputation, ANewsletterOutOfNothingIsNotPoor) {
  for (int every = 1; every <= 30; ++every) {
    DailyCounts days;
    for (int day = 0; day < 60; day += every) {
      AddDay(days, {Today() + std::chrono::days{day}, {.let_in = 40'000, .greylisted = 40'000, .came_back = 39'000}});
      for (int after = 0; after < every; ++after) {
        const TimePoint now{Today() + std::chrono::days{day + after}};
        ASSERT_NE(ViewReputation(days, now).reputation, Reputation::kPoor) << "every " << every << ", day " << day;
      }
    }
  }
}

Verdict Gave(Action action, std::vector<Signal> signals = {}) {
  Verdict verdict;
  verdict.action = action;
  verdict.reverse_dns = ReverseDns::kConfirmed;
  verdict.signals = std::move(signals);
  return verdict;
}

Verdict WithTriplet(Verdict verdict, TripletState state) {
  verdict.triplet = TripletView{.state = state};
  return verdict;
}

struct CountCase {
  const char* name;
  Verdict verdict;
  std::optional<DayCounts> want;
  std::optional<Action> answered = {};
};

class CountsOfTest : public testing::TestWithParam<CountCase> {};

TEST_P(CountsOfTest, SaysWhatBecameOfTheMail) {
  const Verdict& verdict = GetParam().verdict;
  EXPECT_EQ(CountsOf(verdict, GetParam().answered.value_or(verdict.action)), GetParam().want);
}

std::vector<CountCase> CountCases() {
  const Signal dnsbl{SignalKind::kDnsbl, Points{80}, "zen.example", {}};
  const Signal dnswl{SignalKind::kDnsbl, Points{-40}, "wl.example", {}};
  const Signal poor{SignalKind::kReputationPoor, Points{30}, "sender.example", {}};
  Verdict by_entry = Gave(Action::kReject);
  by_entry.entry = support::Entry(ListKind::kBlocklist, "203.0.113.45");
  Verdict by_table = Gave(Action::kReject);
  by_table.table_rule = "clients.pcre:1";
  Verdict failed = Gave(Action::kPass);
  failed.reason = Reason::kFailOpen;
  Verdict early = Gave(Action::kPass);
  early.reverse_dns.reset();
  Verdict dead_zone = Gave(Action::kDefer);
  dead_zone.reverse_dns = ReverseDns::kUnavailable;
  Verdict blamed = dead_zone;
  blamed.signals = {{SignalKind::kUnavailableName, Points{30}, {}, {}}};
  return {
      {"let_in", Gave(Action::kPass), DayCounts{.let_in = 1}},
      {"tagged", Gave(Action::kTag), DayCounts{.let_in = 1}},
      {"refused", Gave(Action::kReject), DayCounts{.turned_away = 1}},
      {"deferred", Gave(Action::kDefer), DayCounts{.turned_away = 1}},
      {"refused_in_monitor_mode", Gave(Action::kReject), DayCounts{.turned_away = 1}, Action::kPass},
      {"listed", Gave(Action::kDefer, {dnsbl}), DayCounts{.turned_away = 1, .listed = 1}},
      {"listed_and_let_in", Gave(Action::kPass, {dnsbl}), DayCounts{.let_in = 1, .listed = 1}},
      {"on_a_list_in_favour", Gave(Action::kPass, {dnswl}), DayCounts{.let_in = 1}},
      {"first_sight", WithTriplet(Gave(Action::kGreylist), TripletState::kNew), DayCounts{.greylisted = 1}},
      {"one_more_try", WithTriplet(Gave(Action::kGreylist), TripletState::kEarly), std::nullopt},
      // Nobody was told to come back, so nobody is missed.
      {"first_sight_in_monitor_mode", WithTriplet(Gave(Action::kGreylist), TripletState::kNew), DayCounts{.let_in = 1},
       Action::kPass},
      {"came_back", WithTriplet(Gave(Action::kPass), TripletState::kPassed), DayCounts{.let_in = 1, .came_back = 1}},
      {"known", WithTriplet(Gave(Action::kPass), TripletState::kKnown), DayCounts{.let_in = 1}},
      {"decided_by_an_entry", by_entry, std::nullopt},
      {"decided_by_a_table", by_table, std::nullopt},
      {"failed_open", failed, std::nullopt},
      {"name_not_known", early, std::nullopt},
      {"dns_failed", dead_zone, std::nullopt},
      {"a_zone_that_does_not_answer", blamed, DayCounts{.turned_away = 1}},
      // A reputation must not live on what it does itself.
      {"turned_away_while_poor", Gave(Action::kDefer, {poor}), std::nullopt},
      {"listed_while_poor", Gave(Action::kDefer, {dnsbl, poor}), DayCounts{.turned_away = 1, .listed = 1}},
      {"let_in_while_poor", Gave(Action::kPass, {poor}), DayCounts{.let_in = 1}},
  };
}

INSTANTIATE_TEST_SUITE_P(Verdicts, CountsOfTest, testing::ValuesIn(CountCases()),
                         [](const auto& row) { return row.param.name; });

// Turned away for its reputation alone, a client is forgotten: after two weeks it is tried again.
TEST(Reputation, ThatIsPoorEndsByItself) {
  const DailyCounts days = Days(Each(13, 0, 1, kRefused));
  EXPECT_EQ(ViewReputation(days, support::Now()).reputation, Reputation::kPoor);
  EXPECT_NE(ViewReputation(days, support::Now() + std::chrono::days{14}).reputation, Reputation::kPoor);
}

TEST(DailyCounts, KeepSixtyDaysAndNoneToCome) {
  DailyCounts days = Days({{60, kPassed}, {59, kPassed}, {0, kPassed}, {-1, kPassed}, {-2, kPassed}});
  KeepDays(days, Today());
  ASSERT_EQ(days.size(), 3U);
  EXPECT_EQ(days.front().day, Today() - std::chrono::days{59});
  EXPECT_EQ(days.back().day, Today() + kOne) << "a worker's clock may have passed midnight";
}

TEST(DailyCounts, AddUpByDayAndStayAtTheLargestNumber) {
  DailyCounts days;
  AddDay(days, {Today(), {.let_in = 0xffff'fff0}});
  AddDay(days, {Today() - kOne, {.listed = 2}});
  AddDay(days, {Today(), {.let_in = 100}});
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[0].counts.listed, 2U);
  EXPECT_EQ(days[1].counts.let_in, 0xffff'ffffU);
}

}  // namespace rules::reputation_test
