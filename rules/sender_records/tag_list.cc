// list  = tag *( ";" tag ) [ ";" ]
// tag   = [FWS] name [FWS] "=" [FWS] value [FWS]
// name  = ALPHA *( ALPHA / DIGIT / "_" )
#include "rules/sender_records/tag_list.h"

#include <algorithm>

#include "rules/values/ascii.h"

namespace rules {
namespace {

bool IsTagName(std::string_view name) {
  return !name.empty() && IsLetter(name.front()) &&
         std::ranges::all_of(name, [](char c) { return IsAlphanumeric(c) || c == '_'; });
}

}  // namespace

std::optional<TagList> TagList::Parse(std::string_view text) {
  TagList list;
  const std::vector<std::string_view> parts = Split(text, ';');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool is_end = i + 1 == parts.size() && WithoutBlanks(parts[i]).empty();
    if (is_end) break;
    const std::size_t equals = parts[i].find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = WithoutBlanks(parts[i].substr(0, equals));
    if (!IsTagName(name) || list.Find(LowerAscii(name))) return std::nullopt;
    list.tags_.emplace_back(LowerAscii(name), WithoutBlanks(parts[i].substr(equals + 1)));
  }
  if (list.tags_.empty()) return std::nullopt;
  return list;
}

const std::string* TagList::Find(std::string_view name) const {
  const auto found = std::ranges::find(tags_, name, [](const auto& tag) { return std::string_view(tag.first); });
  return found == tags_.end() ? nullptr : &found->second;
}

std::string TagList::Get(std::string_view name) const {
  const std::string* value = Find(name);
  return value ? *value : std::string();
}

bool HasVersion(std::string_view record, std::string_view version) {
  const std::string_view first = WithoutBlanks(record.substr(0, record.find(';')));
  const std::size_t equals = first.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = WithoutBlanks(first.substr(0, equals));
  return (name == "v" || name == "V") && WithoutBlanks(first.substr(equals + 1)) == version;
}

std::vector<std::string> ReportUris(std::string_view list) {
  std::vector<std::string> uris;
  for (std::string_view part : Split(list, ',')) {
    part = WithoutBlanks(part);
    const std::size_t colon = part.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == part.size()) continue;
    // A size behind "!" was taken out of the standard; reporters ignore it (RFC 9990).
    uris.emplace_back(part.substr(0, part.find('!')));
  }
  return uris;
}

}  // namespace rules
