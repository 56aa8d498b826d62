#include "rules/zones/known_zones.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "rules/zones/zone.h"
#include "tests/support/source_directory.h"

namespace rules::known_zones_test {

IpAddress Ip(std::string_view text) {
  return IpAddress::Parse(text).value();
}

TEST(IsListError, IsEverythingThatIsNoListing) {
  const std::pair<const char*, bool> rows[] = {
      {"127.0.0.2", false},       {"127.0.0.1", false},      {"127.255.254.1", false}, {"127.254.255.1", false},
      {"127.255.255.252", true},  {"127.255.255.254", true}, {"127.255.255.0", true},  {"126.255.255.255", true},
      {"128.0.0.0", true},        {"203.0.113.1", true},     {"0.0.0.0", true},        {"::1", true},
      {"::ffff:127.0.0.2", false}};
  for (const auto& [record, want] : rows) EXPECT_EQ(IsListError("zen.example", Ip(record)), want) << record;
}

struct Case {
  const char* name;
  const char* zone;
  const char* record;
  bool want;
};

class ZoneErrorTest : public testing::TestWithParam<Case> {};

TEST_P(ZoneErrorTest, IsPerZone) {
  EXPECT_EQ(IsListError(GetParam().zone, Ip(GetParam().record)), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Zones, ZoneErrorTest,
                         testing::Values(Case{"dbl_asked_for_an_address", "dbl.spamhaus.org", "127.0.1.255", true},
                                         Case{"dbl_with_a_key", "aaaabbbb.dbl.dq.spamhaus.net", "127.0.1.255", true},
                                         Case{"a_listing_of_dbl", "dbl.spamhaus.org", "127.0.1.2", false},
                                         Case{"elsewhere_a_listing", "dbl.example", "127.0.1.255", false},
                                         Case{"no_part_of_a_label", "mydbl.spamhaus.org", "127.0.1.255", false},
                                         Case{"two_labels_in_front", "a.b.dbl.spamhaus.org", "127.0.1.255", false},
                                         Case{"uribl_refuses", "multi.uribl.com", "127.0.0.1", true},
                                         Case{"hostkarma_white", "hostkarma.junkemailfilter.com", "127.0.0.1", false},
                                         Case{"dnswl_blocks", "list.dnswl.org", "127.0.0.255", true},
                                         Case{"dnswl_test_point", "list.dnswl.org", "127.0.10.0", false}),
                         [](const auto& row) { return row.param.name; });

TEST(Zone, AnErrorOfTheZoneGivesNoPoints) {
  const std::vector<std::string> entries{"dbl.spamhaus.org*5"};
  const auto zones = ParseZones(entries, {}, 0);
  ASSERT_TRUE(zones);
  EXPECT_EQ(zones->front().PointsFor({Ip("127.0.1.255")}), Points{});
  EXPECT_EQ(zones->front().PointsFor({Ip("127.0.1.2")}), Points{50});
}

std::vector<std::vector<std::string>> TableOfPeople() {
  std::ifstream file(support::InSource("contrib/dnsbl-sites.tsv"));
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#') || line.starts_with("zone\t")) continue;
    std::istringstream cells(line);
    auto& row = rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, '\t');) row.push_back(cell == "-" ? "" : cell);
  }
  return rows;
}

std::string ErrorText(const std::optional<std::uint32_t>& given) {
  if (!given) return {};
  const std::uint32_t error = *given;
  const std::uint8_t bytes[] = {static_cast<std::uint8_t>(error >> 24U), static_cast<std::uint8_t>(error >> 16U),
                                static_cast<std::uint8_t>(error >> 8U), static_cast<std::uint8_t>(error)};
  return IpAddress::FromBytes(bytes).ToString();
}

TEST(KnownZones, AreTheTableInContrib) {
  const auto table = TableOfPeople();
  const auto known = KnownZones();
  ASSERT_EQ(table.size(), known.size());
  for (std::size_t i = 0; i < known.size(); ++i) {
    ASSERT_EQ(table[i].size(), 6U) << table[i].front();
    EXPECT_EQ(table[i][0], known[i].zone);
    EXPECT_EQ(table[i][1], ErrorText(known[i].error)) << known[i].zone;
    EXPECT_EQ(table[i][2], known[i].must) << known[i].zone;
    EXPECT_EQ(table[i][3], known[i].must_not) << known[i].zone;
    EXPECT_EQ(table[i][4], known[i].has_ipv6 ? "test" : "no") << known[i].zone;
  }
}

TEST(GoneZones, AreFoundWithAllBelow) {
  EXPECT_TRUE(FindGoneZone("sorbs.net"));
  EXPECT_TRUE(FindGoneZone("web.dnsbl.sorbs.net"));
  EXPECT_FALSE(FindGoneZone("notsorbs.net"));
  EXPECT_FALSE(FindGoneZone("zen.spamhaus.org"));
  EXPECT_EQ(FindGoneZone("cbl.abuseat.org")->instead, "zen.spamhaus.org");
}

TEST(GoneZones, NoneIsReplacedByOneThatIsGone) {
  for (const char* zone : {"sorbs.net", "cbl.abuseat.org", "sbl-xbl.spamhaus.org", "spamrbl.imp.ch", "wormrbl.imp.ch",
                           "njabl.org", "dsbl.org", "relays.ordb.org", "opm.blitzed.org"}) {
    const GoneZone* gone = FindGoneZone(zone);
    ASSERT_TRUE(gone) << zone;
    ASSERT_TRUE(gone->instead) << zone;
    EXPECT_FALSE(FindGoneZone(*gone->instead)) << zone;
  }
}

// A collection made from the configurations of other mail filters.
TEST(GoneZones, AreThoseThatAreKnownElsewhere) {
  std::ifstream file(support::InSource("tests/data/dns_lists.tsv"));
  int gone = 0, alive = 0;
  std::string line;
  std::getline(file, line);  // the names of the columns
  while (std::getline(file, line)) {
    const std::string zone = line.substr(0, line.find('\t'));
    const std::string status = line.substr(zone.size() + 1);
    const bool is_gone = status.starts_with("DEAD") || status.starts_with("merged") || status.starts_with("renamed") ||
                         status.starts_with("legacy");
    EXPECT_EQ(FindGoneZone(zone) != nullptr, is_gone) << zone << ": " << status;
    (is_gone ? gone : alive) += 1;
  }
  EXPECT_GT(gone, 50);
  EXPECT_GT(alive, 60);
}

TEST(Removal, IsKnownForTheListsOfTheReadySet) {
  for (const char* list : {"zen.spamhaus.org", "bl.spamcop.net", "psbl.surriel.com", "bl.mailspike.net",
                           "b.barracudacentral.org", "dbl.spamhaus.org", "multi.surbl.org", "multi.uribl.com"}) {
    EXPECT_TRUE(RemovalPage(list).value_or("").starts_with("https://")) << list;
  }
  EXPECT_EQ(RemovalPage("notspamhaus.org"), std::nullopt);
  EXPECT_EQ(RemovalPage(""), std::nullopt);
}

}  // namespace rules::known_zones_test
