#include "policyd/http/pages/texts.h"

#include <dirent.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "policyd/admin/status/daemon_health.h"
#include "rules/action.h"
#include "rules/client/reverse_dns.h"
#include "rules/question.h"
#include "rules/signal.h"
#include "rules/verdict.h"
#include "rules/zones/health.h"

namespace policyd::http::pages {
namespace {

std::multiset<std::string> PlacesIn(const std::string& text) {
  static const std::regex kPlace("\\{[0-9]\\}");
  return {std::sregex_token_iterator(text.begin(), text.end(), kPlace), std::sregex_token_iterator()};
}

std::set<std::string> As(const std::multiset<std::string>& places) {
  return {places.begin(), places.end()};
}

TEST(Texts, EachLanguageSaysAllThatTheOthersSay) {
  const auto& english = Texts::Of(Language::kEnglish).all();
  const auto& japanese = Texts::Of(Language::kJapanese).all();
  ASSERT_GT(english.size(), 200U);
  for (const auto& [key, text] : english) {
    EXPECT_FALSE(text.empty()) << key;
    ASSERT_TRUE(japanese.contains(key)) << key << " has no Japanese text";
    EXPECT_EQ(As(PlacesIn(japanese.at(key))), As(PlacesIn(text))) << key;
  }
  EXPECT_EQ(japanese.size(), english.size());
  const auto is_japanese = [](unsigned char byte) { return byte >= 0xe3 && byte <= 0xe9; };
  for (const auto& [key, text] : japanese) {
    const bool may_be_alike = key == "lookup.helo" || key == "reason.helo" || key == "locked.title";
    EXPECT_TRUE(may_be_alike || std::any_of(text.begin(), text.end(), is_japanese)) << key << " is not translated";
  }
}

template <class Enum>
void ExpectWords(const std::string& kind, std::size_t count, const char* (*name)(Enum)) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::string key = kind + '.' + name(static_cast<Enum>(i));
    EXPECT_TRUE(Texts::Of(Language::kEnglish).Has(key)) << key;
  }
}

TEST(Texts, SayAllWordsOfTheRules) {
  ExpectWords<rules::Action>("action", rules::kAllActions.size(), rules::Name);
  ExpectWords<rules::Reason>("reason", static_cast<std::size_t>(rules::Reason::kFailOpen) + 1, rules::Name);
  ExpectWords<rules::SignalKind>("signal", rules::kSignalKinds, rules::Name);
  ExpectWords<rules::ZoneState>("zone", rules::kZoneStates, rules::Name);
  ExpectWords<rules::Mode>("mode", 3, rules::Name);
  ExpectWords<rules::Question::Kind>("asked", rules::kDnsKinds, rules::DnsKindName);
}

TEST(Texts, SayAllFindingsAsTheToolDoes) {
  const std::vector<std::string> about{"[0]", "[1]"};
  for (const admin::FindingRow& row : admin::FindingRows()) {
    const std::string key = std::string("finding.") + row.name;
    const Texts& english = Texts::Of(Language::kEnglish);
    EXPECT_TRUE(english.Has(key)) << key;
    EXPECT_EQ(english.Fill(key + ".hint", about), admin::FilledIn(row.hint, about)) << key;
    EXPECT_EQ(As(PlacesIn(std::string(english(key)))), As(PlacesIn(row.text))) << key;
  }
}

// Every key that the pages use stands in the files, and what stands there is used.
TEST(Texts, AreThoseThatThePagesUse) {
  const std::string folder = std::string(SEKIMORI_SOURCE_DIR) + "/policyd/http/pages";
  std::string source;
  DIR* directory = opendir(folder.c_str());
  ASSERT_NE(directory, nullptr);
  while (const dirent* entry = readdir(directory)) {
    const std::string name = entry->d_name;
    if (!name.ends_with(".cc")) continue;
    std::ifstream file(folder + "/" + name);
    source += std::string(std::istreambuf_iterator<char>(file), {});
  }
  closedir(directory);
  const Texts& english = Texts::Of(Language::kEnglish);
  const std::regex used(R"re((?:\bText|Fill|texts)\(\s*"([a-z0-9._]+[a-z0-9])")re");
  std::size_t count = 0;
  for (std::sregex_iterator at(source.begin(), source.end(), used), end; at != end; ++at, ++count) {
    EXPECT_TRUE(english.Has((*at)[1].str())) << (*at)[1];
  }
  EXPECT_GT(count, 60U);
}

}  // namespace
}  // namespace policyd::http::pages
