#include "policyd/ctl/commands_decisions.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "policyd/admin/measure/recorded_answers.h"
#include "policyd/runtime/json.h"
#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::evaluate_test {

using testing::Values;

constexpr const char* kHeader = "corpus\tlabel\thop\tclient_ip\trdns\trdns_state\thelo\tsender\trcpt\tdnsbl\tweight\n";

std::string OneMail(const std::string& fields) {
  return std::string(kHeader) + "c\tspam\tdirect\t" + fields + "\n";
}

// The one action that has any weight.
std::string ActionOf(const std::string& json) {
  const auto document = runtime::Json::Parse(json);
  if (!document) return "no JSON: " + json;
  const runtime::Json& group = std::get<std::vector<runtime::Json>>(document->Find("groups")->value()).at(0);
  std::string actions;
  for (const char* action : {"pass", "tag", "greylist", "defer", "reject"}) {
    if (group.Find("actions")->Find(action)->Dump() != "0") actions += action;
  }
  return actions;
}

struct Case {
  const char* name;
  std::string fields;  // client_ip to weight
  const char* want;
  const char* want_with_lists;
};

class EvaluateTest : public testing::TestWithParam<Case> {};

TEST_P(EvaluateTest, GivesWhatTheMailWouldGet) {
  Tool tool;
  tool.is_json = true;
  const std::string mail = OneMail(GetParam().fields);
  EXPECT_EQ(ActionOf(tool.Run(RunEvaluate, {.file = "-"}, mail).out), GetParam().want);
  EXPECT_EQ(ActionOf(tool.Run(RunEvaluate, {.file = "-", .with_lists = true}, mail).out), GetParam().want_with_lists);
}

INSTANTIATE_TEST_SUITE_P(
    Mail, EvaluateTest,
    Values(
        Case{"verified", "192.0.2.1\tmail.a.example\tverified\tmail.a.example\tx@a.example\t-\t-\t1", "pass", "pass"},
        Case{"none", "192.0.2.1\t-\tnone\tmail.a.example\tx@a.example\t-\t-\t1", "greylist", "greylist"},
        Case{"forged", "192.0.2.1\tmail.a.example\tforged\tmail.a.example\tx@a.example\t-\t-\t1", "greylist",
             "greylist"},
        Case{"ptr_only", "192.0.2.1\tmail.a.example\tptr\tmail.a.example\tx@a.example\t-\t-\t1", "pass", "pass"},
        Case{"not_looked_at", "192.0.2.1\t-\tnodata\tmail.a.example\tx@a.example\t-\t-\t1", "pass", "pass"},
        Case{"no_host_name", "192.0.2.1\ta b\tverified\tmail.a.example\tx@a.example\t-\t-\t1", "greylist", "greylist"},
        Case{"ipv6", "2001:db8::1\tmail.a.example\tforged\tmail.a.example\tx@a.example\t-\t-\t1", "greylist",
             "greylist"},
        Case{"line", "203.0.113.45\t203-0-113-45.adsl.isp.example\tverified\t-\tx@a.example\t-\t-\t1", "greylist",
             "greylist"},
        Case{"null_sender_of_a_line", "203.0.113.45\t203-0-113-45.adsl.isp.example\tverified\t-\t<>\t-\t-\t1",
             "greylist", "greylist"},
        Case{"sender_not_known", "203.0.113.45\t203-0-113-45.adsl.isp.example\tverified\t-\t-\t-\t-\t1", "greylist",
             "greylist"},
        Case{"listed", "192.0.2.1\tmail.a.example\tverified\tmail.a.example\tx@a.example\t-\tSBL_CSS\t1", "pass",
             "defer"},
        Case{"on_no_list", "192.0.2.1\tmail.a.example\tverified\tmail.a.example\tx@a.example\t-\tnone\t1", "pass",
             "pass"},
        Case{"one_zone_counts_once",
             "192.0.2.1\tmail.a.example\tverified\tmail.a.example\tx@a.example\t-\tPSBL,PSBL\t1", "pass", "greylist"},
        Case{"allowed", "192.0.2.1\t-\tnone\tmail.a.example\tx@a.example\t-\tDNSWL_MED\t1", "greylist", "pass"},
        Case{"own_network", "10.0.0.1\t-\tnone\tlocalhost\tx@a.example\t-\t-\t1", "pass", "pass"}),
    [](const auto& row) { return std::string(row.param.name); });

