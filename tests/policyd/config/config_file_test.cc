#include "policyd/config/config.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "policyd/config/config_checks.h"
#include "policyd/config/config_keys.h"
#include "tests/support/config_values.h"
#include "tests/support/source_directory.h"

namespace policyd::config::config_file_test {

using support::ParseOrDie;
using support::PrintValues;

TEST(NameServersOf, ReadsResolvConf) {
  const auto got = NameServersOf(
      "# nameserver 192.0.2.9\nsearch example\nnameserver 192.0.2.1\nnameserver\t::1 \nnameserver x\nnameserver");
  const auto server = [](const char* host) { return Endpoint{.is_unix = false, .host = host, .port = 53}; };
  EXPECT_EQ(got, (std::vector<Endpoint>{server("192.0.2.1"), server("::1")}));
}

// A directory that goes when the test ends.
class ConfigFileTest : public testing::Test {
 protected:
  ConfigFileTest() {
    std::array<char, 32> name{"/tmp/sekimori_config_XXXXXX"};
    directory_ = mkdtemp(name.data());
  }
  ~ConfigFileTest() override { std::filesystem::remove_all(directory_); }

  std::string Write(const std::string& name, std::string_view content) const {
    std::ofstream(directory_ + "/" + name) << content;
    return directory_ + "/" + name;
  }

