#include "rules/watch/watch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "rules/watch/watched_lists.h"

namespace rules::watch_test {

using State = WatchFinding::State;

WatchAnswer Has(const std::vector<const char*>& addresses) {
  WatchAnswer answer{.state = Fact::State::kPresent};
  for (const char* text : addresses) answer.addresses.push_back(*IpAddress::Parse(text));
  return answer;
}

WatchAnswer Names(HostNames names) {
  return {.state = Fact::State::kPresent, .names = std::move(names)};
}

WatchAnswer Says(const std::string& text) {
  return {.state = Fact::State::kPresent, .texts = {.whole = {text}, .begun = {}}};
}

WatchAnswer TakesMail(MailHosts hosts) {
  return {.state = Fact::State::kPresent, .mail_hosts = std::move(hosts)};
}

const WatchAnswer kAbsent{.state = Fact::State::kAbsent};
const WatchAnswer kNoAnswer{};

// What DNS says, by "name type"; of all else that it is not there.
using World = std::map<std::string, WatchAnswer>;

// A world in which all is well.
World Well() {
  return {{"1.2.0.192.in-addr.arpa PTR", Names({"mail.example.com"})},
          {"mail.example.com A", Has({"192.0.2.1"})},
          {"2.0.0.127.bl.example A", Has({"127.0.0.2"})}};
}

World With(std::vector<std::pair<std::string, WatchAnswer>> changes) {
  World world = Well();
  for (auto& [key, answer] : changes) world[key] = std::move(answer);
  return world;
}

WatchPlan Plan() {
  return {.addresses = {*IpAddress::Parse("192.0.2.1")},
          .domains = {},
          .lists = {{.zone = "bl.example", .shown = "bl.example"}},
          .helo = "mail.example.com"};
}

std::string KeyOf(const DnsQuestion& question) {
  const char* types[] = {"A", "AAAA", "PTR", "TXT", "MX", "TLSA"};
  return question.name + " " + types[static_cast<std::size_t>(question.type)];
}

// Asks until nothing is open; `asked` gets every question.
std::vector<WatchFinding> LookIn(const World& world, const WatchPlan& plan, std::vector<std::string>* asked = nullptr) {
  WatchAnswers answers;
  for (int round = 0; round < 10; ++round) {
    const WatchView view = ViewWatch(plan, answers);
    if (view.open.empty()) return view.findings;
    for (const DnsQuestion& question : view.open) {
      EXPECT_FALSE(answers.contains(question)) << KeyOf(question) << " is asked twice";
      const auto found = world.find(KeyOf(question));
      answers[question] = found == world.end() ? kAbsent : found->second;
      if (asked) asked->push_back(KeyOf(question));
    }
  }
  ADD_FAILURE() << "it asks for ever";
  return {};
}

std::string StateOf(const std::vector<WatchFinding>& findings, WatchCheck check) {
  const auto found = std::ranges::find(findings, check, &WatchFinding::check);
  if (found == findings.end()) return "none";
  const char* states[] = {"well", "problem", "unknown"};
  return states[static_cast<std::size_t>(found->state)];
}

struct Case {
  const char* name;
  World world;
  std::string list, ptr, forward, helo;
};

class WatchTest : public testing::TestWithParam<Case> {};

TEST_P(WatchTest, FindsWhatIsWrong) {
  const auto findings = LookIn(GetParam().world, Plan());
  EXPECT_EQ(StateOf(findings, WatchCheck::kList), GetParam().list);
  EXPECT_EQ(StateOf(findings, WatchCheck::kPtr), GetParam().ptr);
  EXPECT_EQ(StateOf(findings, WatchCheck::kForward), GetParam().forward);
  EXPECT_EQ(StateOf(findings, WatchCheck::kHelo), GetParam().helo);
}

INSTANTIATE_TEST_SUITE_P(
    Watch, WatchTest,
    testing::Values(
        Case{"all_is_well", Well(), "well", "well", "well", "well"},
        Case{"listed", With({{"1.2.0.192.bl.example A", Has({"127.0.0.4"})}}), "problem", "well", "well", "well"},
        // An error is not a listing, nor is one taken back by it.
        Case{"you_may_not_ask", With({{"1.2.0.192.bl.example A", Has({"127.255.255.254"})}}), "unknown", "well", "well",
             "well"},
        Case{"the_list_does_not_answer", With({{"1.2.0.192.bl.example A", kNoAnswer}}), "unknown", "well", "well",
             "well"},
        Case{"the_list_is_gone", With({{"2.0.0.127.bl.example A", kAbsent}}), "unknown", "well", "well", "well"},
        Case{"the_list_names_the_world",
             With({{"1.0.0.127.bl.example A", Has({"127.0.0.2"})}, {"1.2.0.192.bl.example A", Has({"127.0.0.2"})}}),
             "unknown", "well", "well", "well"},
        Case{"no_ptr", With({{"1.2.0.192.in-addr.arpa PTR", kAbsent}}), "well", "problem", "none", "well"},
        Case{"the_reverse_zone_does_not_answer", With({{"1.2.0.192.in-addr.arpa PTR", kNoAnswer}}), "well", "unknown",
             "none", "well"},
        Case{"the_name_leads_elsewhere", With({{"mail.example.com A", Has({"192.0.2.9"})}}), "well", "well", "problem",
             "problem"},
        Case{"the_name_does_not_answer", With({{"mail.example.com A", kNoAnswer}}), "well", "well", "unknown",
             "unknown"},
        Case{"one_of_two_names_holds",
             With({{"1.2.0.192.in-addr.arpa PTR", Names({"gone.example.com", "mail.example.com"})}}), "well", "well",
             "well", "well"}),
    [](const auto& row) { return row.param.name; });

// What a list says of us means nothing before it has shown that it works.
TEST(Watch, AsksAListForItsTestPointsFirst) {
  std::vector<std::string> asked;
  LookIn(With({{"2.0.0.127.bl.example A", kAbsent}}), Plan(), &asked);
  EXPECT_TRUE(std::ranges::find(asked, "2.0.0.127.bl.example A") != asked.end());
  EXPECT_TRUE(std::ranges::find(asked, "1.2.0.192.bl.example A") == asked.end());
}

TEST(Watch, KeepsWhatAListSays) {
  const std::string key = "1.2.0.192.bl.example";
  const auto says = [&](const WatchAnswer& texts) {
    const auto findings = LookIn(With({{key + " A", Has({"127.0.0.4"})}, {key + " TXT", texts}}), Plan());
    const auto found = std::ranges::find(findings, WatchCheck::kList, &WatchFinding::check);
    return found->state == State::kProblem ? found->says : "no listing";
  };
  EXPECT_EQ(says(Says("see https://bl.example/?192.0.2.1")), "see https://bl.example/?192.0.2.1");
  EXPECT_EQ(says({.state = Fact::State::kPresent, .texts = {.whole = {"one", "two"}, .begun = {}}}), "one; two");
  EXPECT_EQ(says(Says(std::string(4000, 'a'))), std::string(kMostListSays, 'a'));
  // It is listed, whether or not the list says why.
  EXPECT_EQ(says(kAbsent), "");
  EXPECT_EQ(says(kNoAnswer), "");

  std::vector<std::string> asked;
  LookIn(Well(), Plan(), &asked);
  EXPECT_TRUE(std::ranges::find(asked, key + " TXT") == asked.end()) << "of one that is not listed nothing is said";
}

TEST(Watch, AsksOnlyListsOfTheFamily) {
  WatchPlan plan{.addresses = {*IpAddress::Parse("2001:db8::1")},
                 .domains = {"example.com"},
                 .lists = {{.zone = "v4.example", .shown = "v4.example"},
                           {.zone = "v6.example", .shown = "v6.example", .has_ipv6 = true},
                           {.zone = "names.example", .shown = "names.example", .has_ipv4 = false, .has_names = true}},
                 .helo = {}};
  std::string mapped;
  for (const char* label : {"2", "0", "0", "0", "0", "0", "f", "7", "f", "f", "f", "f"})
    mapped += std::string(label) + ".";
  for (int i = 0; i < 20; ++i) mapped += "0.";
  const World world{{mapped + "v6.example A", Has({"127.0.0.2"})},
                    {"test.names.example A", Has({"127.0.0.2"})},
                    {"example.com.names.example A", Has({"127.0.1.2"})}};
  const auto findings = LookIn(world, plan);
  std::vector<std::string> lists;
  for (const WatchFinding& one : findings) {
    if (one.check == WatchCheck::kList) lists.push_back(one.subject + " " + one.list + " " + one.detail);
  }
  EXPECT_EQ(lists, (std::vector<std::string>{"2001:db8::1 v6.example ", "example.com names.example 127.0.1.2"}));
}

// The domain example.com, from which 192.0.2.1 and 2001:db8::1 send.
struct DomainCase {
  const char* name;
  std::vector<std::pair<std::string, WatchAnswer>> changes;
  std::string spf, dmarc, mx;
  std::string detail{};  // of the one problem
};

class WatchDomainTest : public testing::TestWithParam<DomainCase> {};

WatchPlan DomainPlan() {
  return {.addresses = {*IpAddress::Parse("192.0.2.1"), *IpAddress::Parse("2001:db8::1")},
          .domains = {"example.com"},
          .lists = {},
          .helo = "mail.example.com"};
}

std::vector<WatchFinding> LookAtDomain(const std::vector<std::pair<std::string, WatchAnswer>>& changes,
                                       const WatchPlan& plan) {
  World world = With({{"example.com TXT", Says("v=spf1 mx ip6:2001:db8::1 -all")},
                      {"_dmarc.example.com TXT", Says("v=DMARC1; p=none; rua=mailto:dmarc@example.com")},
                      {"example.com MX", TakesMail({{10, "mail.example.com"}})}});
  for (const auto& [key, answer] : changes) world[key] = answer;
  return LookIn(world, plan);
}

TEST_P(WatchDomainTest, FindsWhatIsWrong) {
  const auto findings = LookAtDomain(GetParam().changes, DomainPlan());
  EXPECT_EQ(StateOf(findings, WatchCheck::kSpf), GetParam().spf);
  EXPECT_EQ(StateOf(findings, WatchCheck::kDmarc), GetParam().dmarc);
  EXPECT_EQ(StateOf(findings, WatchCheck::kMx), GetParam().mx);
  std::string details;
  for (const WatchFinding& one : findings) {
    if (one.subject == "example.com") details += one.detail;
  }
  EXPECT_EQ(details, GetParam().detail);
}

INSTANTIATE_TEST_SUITE_P(
    Watch, WatchDomainTest,
    testing::Values(
        DomainCase{"all_is_well", {}, "well", "well", "well"},
        DomainCase{"one_address_is_missing",
                   {{"example.com TXT", Says("v=spf1 mx ~all")}},
                   "problem",
                   "well",
                   "well",
                   "2001:db8::1: softfail"},
        DomainCase{
            "no_spf", {{"example.com TXT", kAbsent}}, "problem", "well", "well", "192.0.2.1: none, 2001:db8::1: none"},
        // A pass that anybody gets says nothing for us.
        DomainCase{"anybody_passes",
                   {{"example.com TXT", Says("v=spf1 ip4:192.0.2.1 +all")}},
                   "problem",
                   "well",
                   "well",
                   "2001:db8::1: pass for anybody"},
        DomainCase{"spf_is_broken",
                   {{"example.com TXT", Says("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 ip4:nonsense -all")}},
                   "problem",
                   "well",
                   "well",
                   "192.0.2.1: permerror, 2001:db8::1: permerror"},
        // An error is no fault of ours, but does not hide one.
        DomainCase{"spf_does_not_answer", {{"example.com TXT", kNoAnswer}}, "unknown", "well", "well"},
        DomainCase{"an_include_does_not_answer",
                   {{"example.com TXT", Says("v=spf1 ip4:192.0.2.1 include:sent.example -all")},
                    {"sent.example TXT", kNoAnswer}},
                   "unknown",
                   "well",
                   "well"},
        DomainCase{"no_dmarc", {{"_dmarc.example.com TXT", kAbsent}}, "well", "problem", "well", "no record"},
        DomainCase{"dmarc_of_above",
                   {{"_dmarc.example.com TXT", kAbsent}, {"_dmarc.com TXT", Says("v=DMARC1; p=reject; psd=y")}},
                   "well",
                   "well",
                   "well"},
        DomainCase{"dmarc_above_does_not_answer",
                   {{"_dmarc.example.com TXT", kAbsent}, {"_dmarc.com TXT", kNoAnswer}},
                   "well",
                   "unknown",
                   "well"},
        DomainCase{"dmarc_is_wrong",
                   {{"_dmarc.example.com TXT", Says("v=DMARC1; p=rejekt; rua=mailto:dmarc@example.com")}},
                   "well",
                   "problem",
                   "well",
                   "_dmarc.example.com: wrong p"},
        DomainCase{"mx_has_no_address",
                   {{"example.com MX", TakesMail({{10, "mail.example.com"}, {20, "gone.example.com"}})}},
                   "well",
                   "well",
                   "problem",
                   "gone.example.com: no address"},
        DomainCase{"mx_is_an_alias",
                   {{"example.com MX", TakesMail({{10, "mail.example.com"}, {20, "alias.example.com"}})},
                    {"alias.example.com A",
                     {.state = Fact::State::kPresent, .addresses = Has({"192.0.2.1"}).addresses, .is_alias = true}}},
                   "well",
                   "well",
                   "problem",
                   "alias.example.com: CNAME"},
        DomainCase{"mx_is_an_address",
                   {{"example.com MX", TakesMail({{10, "mail.example.com"}, {20, "192.0.2.1"}})}},
                   "well",
                   "well",
                   "problem",
                   "192.0.2.1: no host name"},
        DomainCase{"mx_host_does_not_answer",
                   {{"example.com MX", TakesMail({{10, "mail.example.com"}, {20, "slow.example.com"}})},
                    {"slow.example.com A", kNoAnswer}},
                   "well",
                   "well",
                   "unknown"},
        DomainCase{"mx_takes_nothing",
                   {{"example.com MX", TakesMail({{0, ""}})},
                    {"example.com TXT", Says("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all")}},
                   "well",
                   "well",
                   "problem",
                   "null MX"},
        DomainCase{
            "mx_does_not_answer",
            {{"example.com MX", kNoAnswer}, {"example.com TXT", Says("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all")}},
            "well",
            "well",
            "unknown"},
        DomainCase{"domain_takes_its_mail_itself",
                   {{"example.com MX", kAbsent},
                    {"example.com A", Has({"192.0.2.1"})},
                    {"example.com TXT", Says("v=spf1 a ip6:2001:db8::1 -all")}},
                   "well",
                   "well",
                   "well"},
        DomainCase{
            "nobody_takes_its_mail",
            {{"example.com MX", kAbsent}, {"example.com TXT", Says("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all")}},
            "well",
            "well",
            "problem",
            "example.com: no address"}),
    [](const auto& row) { return row.param.name; });

TEST(Watch, WantsAnSpfRecordOfADomainWithoutAddresses) {
  WatchPlan plan = DomainPlan();
  plan.addresses.clear();
  EXPECT_EQ(StateOf(LookAtDomain({}, plan), WatchCheck::kSpf), "well");
  EXPECT_EQ(StateOf(LookAtDomain({{"example.com TXT", kAbsent}}, plan), WatchCheck::kSpf), "problem");
  EXPECT_EQ(StateOf(LookAtDomain({{"example.com TXT", Says("v=spf1 nonsense")}}, plan), WatchCheck::kSpf), "problem");
  EXPECT_EQ(StateOf(LookAtDomain({{"example.com TXT", kNoAnswer}}, plan), WatchCheck::kSpf), "unknown");
}

TEST(WatchedLists, AreEachThereOnceAndAskedUnbiddenOnlyWhereThatIsFree) {
  std::vector<std::string> zones;
  std::size_t asked = 0;
  for (const WatchedList& list : WatchedLists()) {
    zones.emplace_back(list.zone);
    asked += list.is_asked ? 1 : 0;
  }
  EXPECT_GE(asked, 20U);
  std::ranges::sort(zones);
  EXPECT_TRUE(std::ranges::adjacent_find(zones) == zones.end());
  for (const char* zone : {"dnsbl-2.uceprotect.net", "b.barracudacentral.org", "ips.backscatterer.org"}) {
    ASSERT_TRUE(FindWatchedList(zone)) << zone;
    EXPECT_FALSE(FindWatchedList(zone)->is_asked) << zone;
  }
  EXPECT_EQ(FindWatchedList("nobody.example"), nullptr);
}

}  // namespace rules::watch_test
