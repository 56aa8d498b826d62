// list  = tag *( ";" tag ) [ ";" ]
// tag   = [FWS] name [FWS] "=" [FWS] value [FWS]                   DKIM
//       / name *WSP "=" *WSP value                                 DMARC, BIMI
//       / name "=" value                                           MTA-STS, TLS-RPT
// name  = ALPHA *( ALPHA / DIGIT / "_" )                           of any letter's case in DMARC alone
//       / ( ALPHA / DIGIT ) *( ALPHA / DIGIT / "_" / "-" / "." )   MTA-STS, TLS-RPT
// Everywhere blanks may stand around ";".  Only in DKIM a list, and with it the version, may begin with one.
#include "rules/sender_records/tag_list.h"

#include <algorithm>

#include "rules/values/ascii.h"

namespace rules {
namespace {

bool IsOfTransport(TagForm form) {
  return form == TagForm::kTransport;
}

bool IsTagName(std::string_view name, TagForm form) {
  if (name.empty() || !(IsLetter(name.front()) || (IsOfTransport(form) && IsDigit(name.front())))) return false;
  const std::string_view others = IsOfTransport(form) ? "_-." : "_";
  return std::ranges::all_of(name, [&](char c) { return IsAlphanumeric(c) || others.find(c) != others.npos; });
}

struct Tag {
  std::string_view name, value;
};

// Nothing where the part is no tag.  Blanks around it belong to the ";".
std::optional<Tag> ReadTag(std::string_view part, TagForm form) {
  part = WithoutBlanks(part);
  const std::size_t equals = part.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  Tag tag{.name = part.substr(0, equals), .value = part.substr(equals + 1)};
  if (!IsOfTransport(form)) tag = {.name = WithoutBlanksBehind(tag.name), .value = WithoutBlanksBefore(tag.value)};
  const bool is_tag = IsTagName(tag.name, form) && !(tag.value.starts_with(' ') || tag.value.starts_with('\t'));
  return is_tag ? std::optional(tag) : std::nullopt;
}

std::string NameIn(TagForm form, std::string_view name) {
  return form == TagForm::kDmarc ? LowerAscii(name) : std::string(name);
}

}  // namespace

std::optional<TagList> TagList::Parse(std::string_view text, TagForm form) {
  TagList list;
  const std::vector<std::string_view> parts = Split(text, ';');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool is_end = i + 1 == parts.size() && WithoutBlanks(parts[i]).empty();
    if (is_end) break;
    const auto tag = ReadTag(parts[i], form);
    if (!tag) return std::nullopt;
    std::string name = NameIn(form, tag->name);
    if (list.Find(name)) return std::nullopt;
    list.tags_.emplace_back(std::move(name), tag->value);
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

bool HasVersion(std::string_view record, const RecordVersion& version) {
  const bool may_begin = version.form == TagForm::kDkim || record.empty() || !IsBlank(record.front());
  const auto first = ReadTag(record.substr(0, record.find(';')), version.form);
  return may_begin && first && NameIn(version.form, first->name) == "v" && first->value == version.word;
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
