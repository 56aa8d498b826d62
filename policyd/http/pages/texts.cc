#include "policyd/http/pages/texts.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <optional>

#include "policyd/admin/status/daemon_health.h"
#include "rules/values/ascii.h"

namespace policyd::http::pages {
namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view Trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string_view NextPart(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

std::optional<Language> LanguageNamed(std::string_view tag) {
  const std::string code = rules::LowerAscii(tag.substr(0, tag.find('-')));
  for (const Language language : kLanguages) {
    if (code == CodeOf(language)) return language;
  }
  return std::nullopt;
}

// "ja;q=0.8" -> 0.8
double WeightOf(std::string_view parameters) {
  const std::string_view text = Trimmed(parameters);
  if (!text.starts_with("q=")) return 1;
  double weight = 0;
  std::from_chars(text.data() + 2, text.data() + text.size(), weight);
  return weight;
}

}  // namespace

const char* CodeOf(Language language) {
  return language == Language::kJapanese ? "ja" : "en";
}

Language LanguageOf(const HttpRequest& request) {
  if (const auto asked = LanguageNamed(request.Parameter("lang"))) return *asked;
  Language best = Language::kEnglish;
  double weight = 0;
  for (std::string_view rest = request.Header("accept-language"); !rest.empty();) {
    std::string_view part = NextPart(rest, ',');
    const auto language = LanguageNamed(Trimmed(NextPart(part, ';')));
    if (const double its = WeightOf(part); language && its > weight) {
      best = *language;
      weight = its;
    }
  }
  return best;
}

Texts Texts::Parse(std::string_view file) {
  Texts texts;
  while (!file.empty()) {
    std::string_view line = NextPart(file, '\n');
    if (line.starts_with('#') || line.find('=') == std::string_view::npos) continue;
    const std::string_view key = Trimmed(NextPart(line, '='));
    texts.texts_.emplace(key, Trimmed(line));
  }
  return texts;
}

const Texts& Texts::Of(Language language) {
  static const Texts kEnglish = Parse(BuiltInText("en.txt"));
  static const Texts kJapanese = Parse(BuiltInText("ja.txt"));
  return language == Language::kJapanese ? kJapanese : kEnglish;
}

std::string_view Texts::operator()(std::string_view key) const {
  const auto found = texts_.find(key);
  return found == texts_.end() ? key : std::string_view(found->second);
}

std::string Texts::Fill(std::string_view key, const std::vector<std::string>& with) const {
  return admin::FilledIn((*this)(key), with);
}

std::string Texts::Word(std::string_view kind, std::string_view word) const {
  const auto found = texts_.find(std::string(kind) + '.' + std::string(word));
  return found == texts_.end() ? std::string(word) : found->second;
}

std::string_view BuiltInText(std::string_view name) {
  const auto& files = BuiltIns();
  const auto found =
      std::find_if(files.begin(), files.end(), [name](const BuiltIn& file) { return file.name == name; });
  assert(found != files.end() && "there is one of this name");
  return found == files.end() ? std::string_view() : found->text;
}

}  // namespace policyd::http::pages
