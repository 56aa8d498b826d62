#include "policyd/http/texts.h"

#include <dirent.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <span>
#include <sstream>

#include <gtest/gtest.h>

#include "cache/repair/alarms.h"
#include "policyd/admin/report/report.h"
#include "policyd/admin/status/daemon_health.h"
#include "policyd/admin/unblock/unblock_plan.h"
#include "policyd/config/warning_rows.h"
#include "policyd/dns/zones/zone_reasons.h"
#include "rules/action.h"
#include "rules/client/reverse_dns.h"
#include "rules/explanation.h"
#include "rules/question.h"
#include "rules/reputation/reputation.h"
#include "rules/signal.h"
#include "rules/verdict.h"
#include "rules/zones/health.h"
#include "tests/support/japanese_words.h"
#include "tests/support/source_directory.h"

namespace policyd::http::texts_test {

std::multiset<std::string> PlacesIn(const std::string& text) {
  static const std::regex kPlace("\\{[a-z_0-9]+\\}");
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
    const bool may_differ = key == "why.time";  // that of Japan stands beside that of Greenwich
    EXPECT_TRUE(may_differ || As(PlacesIn(japanese.at(key))) == As(PlacesIn(text))) << key;
  }
  EXPECT_EQ(japanese.size(), english.size());
  const auto is_japanese = [](unsigned char byte) { return byte >= 0xe3 && byte <= 0xe9; };
  for (const auto& [key, text] : japanese) {
    // The names of parts are those of standards; a record is shown as it is.
    const bool is_of_standard = key.starts_with("report_part.") || key.starts_with("watch_check.") ||
                                key == "report.record" || key == "report.spf.record" || key == "report.mx.host" ||
                                key == "report.dane.there" || key == "report.mail.author";
    const bool may_be_alike = is_of_standard || key == "lookup.helo" || key == "reason.helo" || key == "locked.title" ||
                              key == "bands.all" || key == "meaning.action" || key == "why.time";
    EXPECT_TRUE(may_be_alike || std::any_of(text.begin(), text.end(), is_japanese)) << key << " is not translated";
  }
}

// Of two texts with one key a translator changes the one that is not shown.
TEST(Texts, StandOnceEach) {
  for (const char* name : {"en.txt", "ja.txt"}) {
    std::istringstream file{std::string(BuiltInText(name))};
    std::set<std::string> keys;
    for (std::string line; std::getline(file, line);) {
      const std::size_t end = line.find(" = ");
      const bool is_text = !line.starts_with('#') && end != std::string::npos;
      EXPECT_TRUE(!is_text || keys.insert(line.substr(0, end)).second) << name << ": " << line;
    }
    EXPECT_GT(keys.size(), 200U);
  }
}

// Not a word of English in a Japanese text, but for names, keys, commands and what stands in places.
TEST(Texts, AreJapaneseThroughout) {
  const std::regex not_words("\\{[a-z_0-9]+\\}|`[^`]*`");
  for (const auto& [key, text] : Texts::Of(Language::kJapanese).all()) {
    const auto english = support::EnglishWordsIn(std::regex_replace(text, not_words, ""));
    EXPECT_EQ(english, std::vector<std::string>()) << key << " = " << text;
  }
}

