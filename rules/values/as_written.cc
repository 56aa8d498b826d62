#include "rules/values/as_written.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "rules/values/nat64.h"

namespace rules {
namespace {

// Blanks, and what web pages and word processors put around a word: no-break space, zero-width and direction marks,
// byte order mark, ideographic space.
constexpr std::array<std::string_view, 16> kInvisible{"\xc2\xa0",     "\xe2\x80\x8b", "\xe2\x80\x8c", "\xe2\x80\x8d",
                                                      "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xaa", "\xe2\x80\xac",
                                                      "\xe2\x80\xaf", "\xe2\x81\xa0", "\xe2\x81\xa6", "\xe2\x81\xa8",
                                                      "\xe2\x81\xa9", "\xef\xbb\xbf", "\xe3\x80\x80", "\xe2\x80\x89"};
constexpr std::string_view kBlanks = " \t\r\n\v\f";

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kPairs{{{"<", ">"},
                                                                               {"\"", "\""},
                                                                               {"'", "'"},
                                                                               {"(", ")"},
                                                                               {"\xe2\x80\x9c", "\xe2\x80\x9d"},
                                                                               {"\xe2\x80\x98", "\xe2\x80\x99"},
                                                                               {"\xc2\xab", "\xc2\xbb"}}};

// The length of the invisible part at the front, or at the end.
std::size_t InvisibleAtFront(std::string_view text) {
  if (text.empty()) return 0;
  if (kBlanks.find(text.front()) != std::string_view::npos) return 1;
  const auto found = std::ranges::find_if(kInvisible, [&](std::string_view mark) { return text.starts_with(mark); });
  return found == kInvisible.end() ? 0 : found->size();
}

std::size_t InvisibleAtEnd(std::string_view text) {
  if (text.empty()) return 0;
  if (kBlanks.find(text.back()) != std::string_view::npos) return 1;
  const auto found = std::ranges::find_if(kInvisible, [&](std::string_view mark) { return text.ends_with(mark); });
  return found == kInvisible.end() ? 0 : found->size();
}

std::string_view Trimmed(std::string_view text) {
  while (const std::size_t size = InvisibleAtFront(text)) text.remove_prefix(size);
  while (const std::size_t size = InvisibleAtEnd(text)) text.remove_suffix(size);
  return text;
}

std::string_view WithoutPair(std::string_view text) {
  for (const auto& [open, close] : kPairs) {
    const bool is_within = text.size() > open.size() + close.size() && text.starts_with(open) && text.ends_with(close);
    if (!is_within) continue;
    const std::string_view inside = text.substr(open.size(), text.size() - open.size() - close.size());
    // "a" <b>"c": these are not one pair.
    if (inside.find(open) == std::string_view::npos && inside.find(close) == std::string_view::npos) return inside;
  }
  return text;
}

std::string_view WithoutPrefix(std::string_view text, std::string_view prefix) {
  return LowerAscii(text.substr(0, prefix.size())) == prefix ? text.substr(prefix.size()) : text;
}

// The text goes to a terminal.
Error Expected(std::string_view what, std::string_view text) {
  constexpr std::size_t kShown = 320;
  std::string shown(text.substr(0, kShown));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, '?');
  return Error{"expected " + std::string(what) + ", got \"" + shown + "\""};
}

// Takes "[...]", "IPv6:" and the zone off an address; also in "[::1]/128".
std::string AddressWithin(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  std::string_view address = Trimmed(text.substr(0, slash));
  if (address.starts_with('[') && address.ends_with(']')) address = Trimmed(address.substr(1, address.size() - 2));
  address = WithoutPrefix(address, "ipv6:");
  if (address.find(':') != std::string_view::npos) address = address.substr(0, address.find('%'));
  const std::string_view prefix = Trimmed(text.substr(std::min(slash + 1, text.size())));
  return slash == text.size() ? std::string(address) : std::string(address).append("/").append(prefix);
}

// "unknown[192.0.2.1]", as Postfix writes a client without a name.
std::string_view WithoutUnknown(std::string_view text) {
  const std::string_view rest = WithoutPrefix(text, "unknown");
  return rest.starts_with('[') && rest.ends_with(']') ? rest : text;
}

// "[2001:db8::/32]": Postfix's mynetworks has the brackets around the address alone, others around all.
std::string_view WithoutBracketsAroundAll(std::string_view text) {
  const bool is_within = text.size() > 2 && text.starts_with('[') && text.ends_with(']');
  return is_within ? Trimmed(text.substr(1, text.size() - 2)) : text;
}

// The bits of "255.255.255.0"; nothing for what is no netmask.
std::optional<int> BitsOfMask(std::string_view text) {
  const auto mask = IpAddress::Parse(text);
  if (!mask || !mask->is_v4()) return std::nullopt;
  std::uint32_t bits = 0;
  for (const std::uint8_t octet : mask->bytes()) bits = bits << 8 | octet;
  const std::uint32_t host = ~bits;
  if ((host & (host + 1)) != 0) return std::nullopt;
  int prefix = 32;
  for (std::uint32_t rest = host; rest != 0; rest >>= 1) --prefix;
  return prefix;
}

}  // namespace

