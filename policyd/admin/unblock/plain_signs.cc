// tag    = "<" [ "/" ] ALPHA *( ALPHA / DIGIT ) [ ( blank / "/" ) text ] ">"
// entity = "&#" 1*DIGIT [ ";" ] / "&#x" 1*HEXDIGIT [ ";" ] / "&" name ";"
#include "policyd/admin/unblock/encodings.h"
#include "rules/values/ascii.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace policyd::admin {
namespace {

constexpr char32_t kNothing = 0;

struct Range {
  char32_t first, last;
  char32_t plain;
};

constexpr Range kSigns[] = {
    {0x00A0, 0x00A0, ' '},      {0x00AD, 0x00AD, kNothing}, {0x061C, 0x061C, kNothing}, {0x1680, 0x1680, ' '},
    {0x180E, 0x180E, kNothing}, {0x2000, 0x200A, ' '},      {0x200B, 0x200F, kNothing}, {0x2010, 0x2015, '-'},
    {0x2028, 0x2029, '\n'},     {0x202A, 0x202E, kNothing}, {0x202F, 0x202F, ' '},      {0x2043, 0x2043, '-'},
    {0x205F, 0x205F, ' '},      {0x2060, 0x206F, kNothing}, {0x2212, 0x2212, '-'},      {0x3000, 0x3000, ' '},
    {0xFE58, 0xFE58, '-'},      {0xFE63, 0xFE63, '-'},      {0xFEFF, 0xFEFF, kNothing},
};

char32_t Plain(char32_t sign) {
  if (sign >= 0xFF01 && sign <= 0xFF5E) return sign - 0xFF01 + '!';
  const auto* found =
      std::find_if(std::begin(kSigns), std::end(kSigns), [sign](const Range& range) { return sign <= range.last; });
  return found != std::end(kSigns) && sign >= found->first ? found->plain : sign;
}

void Append(std::string& text, char32_t sign) {
  const auto add = [&text](char32_t byte) { text += static_cast<char>(byte); };
  if (sign < 0x80) return add(sign);
  if (sign < 0x800) {
    add(0xC0 | sign >> 6);
  } else if (sign < 0x10000) {
    add(0xE0 | sign >> 12);
    add(0x80 | (sign >> 6 & 0x3F));
  } else {
    add(0xF0 | sign >> 18);
    add(0x80 | (sign >> 12 & 0x3F));
    add(0x80 | (sign >> 6 & 0x3F));
  }
  add(0x80 | (sign & 0x3F));
}

struct Sign {
  char32_t sign = 0;
  std::size_t bytes = 1;
};

// The sign at `at`; a byte that is no UTF-8 stands for nothing.
std::optional<Sign> SignAt(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t bytes = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (bytes == 0 || at + bytes > text.size()) return std::nullopt;
  char32_t sign = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xC0U) != 0x80U) return std::nullopt;
    sign = sign << 6 | (next & 0x3FU);
  }
  return Sign{.sign = sign, .bytes = bytes};
}

struct Named {
  std::string_view name;
  char32_t sign;
};

// Those that can stand in a reply, of all 2,231 of HTML.
constexpr Named kNamed[] = {
    {"nbsp", 0xA0},
    {"NonBreakingSpace", 0xA0},
    {"shy", 0xAD},
    {"ensp", 0x2002},
    {"emsp", 0x2003},
    {"thinsp", 0x2009},
    {"ZeroWidthSpace", 0x200B},
    {"zwnj", 0x200C},
    {"zwj", 0x200D},
    {"NoBreak", 0x2060},
    {"hyphen", 0x2010},
    {"dash", 0x2010},
    {"ndash", 0x2013},
    {"mdash", 0x2014},
    {"horbar", 0x2015},
    {"minus", 0x2212},
    {"lt", '<'},
    {"gt", '>'},
    {"LT", '<'},
    {"GT", '>'},
    {"amp", '&'},
    {"AMP", '&'},
    {"quot", '"'},
    {"QUOT", '"'},
    {"apos", '\''},
    {"lpar", '('},
    {"rpar", ')'},
    {"lsqb", '['},
    {"rsqb", ']'},
    {"lbrack", '['},
    {"rbrack", ']'},
    {"commat", '@'},
    {"period", '.'},
    {"num", '#'},
    {"colon", ':'},
    {"semi", ';'},
    {"comma", ','},
    {"lowbar", '_'},
    {"equals", '='},
    {"sol", '/'},
    {"Tab", '\t'},
    {"NewLine", '\n'},
    {"numsp", 0x2007},
    {"puncsp", 0x2008},
    {"hairsp", 0x200A},
};

