#include "policyd/config/config.h"

#include <gtest/gtest.h>

namespace policyd::config::config_salvage_test {

struct Case {
  const char* name;
  const char* text;
  const char* want_store;  // empty: nothing is taken
};

class SalvageTest : public testing::TestWithParam<Case> {};

TEST_P(SalvageTest, TakesTheStoreThatIsMeantOrNone) {
  const auto parsed = ParseConfig("a.toml", GetParam().text);
  const auto* errors = std::get_if<ConfigErrors>(&parsed);
  ASSERT_NE(errors, nullptr) << "the text has errors";
  const auto config = SalvageConfig("a.toml", GetParam().text, *errors);
  EXPECT_EQ(config ? config->store.directory : "", GetParam().want_store);
}

INSTANTIATE_TEST_SUITE_P(
    Config, SalvageTest,
    testing::Values(Case{"unknown_key", "[store]\ndirectory = \"/a\"\n[policy]\nmoode = \"tag\"\n", "/a"},
                    Case{"bad_value", "[store]\ndirectory = \"/a\"\n[policy]\nmode = \"perhaps\"\n", "/a"},
                    Case{"syntax", "[store]\ndirectory = \"/a\"\n[policy]\nmode = \"tag\n", "/a"},
                    Case{"syntax_before_the_store", "[policy\nmode = \"tag\"\n[store]\ndirectory = \"/a\"\n", "/a"},
                    Case{"several", "[policy]\nmode = 1\ntag = []\n[store]\ndirectory = \"/a\"\nnone = 1\n", "/a"},
                    Case{"unknown_table", "[store]\ndirectory = \"/a\"\n[polcy]\nmode = \"tag\"\n", "/a"},
                    Case{"array_over_lines",
                         "[store]\ndirectory = \"/a\"\n[dnsbl]\nsites = [\n \"a=b\",\n \"z.example\",\n]\n", "/a"},
                    Case{"dotted_keys", "store.directory = \"/a\"\npolicy.mode = \"perhaps\"\n", "/a"},
                    Case{"default_store", "[policy]\nmode = \"perhaps\"\n", "/var/lib/sekimori"},
                    Case{"store_mistyped", "[stoer]\ndirectory = \"/a\"\n", ""},
                    Case{"directory_mistyped", "[store]\ndirectry = \"/a\"\n", ""},
                    Case{"directory_of_another_type", "[store]\ndirectory = 7\n", ""},
                    Case{"store_without_its_end", "[store]\ndirectory = \"/a\n[policy]\nmode = \"tag\"\n", ""}),
    [](const auto& row) { return row.param.name; });

TEST(Salvage, KeepsTheSocketOfTheDaemon) {
  constexpr const char* kText =
      "[policy_service]\nlisten = [\"inet:127.0.0.1:7\"]\n[store]\ndirectory = \"/a\"\n[policy]\nmode = 7\n";
  const auto parsed = ParseConfig("a.toml", kText);
  const auto config = SalvageConfig("a.toml", kText, *std::get_if<ConfigErrors>(&parsed));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->service.listen.front().port, 7);
}

}  // namespace policyd::config::config_salvage_test
