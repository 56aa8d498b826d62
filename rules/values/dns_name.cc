#include "rules/values/dns_name.h"

#include <idn2.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "rules/values/ascii.h"

namespace rules {
namespace {

bool IsHostByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

std::string_view WithoutFinalDot(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  return text;
}

// The 63 letters of an A-label stand for fewer than 63 letters of 4 bytes each: no label and no name that IDNA allows
// is longer.  The bound is needed because the work of libidn2 grows with the square of a label's length.
constexpr std::size_t kMaxIdnName = 1024;
constexpr std::size_t kMaxIdnLabel = 252;

// The full stops of UTS 46 beside '.'.
constexpr std::array<std::string_view, 3> kFullStops{"\xe3\x80\x82", "\xef\xbc\x8e", "\xef\xbd\xa1"};

std::string WithAsciiDots(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  while (!name.empty()) {
    const bool is_stop = std::ranges::find(kFullStops, name.substr(0, 3)) != kFullStops.end();
    out += is_stop ? '.' : name.front();
    name.remove_prefix(is_stop ? 3 : 1);
  }
  return out;
}

std::optional<std::string> ToALabel(const std::string& label) {
  if (label.size() > kMaxIdnLabel) return std::nullopt;
  std::uint8_t* found = nullptr;
  const int status = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(label.c_str()), &found,
                                    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<std::uint8_t, void (*)(void*)> owned(found, std::free);
  if (status != IDN2_OK || !found) return std::nullopt;
  return LowerAscii(reinterpret_cast<const char*>(found));
}

}  // namespace

// Eight bytes at a time: each request's names pass here.
bool IsAscii(std::string_view text) {
  std::uint64_t all = 0;
  for (; text.size() >= sizeof all; text.remove_prefix(sizeof all)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data(), sizeof eight);
    all |= eight;
  }
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return (all & 0x8080808080808080U) == 0;
}

std::string ToALabels(std::string_view name) {
  if (IsAscii(name) || name.size() > kMaxIdnName || name.find('\0') != std::string_view::npos) return LowerAscii(name);
  const std::string dotted = LowerAscii(WithAsciiDots(name));
  std::string out;
  for (std::size_t begin = 0; begin <= dotted.size();) {
    const std::size_t end = std::min(dotted.find('.', begin), dotted.size());
    const std::string label = dotted.substr(begin, end - begin);
    if (begin > 0) out += '.';
    out += IsAscii(label) ? label : ToALabel(label).value_or(label);
    begin = end + 1;
  }
  return out;
}

std::optional<std::string> NormalizeHostName(std::string_view text) {
  if (!IsAscii(text)) {
    const std::string ascii = ToALabels(text);
    return IsAscii(ascii) ? NormalizeHostName(ascii) : std::nullopt;
  }
  text = WithoutFinalDot(text);
  if (text.empty() || text.size() > kMaxHostName) return std::nullopt;
  std::string name = LowerAscii(text);
  std::size_t label = 0;
  for (const char c : name) {
    if (c == '.') {
      if (label == 0) return std::nullopt;
      label = 0;
      continue;
    }
    if (!IsHostByte(c) || ++label > kMaxLabel) return std::nullopt;
  }
  if (label == 0) return std::nullopt;
  return name;
}

bool IsUnder(std::string_view name, std::string_view domain) {
  if (domain.empty() || !name.ends_with(domain)) return false;
  return name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.';
}

std::string DomainOf(std::string_view mail_address) {
  const std::size_t at = mail_address.rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view domain = mail_address.substr(at + 1);
  if (IsAscii(domain)) return LowerAscii(WithoutFinalDot(domain));
  return std::string(WithoutFinalDot(ToALabels(domain)));
}

}  // namespace rules