// The name of a rented machine alone has 1 point.
TEST(Evaluate, JudgesSpfAsItWasRecorded) {
  struct SpfCase {
    const char* recorded;
    const char* client;
    const char* want;
  };
  constexpr SpfCase kCases[] = {
      {"fail", "192.0.2.1", "greylist"},   {"softfail", "192.0.2.1", "tag"},  {"permerror", "192.0.2.1", "greylist"},
      {"pass", "192.0.2.1", "tag"},        {"pass", "2001:db8::1", "tag"},    {"none", "192.0.2.1", "tag"},
      {"neutral", "192.0.2.1", "tag"},     {"temperror", "192.0.2.1", "tag"}, {"-", "192.0.2.1", "tag"},
      {"fail", "2001:db8::1", "greylist"},
  };
  Tool tool;
  tool.is_json = true;
  tool.Configure("points.spf_permerror = 2\n");
  for (const SpfCase& row : kCases) {
    const std::string mail =
        "spf\t" + std::string(kHeader) + row.recorded + "\tc\tspam\tdirect\t" + row.client +
        "\tec2-192-0-2-1.compute-1.amazonaws.com\tverified\tmail.a.example\tx@a.example\t-\t-\t1\n";
    EXPECT_EQ(ActionOf(tool.Run(RunEvaluate, {.file = "-"}, mail).out), row.want) << row.recorded << " " << row.client;
  }
}

TEST(Evaluate, AddsWeightsUpByCorpusLabelAndHop) {
  Tool tool;
  tool.is_json = true;
  const std::string mails = std::string(kHeader) +
                            "b\tham\tdirect\t192.0.2.1\tm.a.example\tverified\tm.a.example\tx@a.example\t-\t-\t7\n"
                            "a\tspam\tborder\t192.0.2.2\t-\tnone\t-\tx@a.example\t-\t-\t-\n"
                            "b\tham\tdirect\t192.0.2.3\t-\tnone\tlocalhost\tx@a.example\t-\t-\t2\n";
  const auto ran = tool.Run(RunEvaluate, {.file = "-"}, mails);
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_EQ(
      ran.out,
      R"({"groups":[{"rows":1,"weight":1,"actions":{"pass":0,"tag":0,"greylist":1,"defer":0,"reject":0},)"
      R"("signals":{"no_ptr":1},"signals_held":{"no_ptr":1},"scores":{"4.0":1},"corpus":"a","label":"spam","hop":"border"},)"
      R"({"rows":2,"weight":9,"actions":{"pass":7,"tag":0,"greylist":2,"defer":0,"reject":0},)"
      R"("signals":{"no_ptr":2,"helo_localhost":2},"signals_held":{"no_ptr":2,"helo_localhost":2},)"
      R"("scores":{"0.0":7,"7.0":2},)"
      R"("corpus":"b","label":"ham","hop":"direct"}]})"
      "\n");
}

TEST(Evaluate, PrintsATable) {
  Tool tool;
  const auto ran = tool.Run(RunEvaluate, {.file = "-", .with_lists = true},
                            std::string(kHeader) +
                                "a\tspam\tborder\t192.0.2.2\t-\tnone\t-\tx@a.example\t-\tSBL,NEW,NEW\t3\n"
                                "a\tspam\tborder\t192.0.2.2\tm.a.example\tverified\t-\tx@a.example\t-\t-\t1\n");
  EXPECT_EQ(ran.out,
            "CORPUS  LABEL  HOP     ROWS  WEIGHT  PASS  TAG  GREYLIST  DEFER  REJECT  TURNED AWAY OR DELAYED\n"
            "a       spam   border  2     4       1     0    0         3      0       75.00%\n"
            "\n"
            "of these, where lists were asked\n"
            "CORPUS  LABEL  HOP     ROWS  WEIGHT  PASS  TAG  GREYLIST  DEFER  REJECT  TURNED AWAY OR DELAYED\n"
            "a       spam   border  1     3       0     0    0         3      0       100.00%\n"
            "not known: NEW, 2 hits\n"
            "\n"
            "by signal\n"
            "SIGNAL  CORPUS  LABEL  HOP     WEIGHT  OF ALL  TURNED AWAY OR DELAYED\n"
            "no_ptr  a       spam   border  3       75.00%  100.00%\n"
            "dnsbl   a       spam   border  3       75.00%  100.00%\n");
}

TEST(Evaluate, DrawsTheRatesOfEveryCorpus) {
  Tool tool;
  const std::string svg = tool.path("rates.svg");
  const std::string mails = std::string(kHeader) +
                            "one\tham\tdirect\t192.0.2.1\tm.a.example\tverified\tm.a.example\tx@a.example\t-\t-\t7\n"
                            "one\tspam\tdirect\t192.0.2.2\t-\tnone\t-\tx@a.example\t-\t-\t1\n"
                            "two\tham\tdirect\t192.0.2.3\t-\tnone\t-\tx@a.example\t-\t-\t1\n"
                            "two\tham\tdirect\t192.0.2.1\tm.a.example\tverified\tm.a.example\tx@a.example\t-\t-\t3\n"
                            "two\tspam\tdirect\t192.0.2.2\t-\tnone\t-\tx@a.example\t-\t-\t1\n";
  const auto ran = tool.Run(RunEvaluate, {.file = "-", .svg = svg}, mails);
  EXPECT_EQ(ran.status, kDone) << ran.error;
  std::ifstream file(svg);
  std::stringstream text;
  text << file.rdbuf();
  for (const char* part :
       {"limit 4: 0.00 % of the ham, 100.00 % of the spam", "limit 4: 25.00 % of the ham, 100.00 % of the spam",
        "limit 5: 0.00 % of the ham, 0.00 %", ">one</text>", ">two</text>"}) {
    EXPECT_NE(text.str().find(part), std::string::npos) << part << "\n" << text.str();
  }
}

