#include "rules/client/dynamic_name.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <vector>

#include "rules/values/dns_name.h"
#include "tests/support/slow.h"
#include "tests/support/source_directory.h"

namespace rules::dynamic_name_test {

struct Case {
  const char* name;
  const char* address;
  std::string host;
  NameClass want;
};

class DynamicNameTest : public testing::TestWithParam<Case> {};

TEST_P(DynamicNameTest, IsClassedByWhatItSays) {
  const auto [name, address, host, want] = GetParam();
  const NameVerdict got = ClassifyName(host, *IpAddress::Parse(address));
  EXPECT_STREQ(Name(got.name_class), Name(want)) << host << ": " << got.rule << " " << got.weight;
  EXPECT_FALSE(got.rule.empty());
}

constexpr auto kPlain = NameClass::kPlain;
constexpr auto kMail = NameClass::kMail;
constexpr auto kCloud = NameClass::kCloud;
constexpr auto kDynamic = NameClass::kDynamic;

INSTANTIATE_TEST_SUITE_P(
    Lines, DynamicNameTest,
    testing::Values(Case{"address", "123.123.123.123", "123-123-123-123.xxx.example", kDynamic},
                    Case{"address_with_dots", "123.123.123.123", "123.123.123.123.xxx.example", kDynamic},
                    Case{"adsl", "123.123.123.123", "123-123-123-123.adsl.xxx.example", kDynamic},
                    Case{"dhcp", "123.123.123.123", "123-123-123-123.dhcp.xxx.example", kDynamic},
                    Case{"dhcp_without_the_address", "192.0.2.1", "client7.dhcp.xxx.example", kDynamic},
                    Case{"hexadecimal", "84.193.38.21", "d54c12615.access.provider.example", kDynamic},
                    Case{"last_two", "92.251.34.228", "c34-228.i07-9.provider.example", kDynamic},
                    Case{"hardware_address", "192.0.2.1", "s0106a84e3fe4b223.cg.provider.example", kDynamic},
                    Case{"random_text", "2001:db8::1", "n5yl1w0nq70r2v9rah5-1.v6.provider-mobile.example", kDynamic},
                    Case{"mobile", "192.0.2.1", "public-gprs411161.provider.example", kDynamic},
                    Case{"translation", "192.0.2.1", "nat-pool-b.company.example", kDynamic},
                    Case{"host_and_last_octet", "192.0.2.194", "host194.company.example", kDynamic},
                    Case{"french", "192.0.2.9", "lfbn-1-7591-179.w90-126.abo.provider.example", kDynamic},
                    Case{"mail_word_does_not_hide_an_access_line", "192.0.2.77",
                         "mail-192-0-2-77.dynamic.provider.example", kDynamic},
                    Case{"static_line_with_the_address", "192.0.2.77", "static-192-0-2-77.provider.example", kDynamic},
                    Case{"two_octets_as_one_number", "198.51.215.227", "f215227.upc-f.provider.example", kDynamic},
                    Case{"two_octets_turned_round", "198.51.215.227", "f227215.upc-f.provider.example", kDynamic},
                    Case{"two_octets_in_hexadecimal", "198.51.75.170", "x4baa.x.provider.example", kDynamic},
                    Case{"padded_in_part", "119.237.89.33", "n11923789033.provider.example", kDynamic},
                    Case{"padded_in_part_turned_round", "119.237.89.33", "n03389237119.provider.example", kDynamic},
                    Case{"one_number_of_32_bits", "192.0.2.235", "ip-3221226219.provider.example", kDynamic},
                    Case{"three_octets_in_hexadecimal", "84.193.38.21", "hc12615.cust.provider.example", kDynamic},
                    Case{"a_count_of_lines", "192.0.2.9", "ftp006315900.acc1.town.provider.example", kDynamic},
                    Case{"gateway_of_a_building", "192.0.2.9", "gw20-pha-stl-mmo-2.provider.example", kDynamic},
                    Case{"leased_line", "192.0.2.77", "192-0-2-77.ll.provider.example", kPlain}),
    [](const auto& row) { return row.param.name; });

// What the six general S25R rules get wrong today.
INSTANTIATE_TEST_SUITE_P(
    Farms, DynamicNameTest,
    testing::Values(Case{"google", "209.85.128.45", "mail-wm1-f45.google.com", kMail},
                    Case{"google_v6", "2a00:1450:4864:20::62b", "mail-ej1-x62b.google.com", kMail},
                    Case{"outlook", "40.107.1.51", "mail-eopbgr10051.outbound.protection.outlook.com", kMail},
                    Case{"outlook_db5", "40.107.5.44", "mail-db5eur01on0044.outbound.protection.outlook.com", kMail},
                    Case{"amazon_ses", "54.240.27.143", "a27-143.smtp-out.us-west-2.amazonses.com", kMail},
                    Case{"mandrill", "198.2.133.25", "mail133-25.atl131.mandrillapp.com", kMail},
                    Case{"sparkpost", "147.253.68.12", "mta-68-12-205.sparkpostmail.com", kMail},
                    Case{"proofpoint", "67.231.145.42", "mx0a-00082601.pphosted.com", kMail},
                    Case{"facebook", "66.220.155.139", "66-220-155-139.mail-mail.facebook.com", kMail},
                    Case{"yahoo", "66.163.188.146", "sonic303-20.consmr.mail.ne1.yahoo.com", kMail},
                    Case{"apple", "17.58.23.1", "p-east1-cluster1-host8-snip4-9.eps.apple.com", kPlain},
                    Case{"github", "192.30.252.195", "out-12.smtp.github.com", kMail},
                    Case{"numbered_mail_hosts", "198.51.131.177", "m131-177.yeah.example", kPlain},
                    Case{"numbered_mail_hosts_as_a_word", "206.46.173.15", "vms173015pub.provider.example", kPlain},
                    Case{"mailbox", "80.241.56.151", "mout-p-101.mailbox.org", kMail},
                    Case{"mailgun", "159.135.228.5", "m228-5.mailgun.net", kMail},
                    Case{"aliyun", "115.124.20.63", "out20-63.mail.aliyun.com", kMail}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Hosts, DynamicNameTest,
    testing::Values(
        Case{"mail_host", "192.0.2.1", "mail.example.com", kMail}, Case{"domain", "192.0.2.1", "example.com", kPlain},
        Case{"named", "192.0.2.1", "caleb.ins.example.edu", kPlain},
        Case{"numbered", "192.0.2.84", "www5.example.com", kPlain},
        Case{"home_server", "192.0.2.1", "home.example.org", kPlain},
        Case{"short_name", "192.0.2.1", "localhost", kPlain},
        Case{"words_of_the_providers_own_name_say_nothing", "192.0.2.1", "anna.dynamic-cable.example", kPlain},
        Case{"registered_below_co_jp", "192.0.2.1", "dhcp.co.jp", kPlain},
        Case{"persons_name_like_a_word", "192.0.2.1", "nathan.example.org", kPlain},
        Case{"amazon_machine", "54.200.231.58", "ec2-54-200-231-58.us-west-2.compute.amazonaws.com", kCloud},
        Case{"google_machine", "34.125.176.30", "30.176.125.34.bc.googleusercontent.com", kCloud},
        Case{"ovh_machine", "51.68.45.201", "201.ip-51-68-45.eu", kCloud},
        Case{"strato_machine", "85.214.29.144", "h2730561.stratoserver.net", kCloud},
        Case{"mail_server_on_a_rented_machine", "51.68.45.201", "mail.ip-51-68-45.eu", kMail},
        Case{"vps_with_its_address", "192.0.2.77", "vps-192-0-2-77.hoster.example", kCloud}),
    [](const auto& row) { return row.param.name; });

TEST(DynamicName, AWordThatIsIgnoredSaysNothing) {
  const auto class_of = [](const char* host, std::vector<std::string> ignored) {
    return ClassifyName(host, *IpAddress::Parse("192.0.2.9"), ignored).name_class;
  };
  EXPECT_EQ(class_of("a.pool.partner.example", {}), kDynamic);
  EXPECT_EQ(class_of("a.pool.partner.example", {"bounce", "pool"}), kPlain);
  EXPECT_EQ(class_of("a.pool.partner.example", {"pools"}), kDynamic);
  EXPECT_EQ(class_of("a.adsl.partner.example", {"dsl"}), kPlain) << "one that counts within others";
  EXPECT_EQ(class_of("mail.partner.example", {"mail"}), kPlain);
  EXPECT_EQ(class_of("vps7.vps.ovh.net", {"vps"}), kCloud);
  EXPECT_EQ(class_of("vps7.vps.ovh.net", {"ovh.net", "vps"}), kPlain);
}

TEST(DynamicName, HostileNamesAreClassedToo) {
  const IpAddress addresses[] = {*IpAddress::Parse("0.0.0.0"), *IpAddress::Parse("::"), *IpAddress::Parse("1.1.1.1")};
  std::vector<std::string> names{
      "", ".", "a", "1", "-", ".a", "a.", "..", std::string(253, '0'), std::string(253, 'f'), std::string(253, '-')};
  std::string many;
  while (many.size() < 252) many += "1.";
  names.push_back(many + "a");
  names.push_back("\xff\x01\x00.\xc3\xbc.example");
  // Of the other family than the address that asks.
  names.push_back("2001-db8-0-0-0-0-0-1.dyn.isp.example");
  names.push_back("1-1-1-1.dyn.isp.example");
  constexpr int kRounds = 200;
  std::clock_t slowest = 0;
  for (const std::string& name : names) {
    for (const IpAddress& address : addresses) {
      const std::clock_t begin = std::clock();
      for (int round = 0; round < kRounds; ++round) EXPECT_FALSE(ClassifyName(name, address).rule.empty());
      slowest = std::max(slowest, std::clock() - begin);
    }
  }
  // The aim is 10 us with optimisation.  A bound that only a search of more than linear time breaks, on any machine.
  const double microseconds = 1e6 * static_cast<double>(slowest) / CLOCKS_PER_SEC / kRounds;
  std::cout << "MEASURED: " << microseconds << " us for the slowest hostile name\n";
  EXPECT_LT(microseconds, 1000 * support::kSlow);
}

// Host names of known role.  The figures are those the classifier was tuned to, so this guards against change; how it
// does on others is for a half that nobody saw.
struct Row {
  IpAddress client;
  std::string name;
  std::vector<std::string> columns;
};

std::vector<Row> ReadNames(const std::string& path) {
  std::vector<Row> rows;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::vector<std::string> columns;
    std::stringstream fields(line);
    for (std::string field; std::getline(fields, field, '\t');) columns.push_back(field);
    const auto client = IpAddress::Parse(columns[0]);
    const auto name = NormalizeHostName(columns[1]);
    if (client && name) rows.push_back({*client, *name, columns});
  }
  return rows;
}

struct Count {
  int rows = 0;
  int dynamic = 0;
  int cloud = 0;

