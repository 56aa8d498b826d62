// charset = "charset" *WSP "=" *WSP [ "\"" ] 1*40( ALPHA / DIGIT / "-" / "_" / "." / ":" )   RFC 2045 section 5.1
#include "policyd/admin/unblock/charsets.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>

#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

constexpr std::size_t kMostCharsets = 4;
constexpr std::size_t kLongestName = 40;
constexpr std::size_t kLookedAt = 4096;  // for the zero bytes of UTF-16

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == ':';
}

// Converts as long as the converter lives.
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

}  // namespace policyd::admin
