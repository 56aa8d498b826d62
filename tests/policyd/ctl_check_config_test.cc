#include "policyd/ctl/check_config.h"

#include <gtest/gtest.h>

#include "policyd/ctl/contrib_files.h"
#include "policyd/json.h"
#include "tests/policyd/ctl_tool.h"

namespace policyd::ctl {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(CheckConfig, SaysWhatItComesTo) {
  Tool tool;
  tool.Configure("policy.greylist = \"off\"\npolicy_service.listen = [\"inet:127.0.0.1:10041\"]\n");
  const auto ran = tool.Run(RunCheckConfig, CheckConfigOptions{});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  for (const std::string& part : {tool.path("sekimori.toml") + ": OK", std::string("listens on  127.0.0.1:10041"),
                                  std::string("greylist off, defer 8"), tool.store()}) {
    EXPECT_TRUE(Has(ran.out, part)) << part << "\n" << ran.out;
  }
}

TEST(CheckConfig, SaysEveryError) {
  Tool tool;
  tool.Configure("policy.mode = \"sleep\"\nnonsense = 1\n");
  const auto ran = tool.Run(RunCheckConfig, CheckConfigOptions{});
  EXPECT_EQ(ran.status, kBadConfiguration);
  EXPECT_TRUE(Has(ran.error, "sekimori.toml:2: policy.mode")) << ran.error;
  EXPECT_TRUE(Has(ran.error, "sekimori.toml:3: nonsense")) << ran.error;
  EXPECT_EQ(ran.out, "");
  tool.is_json = true;
  const auto json = Json::Parse(tool.Run(RunCheckConfig, CheckConfigOptions{}).out);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->Find("ok")->Dump(), "false");
  EXPECT_EQ(std::get_if<std::vector<Json>>(&json->Find("errors")->value())->size(), 2U);
}

TEST(CheckConfig, WarnsOfListsThatAreGone) {
  Tool tool;
  tool.Configure(
      "[dnsbl]\nsites = [\"dul.dnsbl.sorbs.net*8\", \"bl.spamcannibal.org*8\", \"zen.example*8\"]\n"
      "name_sites = [\"rhsbl.ahbl.org*8\"]\n");
  const auto ran = tool.Run(RunCheckConfig, CheckConfigOptions{});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  for (const char* part : {"warning: dnsbl.sites: dul.dnsbl.sorbs.net is gone (shut down on 2024-06-05, its zones are "
                           "empty): use zen.spamhaus.org instead\n",
                           "warning: dnsbl.sites: bl.spamcannibal.org is gone (", "Internet): take it out\n",
                           "warning: dnsbl.name_sites: rhsbl.ahbl.org is gone ("}) {
    EXPECT_TRUE(Has(ran.out, part)) << part << "\n" << ran.out;
  }
  EXPECT_FALSE(Has(ran.out, "zen.example"));
}

TEST(CheckConfig, WarnsOfTheListsOfAShadowToo) {
  Tool tool;
  tool.Write("shadow.toml", "[dnsbl]\nsites = [\"dul.dnsbl.sorbs.net*8\", \"zen.example*2\"]\n");
  tool.Configure("[dnsbl]\nsites = [\"zen.example*2\"]\n[shadow]\npolicy = \"shadow.toml\"\n");
  const auto ran = tool.Run(RunCheckConfig, CheckConfigOptions{});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(ran.out, "warning: shadow.policy: dnsbl.sites: dul.dnsbl.sorbs.net is gone (")) << ran.out;
  EXPECT_TRUE(Has(ran.out, "warning: dnsbl.sites: a hit of zen.example for 2 points alone only tags")) << ran.out;
  EXPECT_FALSE(Has(ran.out, "shadow.policy: dnsbl.sites: a hit of zen.example")) << "said already: " << ran.out;
}

TEST(CheckConfig, WarnsOfEntriesThatAloneOnlyTag) {
  const auto warnings = [](const std::string& config) {
    Tool tool;
    tool.is_json = true;
    tool.Configure(config);
    const auto json = Json::Parse(tool.Run(RunCheckConfig, CheckConfigOptions{}).out);
    std::string found;
    for (const Json& warning : *std::get_if<std::vector<Json>>(&json->Find("warnings")->value())) {
      if (Has(warning.Dump(), "only tags")) found += warning.Dump();
    }
    return found;
  };
  const std::string found =
      warnings("[dnsbl]\nsites = [\"a.example*2\", \"b.example*3\", \"c.example*-2\", \"d.example*0\"]\n");
  EXPECT_TRUE(Has(found, "dnsbl.sites: a hit of a.example for 2 points alone only tags: mail is held from 3 points on"))
      << found;
  for (const char* other : {"b.example", "c.example", "d.example"}) EXPECT_FALSE(Has(found, other)) << found;
  // Weights as Postfix has them, with its threshold: 2 of 2 are 8 points.
  EXPECT_EQ(warnings("[dnsbl]\nsites = [\"a.example*2\"]\nthreshold = 2\n"), "");
  // Who holds nothing knows.
  EXPECT_EQ(warnings("[policy]\ngreylist = \"off\"\ndefer = \"off\"\n[dnsbl]\nsites = [\"a.example*2\"]\n"), "");
}

TEST(CheckConfig, TheReadySetHasNoWarning) {
  const auto ready = ParseConfig("contrib/dnsbl.toml", DnsblToml());
  for (const std::string& warning : std::get<Config>(ready).warnings) EXPECT_FALSE(Has(warning, "dnsbl.")) << warning;
}

TEST(CheckConfig, NeedsNoStore) {
  Tool tool;
  std::filesystem::remove_all(tool.store());
  EXPECT_EQ(tool.Run(RunCheckConfig, CheckConfigOptions{}).status, kDone);
}

}  // namespace
}  // namespace policyd::ctl
