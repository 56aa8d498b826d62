// address = [route] local "@" domain
// route   = "@" text ":"                      RFC 5321 appendix C: to be ignored
// local   = text | DQUOTE text DQUOTE         in quotes "\" takes the next byte along
#include "rules/values/mail_address.h"

#include <algorithm>

#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace rules {
namespace {

constexpr std::string_view kQuotedOnly = "\"\\<>()[],;:@";  // RFC 5321: in a local part only within quotes

bool IsControlOrBlank(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
}

bool NeedsQuotes(std::string_view local) {
  return std::any_of(local.begin(), local.end(),
                     [](char c) { return IsControlOrBlank(c) || kQuotedOnly.find(c) != std::string_view::npos; });
}

std::string Unquoted(std::string_view local) {
  std::string out;
  for (std::size_t i = 1; i + 1 < local.size(); ++i) {
    if (local[i] == '\\' && i + 2 < local.size()) ++i;
    out += local[i];
  }
  return out;
}

std::string Quoted(std::string_view local) {
  std::string out = "\"";
  for (const char c : local) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string OneForm(std::string_view local) {
  std::string plain = LowerAscii(local);
  if (!NeedsQuotes(plain)) return plain;
  if (plain.front() == '@' && plain.find(':') != std::string::npos) return OneForm(plain.substr(plain.find(':') + 1));
  const bool is_quoted = plain.size() >= 2 && plain.front() == '"' && plain.back() == '"';
  if (is_quoted) plain = Unquoted(plain);
  return NeedsQuotes(plain) ? Quoted(plain) : plain;
}

// What may stand behind the '@' of a mail that Postfix took: a name, or with smtputf8_enable any letters.
std::optional<std::string> DomainForm(std::string_view text) {
  if (auto name = NormalizeHostName(text)) return name;
  if (IsAscii(text)) return std::nullopt;
  std::string bytes = ToALabels(text);
  if (bytes.ends_with('.')) bytes.pop_back();
  const bool is_sound = bytes.size() <= kMaxHostName && !bytes.empty() && bytes.find("..") == std::string::npos &&
                        bytes.front() != '.' && !NeedsQuotes(bytes);
  return is_sound ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace

std::optional<MailAddress> ParseMailAddress(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  auto domain = DomainForm(text.substr(at + 1));
  if (!domain) return std::nullopt;
  return MailAddress{.local = OneForm(text.substr(0, at)), .domain = std::move(*domain)};
}

std::string_view WithoutExtension(std::string_view local) {
  const std::size_t plus = local.find('+');
  return plus == 0 ? local : local.substr(0, plus);
}

void UseALabels(std::string& address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string::npos) return;
  const std::string_view domain = std::string_view(address).substr(at + 1);
  if (IsAscii(domain)) return;
  address.replace(at + 1, std::string::npos, ToALabels(domain));
}

std::string ComparableAddress(std::string_view text) {
  std::string address(text);
  UseALabels(address);
  return LowerAscii(address);
}

}  // namespace rules
