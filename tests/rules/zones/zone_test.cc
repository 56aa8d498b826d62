#include "rules/zones/zone.h"

#include <gtest/gtest.h>

namespace rules::zone_test {

using Names = std::map<std::string, std::string>;

IpAddress Ip(const char* text) {
  return *IpAddress::Parse(text);
}

Result<std::vector<Zone>> Parse(const std::vector<std::string>& entries, int threshold = 0) {
  return ParseZones(entries, Names{}, threshold);
}

// Postfix src/util/ip_match.in and .ref (github.com/vdukhovni/postfix 17830e5c1), IPL-1.0 or EPL-2.0, as data.
struct FilterCase {
  const char* pattern;
  bool is_valid;
  std::vector<std::pair<const char*, bool>> matches = {};
};

const FilterCase kPostfixCases[] = {
    {"1.2.3.4", true},
    {"1.2.300.4", false},
    {"1.2.3000.4", false},
    {"1.2.3.", false},
    {"1.2.3", false},
    {"a", false},
    {"1.2.3;4", false},
    {"1.2.[3].4", true},
    {"1.2.[].4", false},
    {"1.2.[.4", false},
    {"1.2.].4", false},
    {"1.2.[1..127;128..255].5", true},
    {"1.2.[1-255].5", false},
    {"1.2.[1..127.128..255].5", false},
    {"1.2.3.[4]", true},
    {"1.2.3.[4..1]", false},
    {"1.2.3.[4.1]", false},
    {"1.2.3.[4.x]", false},
    {"1.2.3.[x]", false},
    {"1.2.3.4x", false},
    {"1.2.[3..11].5",
     true,
     {{"1.2.3.5", true}, {"1.2.2.5", false}, {"1.2.11.5", true}, {"1.2.12.5", false}, {"1.2.11.6", false}}},
    {"1.2.[3;5;7;9;11].5",
     true,
     {{"1.2.3.5", true},
      {"1.2.2.5", false},
      {"1.2.4.5", false},
      {"1.2.11.5", true},
      {"1.2.12.5", false},
      {"1.2.11.6", false}}},
    {"[1;2].3.4.5", true, {{"1.3.4.5", true}, {"2.3.4.5", true}, {"3.3.4.5", false}}},
    {"[[1;2].3.4.5]", true, {{"1.3.4.5", true}, {"2.3.4.5", true}, {"3.3.4.5", false}}},
    {"[[1;2].3.4.5", false},
    {"1;2].3.4.5", false},
    // Ours.
    {"[1;2].3.4.[5]", true, {{"2.3.4.5", true}}},
    {"", false},
    {"1.2.3.4.5", false},
    {"1.2.3.-4", false},
    {"1.2.3.[4;]", false},
    {"1.2.3.[256]", false},
    {"[0..255].[0..255].[0..255].[0..255]", true, {{"0.0.0.0", true}, {"255.255.255.255", true}, {"::1", false}}},
};

TEST(ReplyFilter, ReadsWhatPostfixReads) {
  for (const FilterCase& row : kPostfixCases) {
    const auto filter = ReplyFilter::Parse(row.pattern);
    ASSERT_EQ(filter.ok(), row.is_valid) << row.pattern;
    if (!filter) {
      EXPECT_NE(filter.error().message.find("expected"), std::string::npos);
      continue;
    }
    for (const auto& [address, want] : row.matches) {
      EXPECT_EQ(filter->Matches(Ip(address)), want) << row.pattern << " " << address;
    }
  }
}

struct ZoneCase {
  const char* name;
  std::vector<std::string> entries;
  std::vector<const char*> answer;
  int want_tenths;
};

class DnsblPointsTest : public testing::TestWithParam<ZoneCase> {};

TEST_P(DnsblPointsTest, AnEntryCountsOnce) {
  const auto zones = Parse(GetParam().entries);
  ASSERT_TRUE(zones.ok()) << zones.error().message;
  ASSERT_EQ(zones->size(), 1U) << "one zone is asked once";
  std::vector<IpAddress> answer;
  for (const char* record : GetParam().answer) answer.push_back(Ip(record));
  const Zone& zone = zones->front();
  EXPECT_EQ(zone.PointsFor(answer).tenths, GetParam().want_tenths);
  EXPECT_LE(zone.lowest(), zone.PointsFor(answer));
  EXPECT_GE(zone.highest(), zone.PointsFor(answer));
}

INSTANTIATE_TEST_SUITE_P(
    Zone, DnsblPointsTest,
    testing::Values(
        ZoneCase{"default_weight", {"zen.example"}, {"127.0.0.2"}, 10},
        ZoneCase{"weight", {"zen.example*3"}, {"127.0.0.2"}, 30},
        ZoneCase{"one_decimal", {"zen.example*2.5"}, {"127.0.0.2"}, 25},
        ZoneCase{"negative", {"wl.example=127.0.[0..255].[1..3]*-4"}, {"127.0.5.1"}, -40},
        ZoneCase{"filter_matches", {"zen.example=127.0.0.[2..11]*8"}, {"127.0.0.11"}, 80},
        ZoneCase{"filter_does_not_match", {"zen.example=127.0.0.[2..11]*8"}, {"127.0.0.12"}, 0},
        ZoneCase{"many_records_count_once", {"zen.example*8"}, {"127.0.0.2", "127.0.0.3", "127.0.0.4"}, 80},
        ZoneCase{"several_entries_add_up",
                 {"zen.example=127.0.0.2*4", "ZEN.example.=127.0.0.[3..4]*3"},
                 {"127.0.0.2", "127.0.0.4"},
                 70},
        ZoneCase{"one_of_several_entries", {"zen.example=127.0.0.2*4", "zen.example=127.0.0.3*3"}, {"127.0.0.3"}, 30},
        ZoneCase{"no_record", {"zen.example*8"}, {}, 0},
        ZoneCase{"you_may_not_ask", {"zen.example*8"}, {"127.255.255.254"}, 0},
        ZoneCase{"you_may_not_ask_even_with_a_filter",
                 {"zen.example=127.[0..255].[0..255].[0..255]*8"},
                 {"127.255.255.252"},
                 0},
        ZoneCase{"a_parking_page", {"zen.example*8"}, {"203.0.113.80"}, 0},
        ZoneCase{"an_error_beside_a_listing", {"zen.example*8"}, {"203.0.113.80", "127.0.0.2"}, 80}),
    [](const auto& row) { return row.param.name; });

TEST(Zones, KeepTheOrderOfTheirFirstEntries) {
  const auto zones = Parse({"b.example*2", "a.example*-3", "b.example=127.0.0.9*-1"});
  ASSERT_TRUE(zones.ok());
  ASSERT_EQ(zones->size(), 2U);
  EXPECT_EQ((*zones)[0].name, "b.example");
  EXPECT_EQ((*zones)[0].lowest(), Points{-10});
  EXPECT_EQ((*zones)[0].highest(), Points{20});
  EXPECT_TRUE((*zones)[0].has_negative_points());
  EXPECT_EQ((*zones)[1].lowest(), Points{-30});
  EXPECT_EQ((*zones)[1].highest(), Points{0});
}

TEST(Zones, AreScaledToTheThresholdOfPostfix) {
  struct {
    const char* entry;
    int threshold;
    int want_tenths;
  } const rows[] = {{"z.example*3", 3, 80},   {"z.example*2", 3, 53},     {"z.example*1", 3, 27},
                    {"z.example*-1", 3, -27}, {"z.example*1", 16, 5},     {"z.example*-1", 16, -5},
                    {"z.example*8", 8, 80},   {"z.example*1", 1, 80},     {"z.example*1", 0, 10},
                    {"z.example*0.1", 10, 1}, {"z.example*-0.1", 1000, 0}};
  for (const auto& row : rows) {
    const auto zones = Parse({row.entry}, row.threshold);
    ASSERT_TRUE(zones.ok());
    EXPECT_EQ(zones->front().entries.front().points.tenths, row.want_tenths) << row.entry << " / " << row.threshold;
  }
}

TEST(Zones, ErrorsNameTheEntry) {
  struct {
    const char* entry;
    const char* want;
  } const rows[] = {
      {"zen=1", "entry 2 \"zen=1\": expected \".\" in the reply filter \"1\", got \"\""},
      {"zen.example*x", "expected points like"},
      {"zen.example*", "expected points like"},
      {"zen.example*3=127.0.0.2", "expected points like"},
      {"zen.example=", "expected a number from 0 to 255 or \"[\""},
      {"", "expected a zone"},
      {"a.example b.example", "expected a zone"},
      {"=127.0.0.2", "expected a zone"},
      {"192.0.2.300", "expected a zone"},
  };
  for (const auto& row : rows) {
    const auto zones = Parse({"good.example", row.entry});
    ASSERT_FALSE(zones.ok()) << row.entry;
    EXPECT_TRUE(zones.error().message.starts_with("entry 2 \"" + std::string(row.entry) + "\": "));
    EXPECT_NE(zones.error().message.find(row.want), std::string::npos) << zones.error().message;
  }
  EXPECT_FALSE(
      Parse({std::string(60, 'a') + "." + std::string(60, 'b') + "." + std::string(60, 'c') + ".example"}).ok());
}

TEST(ShownZone, HidesKeys) {
  const Names names{{"secret.zen.example", "zen"}};
  struct {
    const char* zone;
    const char* want;
  } const rows[] = {
      {"zen.spamhaus.org", "zen.spamhaus.org"},
      {"secret.zen.example", "zen"},
      {"abc.zen.dq.spamhaus.net", "zen.dq.spamhaus.net"},
      {"zen.dq.spamhaus.net", "zen.dq.spamhaus.net"},
      {"k3y.combined.mail.abusix.zone", "combined.mail.abusix.zone"},
      {"combined.mail.abusix.zone", "combined.mail.abusix.zone"},
      {"abcdefghij0123456789.list.example", "list.example"},
      {"abcdefghij012345678.list.example", "abcdefghij012345678.list.example"},
      {"a-name-of-many-words-in-it.example", "a-name-of-many-words-in-it.example"},
  };
  for (const auto& row : rows) EXPECT_EQ(ShownZone(row.zone, names), row.want);
  const auto zones = ParseZones(std::vector<std::string>{"secret.zen.example*8"}, names, 0);
  EXPECT_EQ(zones->front().shown, "zen");
  EXPECT_EQ(zones->front().name, "secret.zen.example");
}

TEST(ShownFormerZone, SaysNothingThatOnlyAConfigurationHid) {
  struct {
    const char* zone;
    const char* want;
  } const rows[] = {
      {"s3.private.example", "*.private.example"},
      {"a.s3.private.example", "*.private.example"},
      {"private.example", "private.example"},
      {"zen.spamhaus.org", "zen.spamhaus.org"},
      {"s3.zen.spamhaus.org", "zen.spamhaus.org"},
      {"s3.zen.dq.spamhaus.net", "zen.dq.spamhaus.net"},
      {"example", "example"},
  };
  for (const auto& row : rows) EXPECT_EQ(ShownFormerZone(row.zone), row.want) << row.zone;
}

}  // namespace rules::zone_test