// The entity at the beginning of `text`, which begins with "&".
std::optional<Sign> ReadEntity(std::string_view text) {
  constexpr std::size_t kLongest = 20;
  const std::string_view body = text.substr(1, kLongest);
  if (!body.starts_with('#')) {
    const std::size_t end = body.find(';');
    const auto* found = std::find_if(std::begin(kNamed), std::end(kNamed),
                                     [&](const Named& one) { return one.name == body.substr(0, end); });
    if (end == std::string_view::npos || found == std::end(kNamed)) return std::nullopt;
    return Sign{.sign = found->sign, .bytes = end + 2};
  }
  const bool is_hex = body.size() > 1 && (body[1] | 0x20) == 'x';
  const char* begin = body.data() + (is_hex ? 2 : 1);
  const char* end = body.data() + body.size();
  std::uint32_t sign = 0;
  const auto read = std::from_chars(begin, end, sign, is_hex ? 16 : 10);
  if (read.ec != std::errc() || sign == 0 || sign > 0x10FFFF) return std::nullopt;
  const bool has_end = read.ptr != end && *read.ptr == ';';
  return Sign{.sign = sign, .bytes = static_cast<std::size_t>(read.ptr - text.data()) + (has_end ? 1U : 0U)};
}

std::string WithoutEntities(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto entity = text[at] == '&' ? ReadEntity(text.substr(at)) : std::nullopt;
    if (entity) {
      Append(plain, entity->sign);
    } else {
      plain += text[at];
    }
    at += entity ? entity->bytes : 1;
  }
  return plain;
}

// The name of the tag at the beginning of `text`, which begins with "<"; empty where it is none.
std::string_view TagName(std::string_view text) {
  std::size_t begin = 1;
  if (begin < text.size() && text[begin] == '/') ++begin;
  std::size_t end = begin;
  while (end < text.size() && (rules::IsLetter(text[end]) || (end > begin && rules::IsDigit(text[end])))) ++end;
  const bool ends = end < text.size() && std::string_view(" \t\r\n/>").find(text[end]) != std::string_view::npos;
  return ends ? text.substr(begin, end - begin) : std::string_view();
}

// Tags within a line, which may stand inside a word; all others end a line.
bool IsInline(std::string_view name) {
  constexpr std::string_view kInline[] = {"a",    "abbr",   "b",   "bdi",  "bdo", "big", "code", "em",   "font",
                                          "i",    "ins",    "kbd", "mark", "o",   "q",   "s",    "samp", "small",
                                          "span", "strong", "sub", "sup",  "tt",  "u",   "var",  "wbr"};
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(c | 0x20);
  return std::find(std::begin(kInline), std::end(kInline), lower) != std::end(kInline);
}

std::string WithoutTags(std::string_view text) {
  constexpr std::string_view kComment = "<!--", kCommentEnd = "-->";
  std::string plain;
  plain.reserve(text.size());
  std::size_t tag_end = 0, comment_end = 0;  // the next ones, so that each is looked for once
  const auto next = [text](std::size_t& known, std::string_view wanted, std::size_t at) {
    if (known != std::string_view::npos && known < at) known = text.find(wanted, at);
    return known;
  };
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '<') {
      plain += text[at++];
      continue;
    }
    const std::string_view rest = text.substr(at);
    if (rest.starts_with(kComment) && next(comment_end, kCommentEnd, at + kComment.size()) != std::string_view::npos) {
      at = comment_end + kCommentEnd.size();
      continue;
    }
    const std::string_view name = TagName(rest);
    if (name.empty() || next(tag_end, ">", at) == std::string_view::npos) {
      plain += text[at++];
      continue;
    }
    if (!IsInline(name)) plain += '\n';
    at = tag_end + 1;
  }
  return plain;
}

}  // namespace

std::string WithPlainSigns(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto sign = static_cast<unsigned char>(text[at]) < 0x80 ? std::nullopt : SignAt(text, at);
    if (!sign) {
      plain += text[at++];
      continue;
    }
    const char32_t mapped = Plain(sign->sign);
    if (mapped != kNothing) Append(plain, mapped);
    at += sign->bytes;
  }
  return plain;
}

std::string WithoutHtml(std::string_view text) {
  const bool has_any = text.find('<') != std::string_view::npos || text.find('&') != std::string_view::npos;
  if (!has_any) return std::string(text);
  // Gateways escape what is escaped already: "&amp;#8209;".
  return WithoutEntities(WithoutEntities(WithoutTags(text)));
}

}  // namespace policyd::admin
