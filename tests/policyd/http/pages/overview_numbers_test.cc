// Each number of the status page is another one here, so that one in the wrong place is seen.
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policyd/http/pages/figures.h"
#include "policyd/http/pages/pages.h"

namespace policyd::http::pages::overview_numbers_test {

using cache::HistoryCounts;
using metrics::GreylistOutcome;
using rules::seconds;

const rules::TimePoint kNow{seconds{1'795'249'820}};

admin::OverviewTally Tally(const std::array<std::uint64_t, metrics::kActions>& actions, const std::string& name,
                           std::uint64_t first) {
  return {.actions = actions,
          .reasons = {{"no_ptr", first}, {"dnsbl", first + 1}},
          .tops = {.networks = {{"192.0.2.0/24", first + 2}},
                   .names = {{name + ".example", first + 3}},
                   .senders = {{"@" + name + ".example", first + 4}}}};
}

void AddGreylist(HistoryCounts& counts) {
  const auto at = [&counts](GreylistOutcome outcome) -> std::uint64_t& {
    return counts.At(HistoryCounts::kGreylist, metrics::Index(outcome));
  };
  at(GreylistOutcome::kNew) = 90;
  at(GreylistOutcome::kExpired) = 10;
  at(GreylistOutcome::kPassed) = 25;
  at(GreylistOutcome::kEarly) = 801;
  at(GreylistOutcome::kKnown) = 802;
  at(GreylistOutcome::kAutoWhitelisted) = 803;
  counts.At(HistoryCounts::kRetries, rules::RetryTimes::BucketOf(seconds{200})) = 21;
  counts.At(HistoryCounts::kRetries, rules::RetryTimes::BucketOf(seconds{7000})) = 4;
}

admin::OverviewBin LastBin(rules::TimePoint begin) {
  return {.begin = begin,
          .answers = {11, 12, 13, 14, 15, 16, 17},
          .would = {1, 2, 30, 40, 50, 60, 70},
          .cached = {.count = 9, .p50 = 0.00002, .p99 = 0.0003},
          .asked = {.count = 8, .p50 = 0.004, .p99 = 0.05}};
}

admin::Overview Numbers() {
  admin::Overview overview;
  overview.now = kNow;
  overview.span = {.since = kNow - seconds{3600}, .until = kNow, .step = seconds{60}, .asked = "1h"};
  for (rules::TimePoint at = overview.span.since; at < kNow; at += overview.span.step) {
    overview.bins.push_back({.begin = at});
  }
  overview.bins.back() = LastBin(overview.bins.back().begin);
  // Passed, tagged, greylisted, deferred, rejected, held, discarded.
  overview.answered = Tally({1000, 20, 300, 40, 50, 6, 7}, "answered", 210);
  overview.would = Tally({900, 10, 350, 80, 70, 8, 5}, "would", 420);
  overview.cached = {.count = 900, .p50 = 0.00001, .p99 = 0.00005};
  overview.asked = {.count = 523, .p50 = 0.1, .p99 = 0.9};
  AddGreylist(overview.counts);
  admin::OverviewZone zone;
  zone.status.row.shown = "zen.example";
  zone.status.points = "8";
  zone.counts = {.asked = 1000, .hits = 37, .unavailable = 12, .microseconds = 25'000'000};
  overview.zones = {zone};
  overview.store.facts = {.used = 1024, .at_most = 2048};
  overview.store.records = {.used = 3072, .at_most = 4096};
  overview.store.lists = {.used = 5120, .at_most = 6144};
  overview.store.clients = 11'101;
  overview.store.names = 11'102;
  overview.store.triplets = 11'103;
  overview.store.passes = 11'104;
  overview.store.list_entries = 11'105;
  overview.store.verdicts = 11'106;
  overview.store.waiting = 321;
  return overview;
}

class OverviewNumbers : public testing::Test {
 protected:
  const std::string page_ = OverviewPage(Frame(HttpRequest{}, kNow, true), Numbers()).body;

  // The text of the card, or of the element, from its id to that of the next.
  std::string From(const std::string& id, const std::string& next) const {
    const std::size_t begin = page_.find("id=\"" + id + "\""), end = page_.find("id=\"" + next + "\"");
    EXPECT_TRUE(begin != std::string::npos && end != std::string::npos && begin < end) << id;
    return begin < end && end != std::string::npos ? page_.substr(begin, end - begin) : std::string();
  }
  // The cells of the row that begins with it, without what is in them beside text.
  static std::vector<std::string> CellsBehind(const std::string& part, const std::string& first) {
    std::vector<std::string> cells;
    std::size_t at = part.find(first);
    const std::size_t end = part.find("</tr>", at);
    EXPECT_NE(at, std::string::npos) << first;
    constexpr std::string_view kCell = "<td class=\"number\">";
    while ((at = part.find(kCell, at)) < end) {
      at += kCell.size();
      cells.push_back(part.substr(at, part.find("</td>", at) - at));
    }
    return cells;
  }
};

using Cells = std::vector<std::string>;

TEST_F(OverviewNumbers, OfTheFigures) {
  const auto figure = [this](const std::string& id, const std::string& value, const std::vector<std::string>& notes) {
    const std::string start = "id=\"" + id + "\" data-value=\"" + value + "\">";
    const std::size_t begin = page_.find(start);
    ASSERT_NE(begin, std::string::npos) << start;
    const std::string got = page_.substr(begin, page_.find("</div>", begin) - begin);
    for (const std::string& note : notes) EXPECT_NE(got.find(">" + note + "</dd>"), std::string::npos) << got;
  };
  figure("figure-all", "1,423", {});
  figure("figure-passed", "1,020", {"71.7 %", "if enforced: 910"});
  figure("figure-greylisted", "300", {"21.1 %", "if enforced: 350"});
  figure("figure-refused", "103", {"7.2 %", "if enforced: 163"});
  figure("figure-cached", "63.2 %", {"answered without asking DNS"});
  figure("figure-p99", "900 ms", {"known ones within 50 µs"});
  figure("greylist-deferred", "100", {});
  figure("greylist-back", "25", {"25.0 %"});
  figure("greylist-soon", "≤ 4m", {"9 of 10 within 2h"});
  figure("greylist-waiting", "321", {});
}

TEST_F(OverviewNumbers, OfThePlots) {
  const std::string begin = "data-begin=\"" + rules::PrintTime(kNow - seconds{60}) + "\"";
  EXPECT_EQ(CellsBehind(From("plot-traffic", "times"), begin),
            (Cells{"17", "16", "15", "14", "13", "12", "11", "250"}));
  EXPECT_EQ(CellsBehind(From("plot-times", "greylist"), begin), (Cells{"20 µs", "300 µs", "4.0 ms", "50 ms"}));
  const std::string empty = "data-begin=\"" + rules::PrintTime(kNow - seconds{120}) + "\" class=\"idle\"";
  EXPECT_EQ(CellsBehind(From("plot-traffic", "times"), empty), Cells(8, "0"));
}

TEST_F(OverviewNumbers, OfWhatWasTurnedAwayAndWhose) {
  EXPECT_EQ(CellsBehind(From("reasons", "networks"), "data-reason=\"no_ptr\""), Cells{"210"});
  EXPECT_EQ(CellsBehind(From("reasons", "networks"), "data-reason=\"dnsbl\""), Cells{"211"});
  EXPECT_EQ(CellsBehind(From("networks", "names"), ">192.0.2.0/24<"), Cells{"212"});
  EXPECT_EQ(CellsBehind(From("names", "senders"), ">answered.example<"), Cells{"213"});
  EXPECT_EQ(CellsBehind(From("senders", "would-tops"), ">@answered.example<"), Cells{"214"});
  EXPECT_EQ(CellsBehind(From("would-reasons", "would-networks"), "data-reason=\"no_ptr\""), Cells{"420"});
  EXPECT_EQ(CellsBehind(From("would-networks", "would-names"), ">192.0.2.0/24<"), Cells{"422"});
  EXPECT_EQ(CellsBehind(From("would-names", "would-senders"), ">would.example<"), Cells{"423"});
  EXPECT_EQ(CellsBehind(From("would-senders", "newest"), ">@would.example<"), Cells{"424"});
}

// Its times are those of the server, which need not be the reader's.
TEST_F(OverviewNumbers, AreOfATimeWithItsZone) {
  const std::size_t end = page_.find("</footer>");
  ASSERT_NE(end, std::string::npos);
  EXPECT_NE(page_.substr(0, end).find(FullTimeText(kNow) + "</time> " + ZoneText(kNow)), std::string::npos);
  EXPECT_TRUE(ZoneText(kNow).starts_with("UTC"));
}

TEST_F(OverviewNumbers, OfListsAndStores) {
  EXPECT_EQ(CellsBehind(From("lists", "stores"), "data-list=\"zen.example\""),
            (Cells{"8", "1,000", "37", "3.7 %", "1.2 %", "25 ms"}));
  const std::string stores = From("stores", "servers"), held = From("held", "change");
  EXPECT_EQ(CellsBehind(stores, "data-store=\"facts\""), Cells{"1.0 KiB / 2.0 KiB"});
  EXPECT_EQ(CellsBehind(stores, "data-store=\"records\""), Cells{"3.0 KiB / 4.0 KiB"});
  EXPECT_EQ(CellsBehind(stores, "data-store=\"lists\""), Cells{"5.0 KiB / 6.0 KiB"});
  EXPECT_EQ(CellsBehind(held, "Clients whose"), Cells{"11,101"});
  EXPECT_EQ(CellsBehind(held, "Names whose"), Cells{"11,102"});
  EXPECT_EQ(CellsBehind(held, "triplets"), Cells{"11,103"});
  EXPECT_EQ(CellsBehind(held, "Auto-whitelist"), Cells{"11,104"});
  EXPECT_EQ(CellsBehind(held, "Whitelist and blocklist"), Cells{"11,105"});
  EXPECT_EQ(CellsBehind(held, "Verdicts"), Cells{"11,106"});
}

}  // namespace policyd::http::pages::overview_numbers_test
