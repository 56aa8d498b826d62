// Test cases of other mail filters (tests/data): all hold here, or are listed with the reason.
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

#include "policyd/admin/measure/recorded_answers.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"
#include "rules/client/address_in_name.h"
#include "rules/client/dynamic_name.h"
#include "rules/client/reverse_dns.h"
#include "rules/values/dns_name.h"
#include "rules/zones/zone.h"
#include "tests/support/rule_words.h"
#include "tests/support/source_directory.h"

namespace policyd::dns::third_party_suites_test {

using Array = std::vector<runtime::Json>;

// The document, or null where the file is not there.
runtime::Json ReadSuite(const std::string& path) {
  std::ifstream file(support::InSource(path));
  if (!file) {
    ADD_FAILURE() << path << " is not there";
    return {};
  }
  std::stringstream text;
  text << file.rdbuf();
  auto document = runtime::Json::Parse(text.str());
  EXPECT_TRUE(document) << path;
  return document ? *std::move(document) : runtime::Json();
}

bool IsNull(const runtime::Json& json) {
  return std::holds_alternative<std::nullptr_t>(json.value());
}

Array Items(const runtime::Json* json) {
  const Array* items = json ? std::get_if<Array>(&json->value()) : nullptr;
  return items ? *items : Array();
}

std::string Text(const runtime::Json* json) {
  const std::string* text = json ? std::get_if<std::string>(&json->value()) : nullptr;
  return text ? *text : std::string();
}

bool IsTrue(const runtime::Json* json) {
  const bool* value = json ? std::get_if<bool>(&json->value()) : nullptr;
  return value && *value;
}

rules::Zone Watched(const std::string& entry) {
  return rules::ParseZones(std::vector<std::string>{entry}, {}, 0)->front();
}

TEST(Haraka, NamesThatHoldTheAddress) {
  const std::map<std::string, std::string> otherwise = {
      {"mail1and2.example",
       "two octets of the front are not the client's own address: any mail server may be so named"}};
  const runtime::Json suite = ReadSuite("tests/data/haraka_names.json");
  ASSERT_FALSE(IsNull(suite));
  int cases = 0;
  for (const runtime::Json& row : Items(suite.Find("rdns"))) {
    if (!row.Find("ip_in_name")) continue;
    const std::string name = Text(row.Find("name"));
    const bool found =
        rules::FindAddressInName(name, *rules::IpAddress::Parse(Text(row.Find("ip")))) != rules::AddressInName::kNone;
    EXPECT_EQ(found != otherwise.contains(name), IsTrue(row.Find("ip_in_name"))) << name;
    ++cases;
  }
  EXPECT_EQ(cases, 9);
}

TEST(Haraka, NamesThatAreGeneric) {
  const std::map<std::string, std::string> otherwise = {
      {"c-76-121-96-159.business.wa.comcast.net",
       "a business line, but nobody named a mail server so: greylisted once"}};
  const runtime::Json suite = ReadSuite("tests/data/haraka_names.json");
  ASSERT_FALSE(IsNull(suite));
  int cases = 0;
  for (const runtime::Json& row : Items(suite.Find("rdns"))) {
    if (!row.Find("generic_rdns")) continue;
    const auto name = rules::NormalizeHostName(Text(row.Find("name")));
    const auto client = rules::IpAddress::Parse(Text(row.Find("ip")));
    // An address is no host name: the resolver never hands one on.
    const bool is_address = name && rules::IpAddress::Parse(*name);
    const bool is_generic =
        name && !is_address && rules::ClassifyName(*name, *client).name_class == rules::NameClass::kDynamic;
    EXPECT_EQ(is_generic != otherwise.contains(Text(row.Find("name"))), IsTrue(row.Find("generic_rdns")))
        << Text(row.Find("name"));
    ++cases;
  }
  EXPECT_EQ(cases, 7);
}

TEST(Haraka, ForwardConfirmation) {
  const runtime::Json suite = ReadSuite("tests/data/haraka_names.json");
  ASSERT_FALSE(IsNull(suite));
  int cases = 0;
  for (const runtime::Json& row : Items(suite.Find("fcrdns"))) {
    rules::Addresses addresses;
    for (const runtime::Json& address : Items(row.Find("forward")))
      addresses.push_back(*rules::IpAddress::Parse(Text(&address)));
    rules::Facts facts;
    facts.Add(rules::Question::Ptr(), support::Present(rules::HostNames{"mail.example"}));
    facts.Add(rules::Question::Forward("mail.example"),
              addresses.empty() ? support::Absent() : support::Present(addresses));
    const auto view = rules::ViewReverseDns(*rules::IpAddress::Parse(Text(row.Find("ip"))), facts);
    // "same24" is Haraka's milder test; ours is the exact one.
    EXPECT_EQ(view.is_confirmed(), IsTrue(row.Find("exact"))) << row.Dump();
    ++cases;
  }
  EXPECT_EQ(cases, 4);
}

TEST(Postfix, ReplyPatterns) {
  const runtime::Json suite = ReadSuite("tests/data/dnsbl_reply_patterns.json");
  ASSERT_FALSE(IsNull(suite));
  int cases = 0;
  for (const runtime::Json& row : Items(suite.Find("cases"))) {
    const std::string pattern = Text(row.Find("pattern"));
    const auto filter = rules::ReplyFilter::Parse(pattern);
    EXPECT_EQ(filter.ok(), IsTrue(row.Find("valid"))) << pattern;
    ++cases;
    const auto* matches = std::get_if<std::vector<runtime::Json::Member>>(&row.Find("matches")->value());
    if (!filter || !matches) continue;
    for (const auto& [address, matched] : *matches) {
      EXPECT_EQ(filter->Matches(*rules::IpAddress::Parse(address)), IsTrue(&matched)) << pattern << " " << address;
    }
  }
  EXPECT_GT(cases, 20);
}

// The cases of one group of dnsbl_cases.json.
Array CasesOf(const runtime::Json& suite, std::string_view name) {
  for (const runtime::Json& group : Items(&suite)) {
    if (Text(group.Find("name")) == name) return Items(group.Find("cases"));
  }
  ADD_FAILURE() << "no group " << name;
  return {};
}

TEST(Lists, AnswersThatAreNoListings) {
  const runtime::Json suite = ReadSuite("tests/data/dnsbl_cases.json");
  ASSERT_FALSE(IsNull(suite));
  const std::map<std::string, std::string> otherwise = {
      {"127.0.0.1 any", "some lists mean it (hostkarma); the self-test finds those that list the world"},
      {"SERVFAIL/timeout/REFUSED any", "no answer at all: dns_reply_test and the fault scenarios"},
  };
  int cases = 0;
  for (const runtime::Json& row : CasesOf(suite, "answers that are not listings")) {
    std::string code = Text(row.Find("code"));
    std::string zone = Text(row.Find("zone"));
    if (otherwise.contains(code + " " + zone)) continue;
    zone = zone.substr(0, zone.find_first_of(", "));
    if (zone == "any") zone = "bl.example";
    if (zone.starts_with("*.")) zone = "zen" + zone.substr(1);
    if (code.starts_with("outside")) code = "203.0.113.7";
    const bool is_special = code.ends_with(".x");
    if (is_special) code.back() = '3';
    const auto answer = rules::IpAddress::Parse(code);
    ASSERT_TRUE(answer) << code;
    rules::Zone asked = Watched(zone + "*3");
    if (is_special) {
      // What the ready set makes of it.
      const auto ready = config::ParseConfig("contrib/dnsbl.toml", admin::DnsblToml());
      for (const auto& candidate : std::get<config::Config>(ready).policy->zones) {
        if (candidate.name == zone) asked = candidate;
      }
    }
    EXPECT_EQ(asked.PointsFor({*answer}), rules::Points{}) << zone << " " << code;
    EXPECT_FALSE(asked.Lists({*answer})) << zone << " " << code;
    ++cases;
  }
  EXPECT_EQ(cases, 8);
}

TEST(Lists, RspamdsRobotTests) {
  const runtime::Json suite = ReadSuite("tests/data/dnsbl_cases.json");
  ASSERT_FALSE(IsNull(suite));
  const runtime::Json* zones = nullptr;
  for (const runtime::Json& group : std::get<Array>(suite.value())) {
    if (Text(group.Find("name")).starts_with("rspamd")) zones = group.Find("zones");
  }
  ASSERT_TRUE(zones);
  const auto answers = [zones](const char* zone, const std::string& client) {
    rules::Addresses records;
    for (const runtime::Json& code : Items(zones->Find(zone)->Find(client))) {
      records.push_back(*rules::IpAddress::Parse(Text(&code)));
    }
    return records;
  };
  for (const runtime::Json& row : CasesOf(suite, "rspamd rbl functional")) {
    const std::string client = Text(row.Find("ip"));
    const rules::Points against = Watched("fake.rbl*3").PointsFor(answers("fake.rbl", client));
    const rules::Points favour = Watched("fake.wl*-8").PointsFor(answers("fake.wl", client));
    const bool is_listed = !answers("fake.rbl", client).empty();
    EXPECT_EQ(against, rules::Points{is_listed ? 30 : 0}) << client;  // once, however many records
    EXPECT_EQ(against + favour <= rules::Points{}, !is_listed || favour < rules::Points{}) << client;
    if (row.Find("codes")) {
      EXPECT_EQ(is_listed, !Items(row.Find("codes")).empty()) << client;
    }
  }
}

// By list, code and what it is called there; names are asked of the name lists in scenario name_lists.
TEST(Lists, MtpolicydsSpamhausFeature) {
  const runtime::Json suite = ReadSuite("tests/data/dnsbl_cases.json");
  ASSERT_FALSE(IsNull(suite));
  const auto zones = rules::ParseZones(
      std::vector<std::string>{"zen.spamhaus.org=127.0.0.[2..3]*1", "zen.spamhaus.org=127.0.0.[4..7]*2",
                               "zen.spamhaus.org=127.0.0.[10..11]*3"},
      {}, 0);
  const std::map<std::string, int> points = {{"SBL", 10}, {"XBL", 20}, {"PBL", 30}};
  int cases = 0;
  for (const runtime::Json& group : std::get<Array>(suite.value())) {
    if (!Text(group.Find("name")).starts_with("mtpolicyd")) continue;
    for (const runtime::Json& row : Items(group.Find("cases"))) {
      const auto wanted = points.find(Text(row.Find("verdict")));
      if (wanted == points.end()) continue;
      rules::Addresses answer;
      for (const runtime::Json& code :
           Items(group.Find("zones")->Find("zen.spamhaus.org")->Find(Text(row.Find("client_address"))))) {
        answer.push_back(*rules::IpAddress::Parse(Text(&code)));
      }
      EXPECT_EQ(zones->front().PointsFor(answer), rules::Points{wanted->second}) << row.Dump();
      ++cases;
    }
  }
  EXPECT_EQ(cases, 3);
}

}  // namespace policyd::dns::third_party_suites_test
