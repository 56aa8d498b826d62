#include "policyd/ctl/commands_decisions.h"

#include <gtest/gtest.h>

#include "policyd/admin/measure/recorded_answers.h"
#include "policyd/config/warning_rows.h"
#include "policyd/runtime/json.h"
#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::check_config_test {

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
  const auto json = runtime::Json::Parse(tool.Run(RunCheckConfig, CheckConfigOptions{}).out);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->Find("ok")->Dump(), "false");
  EXPECT_EQ(std::get_if<std::vector<runtime::Json>>(&json->Find("errors")->value())->size(), 2U);
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
    const auto json = runtime::Json::Parse(tool.Run(RunCheckConfig, CheckConfigOptions{}).out);
    std::string found;
    for (const runtime::Json& warning : *std::get_if<std::vector<runtime::Json>>(&json->Find("warnings")->value())) {
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
  const auto ready = config::ParseConfig("contrib/dnsbl.toml", admin::DnsblToml());
  for (const rules::Statement& warning : std::get<config::Config>(ready).warnings) {
    EXPECT_FALSE(Has(config::WarningText(warning), "dnsbl.")) << config::WarningText(warning);
  }
}

TEST(CheckConfig, SpeaksOfAThresholdOnlyWhereThereIsNone) {
  Tool tool;
  for (const auto& [threshold, says_so] : {std::pair("", true), std::pair("threshold = 8\n", false)}) {
    tool.Configure(std::string("[dnsbl]\nsites = [\"a.example*2\"]\n") + threshold);
    const auto ran = tool.Run(RunCheckConfig, CheckConfigOptions{});
    EXPECT_TRUE(Has(ran.out, "a.example for 2 points alone only tags")) << ran.out;
    EXPECT_EQ(Has(ran.out, "needs dnsbl.threshold"), says_so) << ran.out;
  }
}

// What sekimorid would say at its start.
TEST(CheckConfig, RefusesWhatTheDaemonCouldNotOpen) {
  Tool tool;
  const struct {
    const char* name;
    std::string config;
    ExitStatus want;
    std::string want_error;
  } rows[] = {
      {"address_of_others", "[policy_service]\nlisten = [\"inet:192.0.2.1:10040\"]\n", kUnreachable,
       "policy_service.listen: cannot listen on 192.0.2.1:10040: Cannot assign"},
      {"page_of_others", "[http]\nlisten = \"[2001:db8::1]:9160\"\n", kUnreachable,
       "http.listen: cannot listen on [2001:db8::1]:9160: Cannot assign"},
      {"page_for_those_turned_away_of_others", "[why]\nlisten = \"[2001:db8::1]:9161\"\n", kUnreachable,
       "why.listen: cannot listen on [2001:db8::1]:9161: Cannot assign"},
      {"no_folder", "[policy_service]\nlisten = [\"unix:" + tool.path("none/socket") + "\"]\n", kUnreachable,
       tool.path("none") + ": No such file"},
      {"no_socket", "[http]\nlisten = \"unix:" + tool.path("sekimori.toml") + "\"\n", kAlreadyRunning,
       "http.listen: cannot listen on unix:"},
  };
  for (const auto& row : rows) {
    tool.Configure(row.config);
    const auto ran = tool.Run(RunCheckConfig, CheckConfigOptions{});
    EXPECT_EQ(ran.status, row.want) << row.name << ran.out;
    EXPECT_TRUE(Has(ran.error, row.want_error)) << row.name << ": " << ran.error;
  }
  tool.Write("sekimori.toml", "store.directory = \"" + tool.path("sekimori.toml") + "\"\n");
  EXPECT_EQ(tool.Run(RunCheckConfig, CheckConfigOptions{}).status, kStoreError);
  tool.Write("sekimori.toml", "store.directory = \"" + tool.path("none/store") + "\"\n");
  EXPECT_EQ(tool.Run(RunCheckConfig, CheckConfigOptions{}).status, kStoreError);
}

TEST(CheckConfig, TakesPagesOnIpv6AndUnixSockets) {
  Tool tool;
  for (const std::string& listen : {std::string("[::1]:9160"), "unix:" + tool.path("http")}) {
    tool.Configure("[http]\nlisten = \"" + listen + "\"\n");
    const auto ran = tool.Run(RunCheckConfig, CheckConfigOptions{});
    EXPECT_EQ(ran.status, kDone) << ran.error;
  }
  EXPECT_FALSE(std::filesystem::exists(tool.path("http"))) << "it leaves no trace";
}

TEST(CheckConfig, NamesBothPlacesOfAKeyGivenTwice) {
  Tool tool;
  std::filesystem::create_directory(tool.path("conf.d"));
  tool.Write("conf.d/a.toml", "[policy]\ndefer = 9\n");
  tool.Write("sekimori.toml", "presets = [\"strict-rdns\"]\ninclude = [\"conf.d/*.toml\"]\n[store]\ndirectory = \"" +
                                  tool.store() + "\"\n[policy]\ndefer = 7\n");
  const auto ran = tool.Run(RunCheckConfig, CheckConfigOptions{});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(ran.out, "policy.defer: " + tool.path("conf.d/a.toml") + ":2 counts, not preset:strict-rdns:"))
      << ran.out;
  EXPECT_TRUE(Has(
      ran.out, "policy.defer: " + tool.path("sekimori.toml") + ":6 counts, not " + tool.path("conf.d/a.toml") + ":2\n"))
      << ran.out;
}

TEST(CheckConfig, SaysWhichLinesOfATableHaveNoEffect) {
  Tool tool;
  tool.Write("clients.pcre", "/^unknown$/ check_greylist\n/dsl/ PREPEND X: y\n/pool/ DUNNO\n");
  tool.Configure("[dynamic_names]\ntables = [\"clients.pcre\"]\n");
  const std::string out = tool.Run(RunCheckConfig, CheckConfigOptions{}).out;
  for (const char* part : {"clients.pcre line 1 has no effect: expected REJECT, DEFER or DUNNO, got check_greylist\n",
                           "clients.pcre line 2 has no effect", "no line of clients.pcre counts"}) {
    EXPECT_TRUE(Has(out, part)) << part << "\n" << out;
  }
  EXPECT_FALSE(Has(out, "line 3")) << out;
}

TEST(CheckConfig, PresetsHaveNoWarning) {
  for (const char* preset : {"dnsbl", "per-recipient", "retry-gate", "s25r", "strict-rdns", "tag-only"}) {
    Tool tool;
    tool.Write("sekimori.toml",
               std::string("presets = [\"") + preset + "\"]\nstore.directory = \"" + tool.store() + "\"\n");
    const auto ran = tool.Run(RunCheckConfig, CheckConfigOptions{});
    EXPECT_EQ(ran.status, kDone) << ran.error;
    EXPECT_FALSE(Has(ran.out, "no effect")) << preset << ": " << ran.out;
  }
}

TEST(CheckConfig, NeedsNoStore) {
  Tool tool;
  std::filesystem::remove_all(tool.store());
  EXPECT_EQ(tool.Run(RunCheckConfig, CheckConfigOptions{}).status, kDone);
}

}  // namespace policyd::ctl::check_config_test
