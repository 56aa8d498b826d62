#include "policyd/http/language.h"

#include <gtest/gtest.h>

namespace policyd::http::language_test {

struct Case {
  const char* name;
  const char* asked;     // ?lang=
  const char* accepted;  // Accept-Language
  Language want;
};
class LanguageTest : public testing::TestWithParam<Case> {};

TEST_P(LanguageTest, IsTheOneThatTheReaderLikesBest) {
  HttpRequest request;
  if (*GetParam().asked) request.query.emplace_back("lang", GetParam().asked);
  if (*GetParam().accepted) request.headers["accept-language"] = GetParam().accepted;
  EXPECT_EQ(LanguageOf(request), GetParam().want);
}

constexpr Language kEnglish = Language::kEnglish;
constexpr Language kJapanese = Language::kJapanese;

INSTANTIATE_TEST_SUITE_P(
    Asked, LanguageTest,
    testing::Values(Case{"nothing_said", "", "", kEnglish}, Case{"japanese", "", "ja", kJapanese},
                    Case{"of_japan", "", "ja-JP", kJapanese}, Case{"any_case", "", "JA-jp", kJapanese},
                    Case{"chrome_of_japan", "", "ja,en-US;q=0.9,en;q=0.8", kJapanese},
                    Case{"chrome_of_germany", "", "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", kEnglish},
                    Case{"german_then_japanese", "", "de, ja;q=0.5, en;q=0.3", kJapanese},
                    Case{"weights_count_not_places", "", "en;q=0.2, ja;q=0.9", kJapanese},
                    Case{"on_a_tie_the_first", "", "en, ja", kEnglish}, Case{"not_wanted", "", "ja;q=0, de", kEnglish},
                    Case{"only_everything", "", "*", kEnglish},
                    Case{"a_language_that_begins_so", "", "jav, jam", kEnglish},
                    Case{"broken", "", ";;q=,ja;q=2,,;", kEnglish}, Case{"chosen_by_hand", "ja", "en", kJapanese},
                    Case{"chosen_back", "en", "ja", kEnglish}, Case{"chosen_what_there_is_not", "fr", "ja", kJapanese}),
    [](const auto& row) { return row.param.name; });

}  // namespace policyd::http::language_test
