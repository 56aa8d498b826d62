#include "policyd/http/pages/texts.h"

#include <algorithm>
#include <cassert>

#include "policyd/admin/status/daemon_health.h"
#include "rules/values/ascii.h"

namespace policyd::http::pages {
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

std::string_view BuiltInText(std::string_view name) {
  const auto& files = BuiltIns();
  const auto found =
      std::find_if(files.begin(), files.end(), [name](const BuiltIn& file) { return file.name == name; });
  assert(found != files.end() && "there is one of this name");
  return found == files.end() ? std::string_view() : found->text;
}

}  // namespace policyd::http::pages
