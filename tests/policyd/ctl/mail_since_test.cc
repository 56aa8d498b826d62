// What became of a mail since, as unblock tells it.
#include <gtest/gtest.h>

#include "policyd/admin/lists/recent_verdicts.h"
#include "policyd/ctl/commands_people.h"
#include "tests/policyd/ctl/rows.h"

namespace policyd::ctl::mail_since_test {

constexpr std::uint64_t kCode = 1'000'003;

struct Case {
  const char* name;
  rules::Triplet record;
  const char* want;  // empty: nothing is said
};

class MailSinceTest : public testing::TestWithParam<Case> {};

TEST_P(MailSinceTest, IsSaid) {
  Tool tool;
  const auto row = GreylistedRow(kCode, "192.0.2.10", "", "no_ptr");
  tool.Seed([&](cache::Stores& stores) { AddToStores(stores, {row}, {{row, "192.0.2.0/24", GetParam().record}}); });
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = RefText(kCode), .is_dry_run = true});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  const std::string want = GetParam().want;
  EXPECT_EQ(Has(ran.out, "meanwhile"), !want.empty()) << ran.out;
  EXPECT_TRUE(Has(ran.out, want)) << ran.out;
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, MailSinceTest,
    testing::Values(
        Case{"arrived",
             {kNow - std::chrono::hours(1), kNow - std::chrono::minutes(20), 1},
             "the same mail has arrived meanwhile, at 2026-11-21T08:13:20Z"},
        Case{"arrived_before_it_was_turned_away", {kNow - std::chrono::hours(9), kNow - std::chrono::hours(8), 1}, ""},
        Case{"passes_soon",
             {kNow - std::chrono::minutes(1), kNow - std::chrono::minutes(1), 0},
             "passes by itself in 2m, from 2026-11-21T08:35:20Z on"},
        Case{"passes_now",
             {kNow - std::chrono::minutes(30), kNow - std::chrono::minutes(30), 0},
             "passes by itself as soon as the client tries again, until 2026-11-23T08:03:20Z"},
        Case{"came_too_late", {kNow - std::chrono::hours(72), kNow - std::chrono::hours(72), 0}, ""}),
    [](const auto& row) { return row.param.name; });

TEST(MailSince, ALaterVerdictThatLetItInCounts) {
  Tool tool;
  const auto row = GreylistedRow(kCode, "192.0.2.10", "", "no_ptr");
  auto later = row;
  later.reference = rules::Reference{2'000'003};
  later.action = "tag";
  later.first = later.last = kNow - std::chrono::minutes(5);
  tool.Seed([&](cache::Stores& stores) { AddToStores(stores, {row, later}); });
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = RefText(kCode), .is_dry_run = true});
  EXPECT_TRUE(Has(ran.out, "has arrived meanwhile, at 2026-11-21T08:28:20Z")) << ran.out;
}

// journal.keep goes up to 366 days.
TEST(RecentVerdicts, ReachBackAYear) {
  Tool tool;
  auto row = GreylistedRow(kCode, "192.0.2.10", "", "no_ptr");
  row.first = row.last = kNow - std::chrono::days(365);
  tool.Seed([&](cache::Stores& stores) {
    AddToStores(stores, {row});
    EXPECT_EQ(admin::RecentVerdicts(stores, kNow).size(), 1U);
  });
}

}  // namespace policyd::ctl::mail_since_test