TEST(Evaluate, JudgesByTheConfiguredZones) {
  Tool tool;
  tool.is_json = true;
  tool.Configure("[dnsbl]\nsites = [\"psbl.surriel.com*1\"]\n");
  const std::string mail = OneMail("192.0.2.1\tm.a.example\tverified\tm.a.example\tx@a.example\t-\tSBL,PSBL\t1");
  EXPECT_EQ(ActionOf(tool.Run(RunEvaluate, {.file = "-", .with_lists = true}, mail).out), "tag");
  EXPECT_EQ(ActionOf(tool.Run(RunEvaluate, {.file = "-"}, mail).out), "pass");
}

struct Bad {
  const char* name;
  std::string text;
  const char* want;
};

class BadMailTest : public testing::TestWithParam<Bad> {};

TEST_P(BadMailTest, SaysWhereAndWhatWasExpected) {
  Tool tool;
  const auto ran = tool.Run(RunEvaluate, {.file = "-"}, GetParam().text);
  EXPECT_EQ(ran.status, kBadInput);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.error, std::string("sekimorictl: -:") + GetParam().want + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    All, BadMailTest,
    Values(Bad{"empty", "", "1: expected a column \"corpus\""},
           Bad{"no_helo", "corpus\tlabel\thop\tclient_ip\trdns\trdns_state\tsender\n", "1: expected a column \"helo\""},
           Bad{"address", OneMail("x\x1b\t-\tnone\t-\t-\t-\t-\t1"), "2: client_ip: expected an IP address, got \"x?\""},
           Bad{"state", OneMail("192.0.2.1\t-\tmaybe\t-\t-\t-\t-\t1"),
               "2: rdns_state: expected one of verified, forged, ptr, none, nodata, got \"maybe\""},
           Bad{"spf", "spf\t" + std::string(kHeader) + "good\tc\tspam\tdirect\t192.0.2.1\t-\tnone\t-\t-\t-\t-\t1\n",
               "2: spf: expected a result of SPF, such as pass, got \"good\""},
           Bad{"weight", OneMail("192.0.2.1\t-\tnone\t-\t-\t-\t-\t1.5"),
               "2: weight: expected a whole number, got \"1.5\""}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(RecordedHits, TheToolsOwnFilesAreRight) {
  const auto hits = admin::ParseRecordedHits(admin::DnsblTsv());
  ASSERT_TRUE(hits) << hits.error().message;
  EXPECT_EQ(hits->at("SBL_CSS").zone, "zen.spamhaus.org");
  EXPECT_EQ(hits->at("SBL_CSS").answer.ToString(), "127.0.0.3");
  const auto ready = config::ParseConfig("contrib/dnsbl.toml", admin::DnsblToml());
  ASSERT_TRUE(std::holds_alternative<config::Config>(ready)) << std::get<config::ConfigErrors>(ready).front();
  // On the scale of our bands: 8 is enough alone, 3 is wait and see.
  const std::pair<const char*, int> tenths[] = {
      {"SBL", 80},       {"XBL", 80},        {"PBL", 80},        {"BL_SPAMCOP_NET", 40}, {"PSBL", 30},
      {"DNSWL_NONE", 0}, {"DNSWL_LOW", -20}, {"DNSWL_MED", -40}, {"DNSWL_HI", -80}};
  for (const auto& [name, want] : tenths) {
    const admin::RecordedHit& hit = hits->at(name);
    int got = 0;
    for (const rules::Zone& zone : std::get<config::Config>(ready).policy->zones) {
      if (zone.name == hit.zone) got += zone.PointsFor({hit.answer}).tenths;
    }
    EXPECT_EQ(got, want) << name;
  }
}

TEST(RecordedHits, ALineThatIsNoneIsAnError) {
  EXPECT_EQ(
      admin::ParseRecordedHits("# comment\nSBL\tzen.example\t127.0.0.2\nSBL zen.example 127.0.0.2\n").error().message,
      "3: expected NAME<TAB>zone<TAB>address");
}

}  // namespace policyd::ctl::evaluate_test