// All that rules, lists and configuration have to say, of whatever kind, is there to be said in each language, about
// the same things.
TEST(Texts, SayEachKindOfStatement) {
  std::vector<rules::StatementRow> rows = rules::RemedyRows();
  const std::span<const rules::StatementRow> of_reputations = rules::ReputationRows();
  for (const auto& more :
       {of_reputations, admin::UnblockRows(), dns::ZoneReasonRows(), config::WarningRows(), cache::AlarmRows()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  rows.insert(rows.end(), admin::ReportRows().begin(), admin::ReportRows().end());
  EXPECT_GT(rows.size(), 260U);
  for (const rules::StatementRow& row : rows) {
    for (const Language language : kLanguages) {
      EXPECT_TRUE(Texts::Of(language).Has(row.kind)) << row.kind << " in " << Code(language);
    }
    const std::string english(Texts::Of(Language::kEnglish)(row.kind));
    EXPECT_EQ(As(PlacesIn(english)), As(PlacesIn(row.text))) << row.kind;
  }
}

TEST(Texts, SayAStatementWithItsDurations) {
  const rules::Statement statement{.kind = "remedy.send_again",
                                   .about = {{"wait", rules::seconds{180}}, {"window", rules::seconds{183600}}}};
  EXPECT_EQ(Texts::Of(Language::kEnglish).Say(statement).Document(),
            "<!DOCTYPE html>\nSending the same mail again in 3m or later, within 2d 3h\n");
  EXPECT_EQ(Texts::Of(Language::kJapanese).Say(statement).Document(),
            "<!DOCTYPE html>\n3 分経ってから 2 日 3 時間以内に同じメールを再送する\n");
  EXPECT_EQ(Texts::Of(Language::kJapanese).Duration(rules::seconds{0}), "0 秒");
}

TEST(Texts, SayAStatementWithItsPhrases) {
  const rules::Statement statement =
      rules::With({.kind = "warning.zone_is_gone",
                   .about = {{"key", std::string("dnsbl.sites")}, {"zone", std::string("virbl.example")}}},
                  "what", {.kind = "gone.shut_down", .about = {{"when", std::string("2017-01")}}});
  EXPECT_EQ(Texts::Of(Language::kEnglish).Say(statement).Document(),
            "<!DOCTYPE html>\ndnsbl.sites: virbl.example is gone (shut down in 2017-01): take it out.\n");
  EXPECT_EQ(
      Texts::Of(Language::kJapanese).Say(statement).Document(),
      "<!DOCTYPE html>\ndnsbl.sites: virbl.example は廃止されています（2017-01 に停止）。設定から外してください。\n");
}

// Of a record of an older version, or of a newer one.
TEST(Texts, SayThatWhatHasNoTextIsEnglish) {
  const Texts& japanese = Texts::Of(Language::kJapanese);
  EXPECT_EQ(japanese.Say(rules::InOwnWords("lists/ were <gone>")).Document(),
            "<!DOCTYPE html>\n<span lang=\"en\">lists/ were &lt;gone&gt;</span>\n");
  EXPECT_EQ(japanese.Say({.kind = "alarm.newer", .about = {}}).Document(),
            "<!DOCTYPE html>\n<span lang=\"en\">alarm.newer</span>\n");
}

// A page that lacks a text shows its key.
TEST(Texts, AreThoseThatTheOtherPageUses) {
  const std::string folder = support::InSource("policyd/http/why");
  std::set<std::string> used;
  const std::regex key(R"re("([a-z][a-z0-9_.]*[a-z0-9])")re");
  for (const char* name : {"page.cc", "buttons.cc", "frame.cc"}) {
    std::ifstream file(folder + "/" + name);
    const std::string source(std::istreambuf_iterator<char>(file), {});
    for (std::sregex_iterator at(source.begin(), source.end(), key), end; at != end; ++at) used.insert((*at)[1].str());
  }
  std::size_t found = 0;
  for (const auto& [name, text] : Texts::Of(Language::kEnglish).all()) {
    if (!name.starts_with("why.") || name.starts_with("why.cause.") || name.starts_with("why.action.")) continue;
    found += used.contains(name.substr(4)) ? 1U : 0U;
    EXPECT_TRUE(used.contains(name.substr(4))) << name << " is never said";
  }
  EXPECT_GT(found, 60U);
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
  ExpectWords<rules::Reason>("reason", static_cast<std::size_t>(rules::kLastReason) + 1, rules::Name);
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
    std::string hint = english.Fill(key + ".hint", about);
    std::erase(hint, '`');  // around commands
    EXPECT_EQ(hint, admin::FilledIn(row.hint, about)) << key;
    EXPECT_EQ(As(PlacesIn(std::string(english(key)))), As(PlacesIn(row.text))) << key;
  }
}

// Every key that the pages use stands in the files, and what stands there is used.
TEST(Texts, AreThoseThatThePagesUse) {
  const std::string folder = support::InSource("policyd/http/pages");
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

}  // namespace policyd::http::texts_test
