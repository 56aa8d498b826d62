// Accept-Language = range *( "," range )     range = tag [ ";q=" 0 to 1, at most three digits behind the point ]
#include "policyd/http/language.h"

#include <algorithm>
#include <optional>
#include <string>

#include "rules/values/ascii.h"

namespace policyd::http {
namespace {

constexpr int kWhole = 1000;

// In thousandths; what is no quality is none.
int QualityOf(std::string_view text) {
  text = rules::WithoutBlanks(text);
  if (!text.starts_with("q=")) return kWhole;
  text.remove_prefix(2);
  if (text.empty() || (text.front() != '0' && text.front() != '1')) return 0;
  const int whole = (text.front() - '0') * kWhole;
  text.remove_prefix(1);
  if (text.empty()) return whole;
  if (text.front() != '.' || text.size() > 4) return 0;
  int unit = kWhole;
  int part = 0;
  for (const char digit : text.substr(1)) {
    if (!rules::IsDigit(digit)) return 0;
    unit /= 10;
    part += (digit - '0') * unit;
  }
  return std::min(whole + part, kWhole);
}

// "ja" and "ja-JP" are Japanese.
bool Names(std::string_view range, Language language) {
  const std::string tag = rules::LowerAscii(range.substr(0, range.find('-')));
  return tag == Code(language);
}

}  // namespace

std::string_view Code(Language language) {
  switch (language) {
    case Language::kEnglish:
      return "en";
    case Language::kJapanese:
      return "ja";
  }
  return "en";
}

Language LanguageOf(const HttpRequest& request) {
  for (const Language language : kLanguages) {
    if (request.Parameter("lang") == Code(language)) return language;
  }
  std::optional<Language> best;
  int quality = 0;
  for (const std::string_view part : rules::Split(request.Header("accept-language"), ',')) {
    const std::size_t semicolon = std::min(part.find(';'), part.size());
    const std::string_view range = rules::WithoutBlanks(part.substr(0, semicolon));
    const int wanted = semicolon < part.size() ? QualityOf(part.substr(semicolon + 1)) : kWhole;
    for (const Language language : kLanguages) {
      if (!Names(range, language) || wanted <= quality) continue;
      best = language;
      quality = wanted;
    }
  }
  return best.value_or(Language::kEnglish);
}

}  // namespace policyd::http