std::string WithoutFullWidth(std::string_view text) {
  if (IsAscii(text)) return std::string(text);
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t offset) {
      return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset]) : 0U;
    };
    const unsigned sign = (byte(0) & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    if (byte(0) < 0x80) {
      plain += text[at++];
    } else if (byte(0) == 0xEF && sign >= 0xFF01 && sign <= 0xFF5E) {
      plain += static_cast<char>(sign - 0xFF01 + '!');
      at += 3;
    } else if (byte(0) >= 0xE0 && byte(0) < 0xF0 && (sign == 0x3002 || sign == 0xFF61)) {
      plain += '.';
      at += 3;
    } else {
      return std::string(text);
    }
  }
  return plain;
}

std::string_view WithoutWrapping(std::string_view text) {
  for (;;) {
    const std::size_t size = text.size();
    text = Trimmed(text);
    while (!text.empty() && (text.back() == ',' || text.back() == ';')) text.remove_suffix(1);
    if (text.ends_with('.') && !text.ends_with("..")) text.remove_suffix(1);
    text = WithoutPair(text);
    if (text.size() == size) return text;
  }
}

Result<IpAddress> ReadAddress(std::string_view text) {
  const std::string plain = WithoutFullWidth(WithoutWrapping(text));
  const std::string_view bare = WithoutBracketsAroundAll(WithoutUnknown(WithoutWrapping(plain)));
  const auto address = bare.find('/') == std::string_view::npos ? IpAddress::Parse(AddressWithin(bare)) : std::nullopt;
  if (address) return WithoutNat64(*address, {});
  const bool is_dotted = !bare.empty() && bare.find_first_not_of("0123456789.") == std::string_view::npos;
  return Expected(is_dotted ? "an address such as 192.0.2.1: four numbers up to 255, without leading zeros"
                            : "an address such as 192.0.2.1 or 2001:db8::1",
                  text);
}

Result<Network> ReadNetwork(std::string_view text) {
  const std::string plain = WithoutFullWidth(WithoutWrapping(text));
  const std::string_view bare = WithoutBracketsAroundAll(WithoutUnknown(WithoutWrapping(plain)));
  std::string written = AddressWithin(bare);
  const std::size_t slash = written.find('/');
  if (slash == std::string::npos) {
    const auto address = IpAddress::Parse(written);
    if (!address) return Expected("an address or a network like 192.0.2.0/24", text);
    const IpAddress meant = WithoutNat64(*address, {});
    return Network(meant, meant.bits());
  }
  if (const auto bits = BitsOfMask(std::string_view(written).substr(slash + 1))) {
    written.replace(slash + 1, std::string::npos, std::to_string(*bits));
  }
  const auto network = Network::Parse(written);
  if (!network) return network.error();
  const IpAddress base = WithoutNat64(network->base(), {});
  const bool is_translated = base.is_v4() && !network->base().is_v4() && network->prefix() >= kWellKnownNat64Bits;
  return is_translated ? Network(base, network->prefix() - kWellKnownNat64Bits) : *network;
}

Result<std::string> ReadHostName(std::string_view text) {
  const std::string_view bare = WithoutWrapping(text);
  if (bare.starts_with("*.")) {
    return Expected("a host name such as mail.example.com, or " + std::string(bare.substr(1)) + " for all below it",
                    text);
  }
  auto name = NormalizeHostName(bare);
  if (!name) return Expected("a host name such as mail.example.com", text);
  // No top-level domain is a number (RFC 3696 section 2): "192.0.2.300" is a mistyped address.
  if (IsNumber(name->substr(name->rfind('.') + 1))) {
    return Expected("a host name such as mail.example.com, which does not end in a number", text);
  }
  return *std::move(name);
}

Result<MailAddress> ReadMailAddress(std::string_view text) {
  const std::string plain = WithoutFullWidth(WithoutWrapping(text));
  std::string_view bare = WithoutWrapping(plain);
  // "ann@a.example (Ann Smith)"
  if (const std::size_t open = bare.find(" ("); open != std::string_view::npos && bare.ends_with(')')) {
    bare = WithoutWrapping(bare.substr(0, open));
  }
  // "Ann Smith <ann@a.example>"
  if (const std::size_t open = bare.rfind('<'); open != std::string_view::npos && bare.ends_with('>')) {
    // "from=<ann@a.example> to=<bob@b.example>": which of them is meant?
    const bool are_two = bare.find('<') != open && bare.substr(0, open).find('@') != std::string_view::npos;
    if (are_two) return Expected("one mail address", text);
    bare = WithoutWrapping(bare.substr(open + 1, bare.size() - open - 2));
  }
  if (const std::string_view link = WithoutPrefix(bare, "mailto:"); link.size() < bare.size()) {
    bare = link.substr(0, link.find('?'));
  }
  const Error error = Expected("a mail address such as user@example.com or @example.com", text);
  const std::size_t at = bare.rfind('@');
  if (at == std::string_view::npos) return error;
  const std::string_view local = bare.substr(0, at);
  if (local == "*") {
    return Expected("a mail address, or " + std::string(bare.substr(at)) + " for every address of the domain", text);
  }
  const bool is_quoted = local.size() >= 2 && local.starts_with('"') && local.ends_with('"');
  const bool is_odd = std::any_of(local.begin(), local.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '<' || c == '>' || c == 0x7f;
  });
  if (is_odd && !is_quoted) return error;
  auto address = ParseMailAddress(bare);
  if (!address) return error;
  return *std::move(address);
}

}  // namespace rules
