#include "policyd/http/texts.h"

#include <algorithm>
#include <cassert>

#include "policyd/admin/status/daemon_health.h"
#include "policyd/admin/times.h"
#include "rules/values/ascii.h"

namespace policyd::http {
namespace {

std::string_view NextPart(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

}  // namespace

Texts Texts::Parse(std::string_view file) {
  Texts texts;
  while (!file.empty()) {
    std::string_view line = NextPart(file, '\n');
    if (line.starts_with('#') || line.find('=') == std::string_view::npos) continue;
    const std::string_view key = rules::WithoutBlanks(NextPart(line, '='));
    texts.texts_.emplace(key, rules::WithoutBlanks(line));
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

Html Texts::Sentence(std::string_view key, const std::vector<Filling>& fillings) const {
  return Filled((*this)(key), fillings);
}

Html Texts::Say(const rules::Statement& statement) const {
  const std::string* words = rules::OwnWordsOf(statement);
  if (words || !Has(statement.kind)) {
    return Html().Element("span", {{"lang", "en"}}, words ? *words : statement.kind);
  }
  std::vector<Filling> fillings;
  for (const auto& [place, value] : statement.about) {
    if (std::holds_alternative<rules::Phrase>(value)) continue;
    const auto* duration = std::get_if<rules::seconds>(&value);
    const auto* time = std::get_if<rules::TimePoint>(&value);
    Html html;
    html.Text(duration ? Duration(*duration) : time ? admin::ShownTime(*time) : rules::PrintValue(value));
    fillings.push_back({place, std::move(html)});
  }
  std::vector<Filling> phrases;
  for (const auto& [place, value] : statement.about) {
    if (const auto* phrase = std::get_if<rules::Phrase>(&value)) {
      phrases.push_back({place, Sentence(phrase->kind, fillings)});
    }
  }
  fillings.insert(fillings.end(), phrases.begin(), phrases.end());
  return Sentence(statement.kind, fillings);
}

// Unit by unit, as rules::PrintDuration() writes it.
std::string Texts::Duration(rules::seconds duration) const {
  std::string text;
  const std::string plain = rules::PrintDuration(duration);
  for (const std::string_view part : rules::Split(plain, ' ')) {
    const std::size_t digits = std::min(part.find_first_not_of("0123456789"), part.size());
    if (!text.empty()) text += ' ';
    text += Fill(std::string("duration.").append(part.substr(digits)), {std::string(part.substr(0, digits))});
  }
  return text;
}

std::string_view BuiltInText(std::string_view name) {
  const auto& files = BuiltIns();
  const auto found =
      std::find_if(files.begin(), files.end(), [name](const BuiltIn& file) { return file.name == name; });
  assert(found != files.end() && "there is one of this name");
  return found == files.end() ? std::string_view() : found->text;
}

}  // namespace policyd::http
