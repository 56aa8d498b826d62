// charset = "charset" *WSP "=" *WSP [ "\"" ] 1*40( ALPHA / DIGIT / "-" / "_" / "." / ":" )   RFC 2045 section 5.1
//
// base64 part      = line of 16 symbols or more, more lines of symbols; no other line between (RFC 2045 section 6.8)
// quoted-printable = "=" 2HEXDIGIT, or "=" at the end of a line, which goes on with the next (RFC 2045 section 6.7)
#include "policyd/admin/unblock/encodings.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "rules/values/ascii.h"
#include "rules/values/base64.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

constexpr std::size_t kMostCharsets = 4;
constexpr std::size_t kLongestName = 40;
constexpr std::size_t kLookedAt = 4096;  // for the zero bytes of UTF-16

bool IsNameByte(char c) {
  return rules::IsLetter(c) || rules::IsDigit(c) || c == '-' || c == '_' || c == '.' || c == ':';
}

// A converter of iconv with its handle.
class Converter {
 public:
  explicit Converter(const std::string& charset) : handle_(iconv_open("UTF-8", charset.c_str())) {}
  ~Converter() {
    if (is_open()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  // NOLINTNEXTLINE: iconv's own "no handle" is the number -1.
  bool is_open() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  std::string Convert(std::string_view bytes) const {
    std::string text;
    char chunk[16384];
    char* in = const_cast<char*>(bytes.data());  // iconv reads it only
    std::size_t left = bytes.size();
    while (left > 0) {
      char* out = chunk;
      std::size_t room = sizeof chunk;
      const bool failed = iconv(handle_, &in, &left, &out, &room) == static_cast<std::size_t>(-1);
      const int error = failed ? errno : 0;
      text.append(chunk, out);
      if (error == EINVAL) break;  // cut off in the middle of a sign
      if (error != EILSEQ) continue;
      text += '?';
      ++in;
      --left;
    }
    return text;
  }

 private:
  iconv_t handle_;
};

// By where the zero bytes of its ASCII are; text in other scripts has few, but line ends and blanks are ASCII, too.
const char* WideByZeros(std::string_view bytes) {
  const std::size_t looked_at = std::min(bytes.size(), kLookedAt) / 2 * 2;
  std::size_t zeros[2] = {0, 0};
  for (std::size_t i = 0; i < looked_at; ++i) zeros[i % 2] += bytes[i] == '\0' ? 1U : 0U;
  const std::size_t many = looked_at / 2 / 10;
  const std::size_t few = looked_at / 2 / 50;
  if (looked_at < 16) return nullptr;
  if (zeros[1] > many && zeros[0] <= few) return "UTF-16LE";
  if (zeros[0] > many && zeros[1] <= few) return "UTF-16BE";
  return nullptr;
}

constexpr std::size_t kShortestFirstLine = 16;  // shorter ones are words

// The place behind "=" and a line break at `at`, or `at` where there is none.
std::size_t SkipSoftBreak(std::string_view text, std::size_t at) {
  const std::size_t end = std::min(text.find_first_not_of(" \t\r", at + 1), text.size());
  return end < text.size() && text[end] == '\n' ? end + 1 : at;
}

bool IsBase64Line(std::string_view line) {
  const std::size_t end = line.find_last_not_of('=');
  return !line.empty() && end != std::string_view::npos &&
         line.substr(0, end + 1).find_first_not_of(rules::kBase64Symbols) == std::string_view::npos;
}

}  // namespace

bool IsUtf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[at]);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                               : lead < 0xF0                 ? 3
                               : lead < 0xF5                 ? 4
                                                             : 0;
    if (length == 0 || (lead >= 0x80 && lead < 0xC2) || at + length > bytes.size()) return false;
    for (std::size_t i = 1; i < length; ++i) {
      if ((static_cast<unsigned char>(bytes[at + i]) & 0xC0U) != 0x80U) return false;
    }
    at += length;
  }
  return true;
}

std::optional<std::string> DecodeWide(std::string_view bytes) {
  struct Mark {
    std::string_view bytes;
    const char* charset;
  };
  constexpr Mark kMarks[] = {{"\xEF\xBB\xBF", nullptr},
                             {{"\xFF\xFE\0\0", 4}, "UTF-32LE"},
                             {{"\0\0\xFE\xFF", 4}, "UTF-32BE"},
                             {"\xFF\xFE", "UTF-16LE"},
                             {"\xFE\xFF", "UTF-16BE"}};
  for (const Mark& mark : kMarks) {
    if (!bytes.starts_with(mark.bytes)) continue;
    const std::string_view rest = bytes.substr(mark.bytes.size());
    return mark.charset ? DecodeCharset(rest, mark.charset) : std::string(rest);
  }
  const char* charset = WideByZeros(bytes);
  return charset ? DecodeCharset(bytes, charset) : std::nullopt;
}

std::optional<std::string> DecodeCharset(std::string_view bytes, const std::string& charset) {
  const Converter converter(charset);
  if (!converter.is_open()) return std::nullopt;
  return converter.Convert(bytes);
}

std::vector<std::string> CharsetsNamedIn(std::string_view text) {
  constexpr std::string_view kKey = "charset";
  const auto is_key = [](char a, char b) { return (a | 0x20) == b; };
  std::vector<std::string> names;
  for (auto found = text.begin(); names.size() < kMostCharsets;) {
    found = std::search(found, text.end(), kKey.begin(), kKey.end(), is_key);
    if (found == text.end()) break;
    found += kKey.size();
    std::string_view rest = text.substr(static_cast<std::size_t>(found - text.begin()), 3 * kLongestName);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t=\"'"), rest.size()));
    const auto end = std::find_if_not(rest.begin(), rest.end(), IsNameByte);
    const std::string name = rules::LowerAscii(rest.substr(0, static_cast<std::size_t>(end - rest.begin())));
    if (name.empty() || name.size() > kLongestName || name == "utf-8" || name == "us-ascii") continue;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

bool IsStateful(std::string_view charset) {
  for (const std::string_view part : {"utf-7", "iso-2022-", "hz", "utf-16", "utf-32", "ucs-", "ibm", "cp037"}) {
    if (charset.find(part) != std::string_view::npos) return true;
  }
  return false;
}

std::string DecodeQuotedPrintable(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = text[at] == '=' ? SkipSoftBreak(text, at) : at;
    if (next != at) {
      at = next;
      continue;
    }
    const bool is_encoded = text[at] == '=' && at + 2 < text.size();
    const auto high = is_encoded ? rules::HexValue(text[at + 1]) : std::nullopt;
    const auto low = is_encoded ? rules::HexValue(text[at + 2]) : std::nullopt;
    decoded += high && low ? static_cast<char>(*high << 4 | *low) : text[at];
    at += high && low ? 3 : 1;
  }
  return decoded;
}

std::vector<std::string> Base64PartsOf(std::string_view text) {
  std::vector<std::string> parts;
  std::string symbols;
  const auto finish = [&] {
    if (!symbols.empty()) parts.push_back(rules::DecodeBase64(symbols));
    symbols.clear();
  };
  rules::ForEachLine(text, [&](std::string_view line) {
    line = rules::WithoutBlanks(line);
    const bool continues = !symbols.empty() || line.size() >= kShortestFirstLine;
    if (!IsBase64Line(line) || !continues) return finish();
    symbols.append(line);
  });
  finish();
  return parts;
}

}  // namespace policyd::admin
