#include "policyd/admin/watch/watch.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "policyd/dns/watch/watch_round.h"
#include "rules/values/ascii.h"

namespace policyd::admin::watch_test {

std::vector<rules::IpAddress> Addresses(const std::vector<const char*>& texts) {
  std::vector<rules::IpAddress> addresses;
  for (const char* text : texts) addresses.push_back(*rules::IpAddress::Parse(text));
  return addresses;
}

// "192.0.2.7: interface, mynetworks"
std::vector<std::string> Lines(const WatchSuggestion& suggestion) {
  std::vector<std::string> lines;
  for (const auto& [address, sources] : suggestion.addresses) {
    lines.push_back(address.ToString() + ": " + rules::Joined(sources));
  }
  std::ranges::sort(lines);
  return lines;
}

rules::SpfSender Sender(const char* address, const std::string& term) {
  return {.address = *rules::IpAddress::Parse(address), .term = term, .domain = "example.com"};
}

TEST(Watch, SuggestsWhatTheWorldSees) {
  const auto interfaces = Addresses({"127.0.0.1", "192.0.2.7", "10.1.2.3", "fe80::1", "2001:db8::7"});
  WatchSuggestion suggestion = SuggestWatch(
      ReadPostconf("mynetworks = 127.0.0.0/8 [::1]/128 192.0.2.7, 198.51.100.9/32 198.51.100.0/24 172.16.0.1 "
                   "hash:/etc/x\nsmtp_bind_address = 203.0.113.4\nmydomain = Example.com\n"),
      interfaces);
  AddSpfSenders({Sender("192.0.2.7", "a"), Sender("192.0.2.7", "mx"), Sender("192.0.2.9", "ip4:192.0.2.9"),
                 Sender("10.1.2.3", "a")},
                suggestion);
  EXPECT_EQ(Lines(suggestion),
            (std::vector<std::string>{"192.0.2.7: interface, mynetworks, SPF of example.com: a, SPF of example.com: mx",
                                      "192.0.2.9: SPF of example.com: ip4:192.0.2.9", "198.51.100.9: mynetworks",
                                      "2001:db8::7: interface", "203.0.113.4: smtp_bind_address"}));
  EXPECT_EQ(suggestion.domains, std::vector<std::string>{"example.com"});
}

TEST(Watch, SuggestsNothingWhereThereIsNothing) {
  EXPECT_EQ(SuggestWatch({}, {}), WatchSuggestion());
  EXPECT_EQ(SuggestWatch(ReadPostconf("mydomain = localdomain\n"), {}), WatchSuggestion());
  EXPECT_EQ(ConfigLines({}), "[watch]\naddresses = []\ndomains = []\n");
}

// What a list writes is a stranger's text.
TEST(Watch, ShowsWhatAListSaysAndNothingThatItDoes) {
  const std::string says = "listed\x1b[31m \xe2\x80\xae \xff";
  const std::string found = ToJson(std::vector<rules::WatchFinding>{{.subject = "192.0.2.1",
                                                                     .list = "psbl.surriel.com",
                                                                     .state = rules::WatchFinding::State::kProblem,
                                                                     .says = says}})
                                .Dump();
  const std::string kept = ToJson(WatchStatus{.addresses = {},
                                              .domains = {},
                                              .last = {},
                                              .now = {{.subject = "192.0.2.1",
                                                       .check = rules::WatchCheck::kList,
                                                       .list = "psbl.surriel.com",
                                                       .detail = {},
                                                       .says = says}},
                                              .before = {}})
                               .Dump();
  for (const std::string& json : {found, kept}) {
    EXPECT_NE(json.find(R"("says":"listed?[31m ? ?")"), std::string::npos) << json;
    EXPECT_NE(json.find(R"("removal":"https://psbl.org/remove")"), std::string::npos) << json;
  }
}

config::Config Read(const std::string& text) {
  auto read = config::ParseConfig("sekimori.toml", text);
  const auto* errors = std::get_if<config::ConfigErrors>(&read);
  EXPECT_FALSE(errors) << errors->front();
  return errors ? config::Config() : std::get<config::Config>(std::move(read));
}

TEST(Watch, SuggestsLinesThatTheConfigurationTakes) {
  WatchSuggestion suggestion{.addresses = {}, .domains = {"example.com"}};
  AddSpfSenders({Sender("192.0.2.7", "a"), Sender("192.0.2.9", "a:x\n]\nq = \x1b")}, suggestion);
  const std::string lines = ConfigLines(suggestion);
  EXPECT_NE(lines.find("  \"192.0.2.7\",  # SPF of example.com: a\n"), std::string::npos) << lines;
  EXPECT_EQ(Read(lines).watch.addresses, Addresses({"192.0.2.7", "192.0.2.9"}));
}

bool Asks(const rules::WatchPlan& plan, const std::string& zone) {
  return std::ranges::find(plan.lists, zone, &rules::WatchedZone::zone) != plan.lists.end();
}

// Whoever charges, or bans, is asked where the operator says so.
TEST(Watch, AsksUnbiddenOnlyListsThatMayBeAsked) {
  const auto plan = dns::WatchPlanOf(Read("[watch]\naddresses = [\"192.0.2.1\"]\n"));
  EXPECT_TRUE(Asks(plan, "zen.spamhaus.org"));
  EXPECT_FALSE(Asks(plan, "dnsbl-1.uceprotect.net"));
  const auto named = dns::WatchPlanOf(
      Read("[watch]\naddresses = [\"192.0.2.1\"]\nlists = [\"dnsbl-1.uceprotect.net\", \"own.example\"]\n"));
  EXPECT_TRUE(Asks(named, "dnsbl-1.uceprotect.net"));
  EXPECT_FALSE(Asks(named, "dnsbl-2.uceprotect.net"));
  EXPECT_TRUE(Asks(named, "own.example"));
}

// A key leaves in questions alone; and a list that is asked through one is not asked without it.
TEST(Watch, AsksTheConfiguredListsAsTheyAreConfigured) {
  const auto plan = dns::WatchPlanOf(
      Read("[watch]\naddresses = [\"192.0.2.1\"]\n[dnsbl]\n"
           "sites = [\"abcdefghijabcdefghij0.zen.dq.spamhaus.net*8\", \"list.dnswl.org*-4\", \"bl.spamcop.net*2\"]\n"));
  EXPECT_TRUE(Asks(plan, "abcdefghijabcdefghij0.zen.dq.spamhaus.net"));
  EXPECT_FALSE(Asks(plan, "list.dnswl.org")) << "being on it is no fault";
  EXPECT_EQ(std::ranges::count(plan.lists, "bl.spamcop.net", &rules::WatchedZone::zone), 1);
  for (const rules::WatchedZone& zone : plan.lists) EXPECT_FALSE(zone.shown.starts_with("abcdefghij")) << zone.shown;
}

}  // namespace policyd::admin::watch_test
