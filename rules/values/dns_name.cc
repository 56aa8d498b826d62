#include "rules/values/dns_name.h"

#include <algorithm>

#include "rules/values/ascii.h"
#include "rules/values/idn.h"

namespace rules {
namespace {

constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabel = 63;

bool IsHostByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

std::string_view WithoutFinalDot(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::string> NormalizeHostName(std::string_view text) {
  if (!IsAscii(text)) {
    const std::string ascii = ToALabels(text);
    return IsAscii(ascii) ? NormalizeHostName(ascii) : std::nullopt;
  }
  text = WithoutFinalDot(text);
  if (text.empty() || text.size() > kMaxName) return std::nullopt;
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
