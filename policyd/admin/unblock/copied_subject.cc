#include "policyd/admin/unblock/pasted_text.h"

#include <algorithm>
#include <optional>

#include "policyd/admin/unblock/encodings.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

constexpr std::string_view kBetweenWords = " \t\r\n<>()[]{},;\"'`|=\\";
constexpr std::string_view kPunctuation = ".:!?*_";

// Without "mailto:", "IPv6:", "https://" and what follows a name in a link.
std::string_view WithoutScheme(std::string_view word) {
  constexpr std::string_view kSchemes[] = {"mailto:", "ipv6:", "smtp:", "rfc822:", "dns:", "https://", "http://"};
  for (const std::string_view scheme : kSchemes) {
    if (rules::LowerAscii(word.substr(0, scheme.size())) != scheme) continue;
    word.remove_prefix(scheme.size());
    return word.substr(0, word.find_first_of("?/"));
  }
  return word;
}

// "192.0.2.20", "192.0.2.20.", "192.0.2.20:25", "2001:db8::1".
std::optional<rules::IpAddress> AddressOf(std::string_view word) {
  if (const auto address = rules::IpAddress::Parse(word)) return address;
  while (!word.empty() && kPunctuation.find(word.back()) != std::string_view::npos) word.remove_suffix(1);
  if (const auto address = rules::IpAddress::Parse(word)) return address;
  const std::size_t colon = word.rfind(':');
  const bool has_port = colon != std::string_view::npos && word.find('.') < colon &&
                        word.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
  return has_port ? rules::IpAddress::Parse(word.substr(0, colon)) : std::nullopt;
}

std::string_view WithoutPunctuation(std::string_view word) {
  while (!word.empty() && kPunctuation.find(word.back()) != std::string_view::npos) word.remove_suffix(1);
  while (!word.empty() && std::string_view(".:*!?").find(word.front()) != std::string_view::npos) word.remove_prefix(1);
  return word;
}

// Can the text be a domain?  It has a dot, and its last label is no number, unlike "4.7.1".
std::optional<std::string> DomainName(std::string_view word) {
  auto name = rules::NormalizeHostName(word);
  if (!name || name->find('.') == std::string::npos) return std::nullopt;
  const std::string_view top = std::string_view(*name).substr(name->rfind('.') + 1);
  if (top.find_first_not_of("0123456789") == std::string_view::npos) return std::nullopt;
  return name;
}

void ReadWord(std::string_view word, Copied& copied) {
  word = WithoutScheme(word);
  if (const auto address = AddressOf(word)) return AddOnce(copied.addresses, *address);
  word = WithoutPunctuation(word);
  const std::size_t at = word.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view domain = word.substr(at + 1);
    if (!domain.empty() && domain.find('/') == std::string_view::npos) {
      AddOnce(copied.mail_addresses, rules::LowerAscii(word));
    }
    return;
  }
  if (auto name = DomainName(word)) AddOnce(copied.names, *std::move(name));
}

}  // namespace

Copied ReadCopied(std::string_view text) {
  const std::string plain = WithPlainSigns(WithoutHtml(text));
  Copied copied;
  for (std::size_t at = 0; at < plain.size();) {
    const std::size_t begin = plain.find_first_not_of(kBetweenWords, at);
    if (begin == std::string::npos) break;
    const std::size_t end = std::min(plain.find_first_of(kBetweenWords, begin), plain.size());
    ReadWord(std::string_view(plain).substr(begin, end - begin), copied);
    at = end;
  }
  return copied;
}

}  // namespace policyd::admin