  double share() const { return rows == 0 ? 0 : 100.0 * dynamic / rows; }
};

void Add(Count& count, const Row& row) {
  const NameClass got = ClassifyName(row.name, row.client).name_class;
  ++count.rows;
  count.dynamic += got == NameClass::kDynamic ? 1 : 0;
  count.cloud += got == NameClass::kCloud ? 1 : 0;
}

void Print(const std::map<std::string, Count>& counts) {
  for (const auto& [group, count] : counts) {
    std::cout << group << ": " << count.dynamic << " of " << count.rows << " dynamic (" << count.share() << " %), "
              << count.cloud << " cloud\n";
  }
}

const std::string kData = support::InSource("../shared/data/rdns/");

TEST(DynamicName, AgreesWithNamesClassedByEye) {
  const std::vector<Row> rows = ReadNames(kData + "gold.tsv");
  if (rows.empty()) {
    std::cout << "SKIPPED LOUDLY: " << kData << "gold.tsv is not there\n";
    GTEST_SKIP() << "gold.tsv is not there";
  }
  std::map<std::string, Count> counts;
  for (const Row& row : rows) Add(counts[row.columns[2]], row);
  Print(counts);
  EXPECT_GE(counts["D"].dynamic, 42) << "end users' lines, of 44";
  EXPECT_EQ(counts["M"].dynamic, 0) << "named hosts";
  EXPECT_LE(counts["P"].dynamic, 1) << "numbered farms";
}

TEST(DynamicName, TellsLinesFromMailHosts) {
  const std::vector<Row> rows = ReadNames(kData + "names.tsv");
  if (rows.empty()) {
    std::cout << "SKIPPED LOUDLY: " << kData << "names.tsv is not there\n";
    GTEST_SKIP() << "names.tsv is not there";
  }
  std::map<std::string, Count> counts;
  std::map<std::string, int> of_organisation;
  for (const Row& row : rows) {
    const std::string group = row.columns[2] + "/" + row.columns[4] + "/" + row.columns[3];
    if (++of_organisation[group + " " + row.columns[9]] <= 3) Add(counts[group], row);
  }
  Print(counts);
  EXPECT_GE(counts["enduser/submission_hop/client"].share(), 80);
  EXPECT_LE(counts["mta/list_border_ham/-"].share(), 2);
}

}  // namespace rules::dynamic_name_test
