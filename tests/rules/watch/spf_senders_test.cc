#include "rules/watch/spf_senders.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rules::spf_senders_test {

DnsQuestion Of(const char* name, RecordType type) {
  return {.name = name, .type = type};
}

WatchAnswer Says(const char* text) {
  return {.state = Fact::State::kPresent, .texts = {.whole = {text}, .begun = {}}};
}

WatchAnswer Has(const std::vector<const char*>& addresses) {
  WatchAnswer answer{.state = Fact::State::kPresent};
  for (const char* text : addresses) answer.addresses.push_back(*IpAddress::Parse(text));
  return answer;
}

// What DNS has beside the record of example.com; all else is not there.
WatchAnswers World() {
  return {{Of("example.com", RecordType::kA), Has({"192.0.2.80"})},
          {Of("example.com", RecordType::kMx),
           {.state = Fact::State::kPresent, .mail_hosts = {{10, "mx1.example.com"}, {20, "mx2.example.com"}}}},
          {Of("mx1.example.com", RecordType::kA), Has({"192.0.2.1"})},
          {Of("mx1.example.com", RecordType::kAaaa), Has({"2001:db8::1"})},
          {Of("mx2.example.com", RecordType::kA), Has({"192.0.2.2"})},
          {Of("_spf.example.com", RecordType::kTxt), Says("v=spf1 ip4:198.51.100.5 ~all")},
          {Of("provider.example", RecordType::kTxt), Says("v=spf1 ip4:203.0.113.9 ~all")}};
}

struct Case {
  const char* name;
  const char* record;
  std::vector<std::string> want;  // "192.0.2.1 example.com mx"
};

class SpfSendersTest : public testing::TestWithParam<Case> {};

TEST_P(SpfSendersTest, FindsSingleAddresses) {
  WatchAnswers answers;
  WatchAnswers world = World();
  world[Of("example.com", RecordType::kTxt)] = Says(GetParam().record);
  SpfSenders found;
  for (int round = 0; round < 10; ++round) {
    found = FindSpfSenders("example.com", answers);
    if (found.open.empty()) break;
    for (const DnsQuestion& question : found.open) {
      EXPECT_FALSE(answers.contains(question)) << question.name << " is asked twice";
      const auto known = world.find(question);
      answers[question] = known == world.end() ? WatchAnswer{.state = Fact::State::kAbsent} : known->second;
    }
  }
  EXPECT_TRUE(found.open.empty()) << "it asks for ever";
  std::vector<std::string> got;
  for (const SpfSender& one : found.senders) {
    got.push_back(one.address.ToString() + " " + one.domain + " " + one.term);
  }
  EXPECT_EQ(got, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Watch, SpfSendersTest,
    testing::Values(
        Case{"addresses",
             "v=spf1 ip4:192.0.2.7 ip6:2001:db8::7 ip4:192.0.2.8/32 -all",
             {"192.0.2.7 example.com ip4:192.0.2.7", "2001:db8::7 example.com ip6:2001:db8::7",
              "192.0.2.8 example.com ip4:192.0.2.8/32"}},
        Case{"no_networks", "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/64 a/24 mx/28//64 -all", {}},
        Case{"of_one_family", "v=spf1 mx/24 -all", {"2001:db8::1 example.com mx/24"}},
        Case{"a",
             "v=spf1 a a:mx2.example.com -all",
             {"192.0.2.80 example.com a", "192.0.2.2 example.com a:mx2.example.com"}},
        Case{"mx",
             "v=spf1 mx -all",
             {"192.0.2.1 example.com mx", "2001:db8::1 example.com mx", "192.0.2.2 example.com mx"}},
        Case{"what_it_lets_pass_alone",
             "v=spf1 -ip4:192.0.2.7 ~a ?mx ip4:192.0.2.8 -all",
             {"192.0.2.8 example.com ip4:192.0.2.8"}},
        Case{"what_stands_before_all", "v=spf1 -all ip4:192.0.2.7", {}},
        Case{"own_includes",
             "v=spf1 include:_spf.example.com include:provider.example -all",
             {"198.51.100.5 _spf.example.com ip4:198.51.100.5"}},
        Case{"own_redirect", "v=spf1 redirect=_spf.example.com", {"198.51.100.5 _spf.example.com ip4:198.51.100.5"}},
        Case{"a_redirect_elsewhere", "v=spf1 redirect=provider.example", {}},
        Case{"itself", "v=spf1 include:example.com ip4:192.0.2.7 -all", {"192.0.2.7 example.com ip4:192.0.2.7"}},
        Case{"no_macros", "v=spf1 a:%{i}.example.com exists:%{i}.example.com include:%{d} -all", {}},
        Case{"a_broken_record", "v=spf1 ip4:192.0.2.7 ip4:nonsense -all", {}}),
    [](const auto& row) { return row.param.name; });

// What a macro stands for is known only with a mail.
TEST(SpfSenders, AreNotLookedForBehindMacros) {
  for (const char* record :
       {"v=spf1 a:%{i}.example.com include:%{d} mx:%{d} exists:%{i}.example.com", "v=spf1 redirect=%{d}"}) {
    EXPECT_TRUE(FindSpfSenders("example.com", {{Of("example.com", RecordType::kTxt), Says(record)}}).open.empty())
        << record;
  }
}

// Whoever writes the record does not choose how much is asked.
TEST(SpfSenders, AreLookedForWithinLimits) {
  std::string addresses = "v=spf1", includes = "v=spf1";
  for (int i = 1; i <= 70; ++i) addresses += " ip4:192.0.2." + std::to_string(i);
  for (int i = 1; i <= 20; ++i) includes += " include:" + std::to_string(i) + ".example.com";
  const auto found_by = [](const std::string& record) {
    return FindSpfSenders("example.com", {{Of("example.com", RecordType::kTxt), Says(record.c_str())}});
  };
  EXPECT_EQ(found_by(addresses).senders.size(), kMostSpfSenders);
  EXPECT_EQ(found_by(includes).open.size(), 9U) << "ten records with its own";

  WatchAnswer hosts{.state = Fact::State::kPresent};
  for (unsigned i = 1; i <= 20; ++i) hosts.mail_hosts.push_back({10, std::to_string(i) + ".example.com"});
  const SpfSenders of_hosts = FindSpfSenders("example.com", {{Of("example.com", RecordType::kTxt), Says("v=spf1 mx")},
                                                             {Of("example.com", RecordType::kMx), hosts}});
  EXPECT_EQ(of_hosts.open.size(), 20U) << "A and AAAA of ten names";
}

}  // namespace rules::spf_senders_test
