#include "policyd/ctl/commands_memory.h"

#include <gtest/gtest.h>

#include "policyd/dns/zones/zone_reasons.h"
#include "policyd/runtime/json.h"
#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::dnsbl_test {

using rules::ZoneFamily;
using rules::ZoneState;

constexpr const char* kConfig =
    "[dnsbl]\n"
    "sites = [\"secretsecretsecret00.zen.example*8\", \"old.example*3\", \"plain.example*3\"]\n"
    "name_sites = [\"names.example*3\"]\n"
    "no_test_point = [\"plain.example\"]\n";

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The cells of the line that begins so, one blank between.
std::string LineOf(const std::string& text, const std::string& part) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(part)) continue;
    std::istringstream words(line);
    std::string cells;
    for (std::string word; words >> word;) cells += (cells.empty() ? "" : " ") + word;
    return cells;
  }
  return {};
}

void AddStates(cache::Stores& stores) {
  auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
  ASSERT_TRUE(transaction);
  const auto put = [&](const char* shown, ZoneFamily family, ZoneState state, bool has_family,
                       std::optional<rules::Statement> reason) {
    ASSERT_TRUE(stores.zones().Put(**transaction, {.shown = shown,
                                                   .family = family,
                                                   .state = state,
                                                   .has_family = has_family,
                                                   .reason = std::move(reason),
                                                   .since = kNow - std::chrono::hours(2),
                                                   .tested = kNow - std::chrono::minutes(4)}));
  };
  put("zen.example", ZoneFamily::kIpv4, ZoneState::kHealthy, true, {});
  put("zen.example", ZoneFamily::kIpv6, ZoneState::kHealthy, true, {});
  put("old.example", ZoneFamily::kIpv4, ZoneState::kQuarantined, true,
      dns::ZoneReason("lists_what_it_must_not", {{"point", std::string("127.0.0.1")}}));
  put("old.example", ZoneFamily::kIpv6, ZoneState::kHealthy, false, dns::ZoneReason("no_ipv6_test_point"));
  put("names.example", ZoneFamily::kNames, ZoneState::kDead, true, rules::InOwnWords("does not answer"));
  ASSERT_TRUE((*transaction)->Commit());
}

TEST(DnsblStatus, ShowsStateReasonAndLastTest) {
  Tool tool;
  tool.Configure(kConfig);
  tool.Seed(AddStates);
  const auto ran = tool.Run(RunDnsblStatus, DnsblStatusOptions{});
  ASSERT_EQ(ran.status, kDone) << ran.error;
  const std::pair<const char*, std::vector<const char*>> rows[] = {
      {"zen.example", {" addresses ", " healthy 4m ago yes"}},
      {"old.example", {" quarantined 4m ago no lists 127.0.0.1, which it must not"}},
      {"plain.example", {" unchecked never ", " publishes no test point"}},
      {"names.example", {" names ", " dead 4m ago ", " does not answer"}},
  };
  for (const auto& [list, parts] : rows) {
    const std::string line = LineOf(ran.out, list);
    for (const char* part : parts) EXPECT_TRUE(Has(line, part)) << part << " in\n" << ran.out;
  }
  EXPECT_FALSE(Has(ran.out, "secret")) << "the key of a zone is shown to nobody";
}

TEST(DnsblStatus, BeforeTheFirstTestNothingIsKnown) {
  Tool tool;
  tool.Configure(kConfig);
  const auto ran = tool.Run(RunDnsblStatus, DnsblStatusOptions{});
  EXPECT_TRUE(Has(LineOf(ran.out, "zen.example"), " unknown never ")) << ran.out;
  EXPECT_TRUE(Has(LineOf(ran.out, "plain.example"), " unchecked never ")) << ran.out;
}

TEST(DnsblStatus, IsOneJsonDocument) {
  Tool tool;
  tool.Configure(kConfig);
  tool.Seed(AddStates);
  tool.is_json = true;
  const auto ran = tool.Run(RunDnsblStatus, DnsblStatusOptions{});
  const auto document = runtime::Json::Parse(ran.out);
  ASSERT_TRUE(document) << ran.out;
  ASSERT_NE(document->Find("lists"), nullptr);
  EXPECT_TRUE(Has(ran.out, R"("state":"quarantined","counts":false,"reason":"lists 127.0.0.1)")) << ran.out;
  EXPECT_FALSE(Has(ran.out, "secret"));
}

TEST(DnsblStatus, SaysSoWithoutLists) {
  Tool tool;
  EXPECT_TRUE(Has(tool.Run(RunDnsblStatus, DnsblStatusOptions{}).out, "no list is configured"));
}

}  // namespace policyd::ctl::dnsbl_test