  std::string directory_;
};

TEST_F(ConfigFileTest, ReadsTablesBesideTheFile) {
  Write("dynamic.regexp", "/dsl/ REJECT\n");
  Write("more.pcre", "/pool/ REJECT\n/dial/ REJECT\n");
  const std::string file =
      Write("sekimori.toml", "dynamic_names.tables = [\"regexp:dynamic.regexp\", \"pcre:" + directory_ +
                                 "/more.pcre\", \"dynamic.regexp\"]");
  const auto loaded = LoadConfig(file, false);
  ASSERT_TRUE(std::holds_alternative<Config>(loaded)) << std::get<ConfigErrors>(loaded).front();
  EXPECT_EQ(PrintValues(std::get<Config>(loaded)).at("dynamic_names.tables"), "1 2 1");
}

TEST_F(ConfigFileTest, ReadsClassesOfRecipientsWithTheirTables) {
  Write("students", "# who\nstudents.example permissive\ndean@students.example DUNNO\n");
  const std::string file = Write("sekimori.toml",
                                 "[policy]\nreject = 20\n[[recipients]]\nname = \"students\"\n"
                                 "match = [\"anna@uni.example\", \"texthash:students\"]\nmode = \"tag\"\ntag = 2\n"
                                 "greylisting = false\nactions = {defer = \"hold\", reject = \"discard\"}\n"
                                 "[[recipients]]\nmatch = [\"@lab.example\"]\ndefer = \"off\"\n"
                                 "[[recipients]]\nmatch = [\"@alumni.example\"]\nforwards = true\n"
                                 "actions = {defer = \"greylist\", reject = \"discard\"}\n");
  const auto loaded = LoadConfig(file, false);
  ASSERT_TRUE(std::holds_alternative<Config>(loaded)) << std::get<ConfigErrors>(loaded).front();
  const rules::Policy& policy = *std::get<Config>(loaded).policy;
  const auto points = [](int whole) { return std::optional(rules::Points{whole * 10}); };
  const rules::Treatment students{.name = "students",
                                  .mode = rules::Mode::kTag,
                                  .bands = {.tag = points(2), .greylist = {}, .defer = points(8), .reject = points(20)},
                                  .actions = {.defer = rules::Action::kHold, .reject = rules::Action::kDiscard}};
  EXPECT_EQ(rules::TreatmentOf(policy, "anna@uni.example"), students);
  EXPECT_EQ(rules::TreatmentOf(policy, "bert@students.example"), students);
  EXPECT_EQ(rules::TreatmentOf(policy, "dean@students.example").name, std::nullopt);
  const rules::Treatment lab = rules::TreatmentOf(policy, "x@lab.example");
  EXPECT_EQ(lab.name, "@lab.example");
  EXPECT_EQ(rules::TreatmentOf(policy, "x@alumni.example").actions,
            (rules::BandActions{.tag = rules::Action::kHold,
                                .greylist = rules::Action::kDefer,
                                .defer = rules::Action::kDefer,
                                .reject = rules::Action::kDiscard}))
      << "mail that is passed on is neither tagged nor greylisted";
  EXPECT_EQ(lab.bands, (rules::Bands{.tag = points(1), .greylist = points(3), .defer = {}, .reject = points(20)}));
}

// Presets, then included files by name, then the file itself: what comes later counts.
TEST_F(ConfigFileTest, ReadsPresetsAndIncludesBeforeItself) {
  std::filesystem::create_directory(directory_ + "/conf.d");
  Write("conf.d/20.toml",
        "[policy]\ntag = 2\ngreylist = 5\n[[recipients]]\nmatch = [\"@b.example\"]\nmode = \"tag\"\n");
  Write("conf.d/10.toml", "[policy]\ntag = 1\ndefer = 9\n[[recipients]]\nmatch = [\"@a.example\"]\nmode = \"tag\"\n");
  Write("conf.d/30.toml.bak", "nonsense\n");
  const std::string file =
      Write("sekimori.toml",
            "presets = [\"tag-only\", \"strict-rdns\"]\ninclude = [\"conf.d/*.toml\", \"empty.d/*.toml\"]\n"
            "[policy]\ngreylist = 4\n[dnsbl]\nsites = [\"x.example*8\"]\n");
  const auto loaded = LoadConfig(file, false);
  ASSERT_TRUE(std::holds_alternative<Config>(loaded)) << std::get<ConfigErrors>(loaded).front();
  const Config& config = std::get<Config>(loaded);
  const rules::Policy& policy = *config.policy;
  EXPECT_EQ(policy.mode, rules::Mode::kTag) << "of the first preset";
  EXPECT_EQ(policy.PointsOf(rules::SignalKind::kNoPtr), rules::Points{80}) << "of the second";
  EXPECT_EQ(policy.bands.tag, rules::Points{20});
  EXPECT_EQ(policy.bands.greylist, rules::Points{40});
  EXPECT_EQ(policy.bands.defer, rules::Points{90});
  for (const char* recipient : {"x@a.example", "x@b.example"}) {
    EXPECT_NE(rules::TreatmentOf(policy, recipient).name, "") << recipient;
  }
  EXPECT_EQ(config.files,
            (std::vector<std::string>{file, directory_ + "/conf.d/10.toml", directory_ + "/conf.d/20.toml"}));
}

TEST_F(ConfigFileTest, AnErrorOfAnIncludedFileHasItsPlace) {
  const std::string other = Write("other.toml", "\n[policy]\nmode = \"sleep\"\npolicy.tag = 1\ninclude = []\n");
  const std::string third = Write("third.toml", "include = [\"x.toml\"]\n[dns]\ntries = 0\n");
  const std::string file = Write("sekimori.toml", "include = [\"other.toml\", \"third.toml\"]\n[http]\nlisten = 1\n");
  const auto loaded = LoadConfig(file, false);
  const auto* errors = std::get_if<ConfigErrors>(&loaded);
  ASSERT_TRUE(errors);
  ASSERT_EQ(errors->size(), 6U) << testing::PrintToString(*errors);
  EXPECT_TRUE(errors->at(0).starts_with(file + ":3: http.listen: ")) << errors->at(0);
  EXPECT_TRUE(errors->at(1).starts_with(other + ":3: policy.mode: ")) << errors->at(1);
  EXPECT_TRUE(errors->at(2).starts_with(other + ":4: policy.policy: unknown key")) << errors->at(2);
  EXPECT_TRUE(errors->at(3).starts_with(other + ":5: policy.include: unknown key")) << errors->at(3);
  EXPECT_EQ(errors->at(4), third + ":1: include: only the configuration itself has it");
  EXPECT_TRUE(errors->at(5).starts_with(third + ":3: dns.tries: ")) << errors->at(5);
}

TEST_F(ConfigFileTest, APresetBringsItsTable) {
  const auto loaded = LoadConfig(Write("sekimori.toml", "presets = [\"s25r\"]\n"), false);
  ASSERT_TRUE(std::holds_alternative<Config>(loaded)) << std::get<ConfigErrors>(loaded).front();
  EXPECT_EQ(std::get<Config>(loaded).policy->dynamic_tables.at(0).patterns->size(), 6U);
}

TEST_F(ConfigFileTest, AShadowMayTryAPreset) {
  Write("shadow.toml", "presets = [\"retry-gate\"]\n[points]\nno_ptr = 5\n");
  const auto loaded = LoadConfig(Write("sekimori.toml", "[shadow]\npolicy = \"shadow.toml\"\n"), false);
  ASSERT_TRUE(std::holds_alternative<Config>(loaded)) << std::get<ConfigErrors>(loaded).front();
  const rules::Policy& shadow = *std::get<Config>(loaded).shadow;
  EXPECT_EQ(shadow.bands.reject, rules::Points{200});
  EXPECT_EQ(shadow.PointsOf(rules::SignalKind::kNoPtr), rules::Points{50});
}

std::vector<std::string> ZonesOf(const rules::Policy& policy) {
  std::vector<std::string> zones;
  for (const rules::Zone& zone : policy.zones) zones.push_back(zone.name);
  return zones;
}

TEST_F(ConfigFileTest, OneLineSwitchesAReadySetOfListsOn) {
  const std::string file =
      Write("sekimori.toml", "[dnsbl]\nsites = [\"file:" + support::InSource("contrib/dnsbl.toml") + "\"]\n");
  const auto loaded = LoadConfig(file, false);
  ASSERT_TRUE(std::holds_alternative<Config>(loaded)) << std::get<ConfigErrors>(loaded).front();
  EXPECT_EQ(ZonesOf(*std::get<Config>(loaded).policy),
            (std::vector<std::string>{"zen.spamhaus.org", "bl.spamcop.net", "psbl.surriel.com", "bl.mailspike.net",
                                      "list.dnswl.org"}));
}

TEST_F(ConfigFileTest, AFileOfListsStandsBesideOthersAndInAShadow) {
  Write("lists.toml", "[dnsbl]\nsites = [\"b.example*8\", \"c.example*3\"]\n");
  Write("shadow.toml", "[dnsbl]\nsites = [\"file:lists.toml\"]\n");
  const std::string file = Write("sekimori.toml",
                                 "[dnsbl]\nsites = [\"a.example*8\", \"file:lists.toml\", \"d.example*8\"]\n"
                                 "[shadow]\npolicy = \"shadow.toml\"\n");
  const auto loaded = LoadConfig(file, false);
  ASSERT_TRUE(std::holds_alternative<Config>(loaded)) << std::get<ConfigErrors>(loaded).front();
  EXPECT_EQ(ZonesOf(*std::get<Config>(loaded).policy),
            (std::vector<std::string>{"a.example", "b.example", "c.example", "d.example"}));
  EXPECT_EQ(ZonesOf(*std::get<Config>(loaded).shadow), (std::vector<std::string>{"b.example", "c.example"}));
}

TEST_F(ConfigFileTest, AFileOfListsHoldsNothingElse) {
  const std::string lists = Write("lists.toml", "[dnsbl]\nsites = [\"b.example*x\"]\nthreshold = 2\n[points]\n");
  const std::string file = Write("sekimori.toml", "[dnsbl]\nsites = [\"file:none.toml\",\n\"file:lists.toml\"]\n");
  const auto loaded = LoadConfig(file, false);
  const auto* errors = std::get_if<ConfigErrors>(&loaded);
  ASSERT_TRUE(errors);
  ASSERT_EQ(errors->size(), 4U) << testing::PrintToString(*errors);
  EXPECT_TRUE(errors->at(0).starts_with(file + ":2: dnsbl.sites: " + directory_ + "/none.toml: expected a readable"))
      << errors->at(0);
  EXPECT_EQ(errors->at(1), lists + ":3: dnsbl.threshold: unknown key, expected one of sites");
  EXPECT_EQ(errors->at(2), lists + ":4: points: unknown, expected one of the tables dnsbl");
  EXPECT_TRUE(errors->at(3).starts_with(file + ":3: dnsbl.sites: \"b.example*x\": expected")) << errors->at(3);
}

TEST_F(ConfigFileTest, AShadowSaysOnlyWhatIsToChange) {
  Write("shadow.toml",
        "[points]\nno_ptr = 9\n[dnsbl]\nsites = [\"new.example*5\"]\nno_test_point = [\"new.example\"]\n");
  const std::string file = Write("sekimori.toml",
                                 "[policy]\ndefer = 7\n[points]\nmismatch = 6\n[dnsbl]\nsites = [\"old.example*5\"]\n"
                                 "[[recipients]]\nmatch = [\"@lab.example\"]\n[shadow]\npolicy = \"shadow.toml\"\n");
  const auto loaded = LoadConfig(file, false);
  ASSERT_TRUE(std::holds_alternative<Config>(loaded)) << std::get<ConfigErrors>(loaded).front();
  const Config& config = std::get<Config>(loaded);
  ASSERT_TRUE(config.shadow);
  EXPECT_EQ(config.shadow->PointsOf(rules::SignalKind::kNoPtr), rules::Points{90});
  EXPECT_EQ(config.shadow->PointsOf(rules::SignalKind::kMismatch), rules::Points{60});
  EXPECT_EQ(config.shadow->bands.defer, rules::Points{70});
  EXPECT_EQ(config.shadow->zones.front().name, "new.example");
  EXPECT_EQ(rules::TreatmentOf(*config.shadow, "x@lab.example").name, "@lab.example");
  EXPECT_EQ(config.policy->PointsOf(rules::SignalKind::kNoPtr), rules::Points{40});
  EXPECT_EQ(config.policy->zones.front().name, "old.example");
  EXPECT_EQ(config.no_test_point, std::vector<std::string>{"new.example"});
}

TEST_F(ConfigFileTest, AShadowHoldsNothingButAPolicy) {
  const std::string shadow = Write("shadow.toml", "[points]\nno_ptr = 9\nno_name = 1\n[reply]\nhelo = \"4.7.1 x\"\n");
  const std::string file = Write("sekimori.toml", "[shadow]\npolicy = \"" + shadow + "\"\n");
  const auto loaded = LoadConfig(file, false);
  const auto* errors = std::get_if<ConfigErrors>(&loaded);
  ASSERT_TRUE(errors);
  ASSERT_EQ(errors->size(), 2U);
  EXPECT_TRUE(errors->front().starts_with(shadow + ":3: points.no_name: unknown key")) << errors->front();
  EXPECT_EQ(errors->back(),
            shadow + ":4: reply: unknown, expected one of the tables policy, points, dynamic_names, dnsbl, greylist");
}

TEST_F(ConfigFileTest, NamesTheLineOfARecipientTable) {
  const std::string table = Write("students", "students.example OK\n<> OK\n");
  const std::string file = Write("sekimori.toml", "[[recipients]]\nmatch = [\"" + table + "\"]\n");
  const auto loaded = LoadConfig(file, false);
  const auto* errors = std::get_if<ConfigErrors>(&loaded);
  ASSERT_TRUE(errors);
  ASSERT_EQ(errors->size(), 1U);
  EXPECT_TRUE(errors->front().starts_with(table + ":2: expected ")) << errors->front();
}

TEST_F(ConfigFileTest, TakesTablesWhoseActionIsDone) {
  Write("clients.pcre", "/dsl/ REJECT no lines\n");
  const std::string file = Write("sekimori.toml",
                                 "[dynamic_names]\ntables = [{file = \"pcre:clients.pcre\", result = \"action\"}, "
                                 "{file = \"clients.pcre\"}, {file = \"clients.pcre\", result = \"points\"}]\n");
  const auto loaded = LoadConfig(file, false);
  ASSERT_TRUE(std::holds_alternative<Config>(loaded)) << std::get<ConfigErrors>(loaded).front();
  const auto& tables = std::get<Config>(loaded).policy->dynamic_tables;
  ASSERT_EQ(tables.size(), 3U);
  EXPECT_TRUE(tables[0].decides);
  EXPECT_FALSE(tables[1].decides || tables[2].decides);
  EXPECT_EQ(tables[0].shown, "clients.pcre");
}

TEST_F(ConfigFileTest, ReadsATableInTheSyntaxThatItsTypeSays) {
  Write("clients", "/\\d/ REJECT\n");  // a digit for PCRE, the letter d for POSIX
  const std::string file =
      Write("sekimori.toml", "[dynamic_names]\ntables = [\"regexp:clients\", \"pcre:clients\", \"clients\"]\n");
  const auto loaded = LoadConfig(file, false);
  ASSERT_TRUE(std::holds_alternative<Config>(loaded)) << std::get<ConfigErrors>(loaded).front();
  const auto& tables = std::get<Config>(loaded).policy->dynamic_tables;
  ASSERT_EQ(tables.size(), 3U);
  EXPECT_TRUE(tables[0].patterns->Find("dial"));
  EXPECT_FALSE(tables[0].patterns->Find("45"));
  EXPECT_TRUE(tables[1].patterns->Find("45"));
  EXPECT_TRUE(tables[2].patterns->Find("45"));
}

TEST_F(ConfigFileTest, GivesTheTablesOwnPlaceInItsErrors) {
  const std::string table = Write("dynamic.pcre", "/dsl/ REJECT\n/(?=x)/ REJECT\n");
  const std::string file = Write("sekimori.toml", "dynamic_names.tables = [\"pcre:dynamic.pcre\"]");
  const auto loaded = LoadConfig(file, false);
  const auto* errors = std::get_if<ConfigErrors>(&loaded);
  ASSERT_TRUE(errors);
  ASSERT_EQ(errors->size(), 1U);
  EXPECT_TRUE(errors->front().starts_with(table + ":2: ")) << errors->front();
}

TEST_F(ConfigFileTest, TakesADefaultFileThatIsNotThereAsEmpty) {
  const auto loaded = LoadConfig(directory_ + "/none.toml", true);
  ASSERT_TRUE(std::holds_alternative<Config>(loaded));
  EXPECT_EQ(PrintValues(std::get<Config>(loaded)), PrintValues(ParseOrDie("")));
}

TEST_F(ConfigFileTest, WantsAFileThatIsNamed) {
  const std::string file = directory_ + "/none.toml";
  const auto loaded = LoadConfig(file, false);
  const auto* errors = std::get_if<ConfigErrors>(&loaded);
  ASSERT_TRUE(errors);
  EXPECT_EQ(*errors, ConfigErrors{file + ": expected a readable file, got \"No such file or directory\""});
}

TEST_F(ConfigFileTest, ReportsADefaultFileThatCannotBeRead) {
  const auto loaded = LoadConfig(directory_, true);
  const auto* errors = std::get_if<ConfigErrors>(&loaded);
  ASSERT_TRUE(errors);
  EXPECT_EQ(*errors, ConfigErrors{directory_ + ": expected a readable file, got \"Is a directory\""});
}

// The sample configuration with the '#' taken away before every key.
std::string SampleWithAllKeys() {
  std::ifstream file(support::InSource("contrib/sekimori.toml"));
  std::string text;
  for (std::string line; std::getline(file, line);) {
    const bool is_key = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    text += (is_key ? line.substr(1) : line) + "\n";
  }
  return text;
}

TEST(SampleConfig, ShowsTheDefaults) {
  EXPECT_EQ(PrintValues(ParseOrDie(SampleWithAllKeys())), PrintValues(ParseOrDie("")));
}

TEST(SampleConfig, EveryReadyConfigurationReads) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(support::InSource("contrib"))) {
    if (entry.path().extension() != ".toml") continue;
    const auto loaded = LoadConfig(entry.path().string(), false);
    const auto* errors = std::get_if<ConfigErrors>(&loaded);
    EXPECT_FALSE(errors) << testing::PrintToString(*errors);
  }
}

TEST(SampleConfig, HasEveryKey) {
  const std::string sample = SampleWithAllKeys();
  for (const ConfigKey& key : ConfigKeys()) {
    if (key.name.empty()) {
      EXPECT_NE(sample.find("[[" + std::string(key.table) + "]]"), std::string::npos) << key.table;
      continue;
    }
    if (sample.find("[[" + std::string(key.table) + "." + std::string(key.name) + "]]") != std::string::npos) continue;
    const std::size_t table = sample.find("\n[" + std::string(key.table) + "]\n");
    ASSERT_NE(table, std::string::npos) << key.table;
    const std::size_t end = sample.find("\n[", table + 1);
    const std::size_t at = sample.find("\n" + std::string(key.name) + " = ", table);
    EXPECT_LT(at, std::min(end, sample.size())) << key.table << "." << key.name;
  }
}

}  // namespace policyd::config::config_file_test
