#include "rules/spf/macro.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

// RFC 7208, section 7.1:
//
//   domain-spec  = macro-string ( "." toplabel [ "." ] / macro-expand )
//   toplabel     = letters, digits and hyphens, with a letter or a hyphen; no hyphen at either end
//   macro-string = *( macro-expand / any visible character but "%" )
//   macro-expand = "%{" letter [ number ] [ "r" ] *delimiter "}" / "%%" / "%_" / "%-"
//   delimiter    = "." / "-" / "+" / "," / "/" / "_" / "="

namespace rules {
namespace {

constexpr std::string_view kDelimiters = ".-+,/_=";

struct Token {
  std::string_view text{};  // of no letter: what it stands for
  char letter = 0;          // in lower case
  bool is_escaped = false;
  std::size_t kept = SIZE_MAX;  // parts, from the right
  bool is_reversed = false;
  std::string_view delimiters = ".";
  bool is_macro = false;
};

bool IsKnownLetter(char letter, SpfText place) {
  constexpr std::string_view kOfRecords = "slodiphv", kOfExplanations = "crt";
  return kOfRecords.find(letter) != std::string_view::npos ||
         (place == SpfText::kExplanation && kOfExplanations.find(letter) != std::string_view::npos);
}

// What stands between "%{" and "}".
std::optional<Token> ParseExpand(std::string_view inside, SpfText place) {
  if (inside.empty()) return std::nullopt;
  Token token{.is_macro = true};
  token.letter = LowerAscii(inside.front());
  token.is_escaped = token.letter != inside.front();
  if (!IsKnownLetter(token.letter, place)) return std::nullopt;
  inside.remove_prefix(1);
  const std::size_t digits = std::min(inside.find_first_not_of("0123456789"), inside.size());
  if (digits > 0) {
    const auto [end, error] = std::from_chars(inside.data(), inside.data() + digits, token.kept);
    if (error != std::errc()) token.kept = SIZE_MAX;  // more parts than there can be
    if (token.kept == 0) return std::nullopt;
    inside.remove_prefix(digits);
  }
  if (!inside.empty() && LowerAscii(inside.front()) == 'r') {
    token.is_reversed = true;
    inside.remove_prefix(1);
  }
  if (inside.find_first_not_of(kDelimiters) != std::string_view::npos) return std::nullopt;
  if (!inside.empty()) token.delimiters = inside;
  return token;
}

// Of the text that begins with '%'; takes it off.
std::optional<Token> TakeMacro(std::string_view& text, SpfText place) {
  const char second = text.size() > 1 ? text[1] : '\0';
  if (second == '{') {
    const std::size_t end = text.find('}');
    if (end == std::string_view::npos) return std::nullopt;
    auto token = ParseExpand(text.substr(2, end - 2), place);
    text.remove_prefix(end + 1);
    return token;
  }
  text.remove_prefix(std::min<std::size_t>(2, text.size()));
  if (second == '%') return Token{.text = "%", .is_macro = true};
  if (second == '_') return Token{.text = " ", .is_macro = true};
  if (second == '-') return Token{.text = "%20", .is_macro = true};
  return std::nullopt;
}

bool IsVisible(char c) {
  return c > ' ' && c <= '~';
}

// Nothing where the text is no macro string.
std::optional<std::vector<Token>> Tokens(std::string_view text, SpfText place) {
  std::vector<Token> tokens;
  while (!text.empty()) {
    const std::string_view literal = text.substr(0, text.find('%'));
    const auto may_stand = [place](char c) { return IsVisible(c) || (c == ' ' && place == SpfText::kExplanation); };
    if (!std::ranges::all_of(literal, may_stand)) return std::nullopt;
    if (!literal.empty()) tokens.push_back({.text = literal});
    text.remove_prefix(literal.size());
    if (text.empty()) break;
    const auto macro = TakeMacro(text, place);
    if (!macro) return std::nullopt;
    tokens.push_back(*macro);
  }
  return tokens;
}

bool MayStandLast(std::string_view label) {
  if (label.empty() || label.front() == '-' || label.back() == '-' || IsNumber(label)) return false;
  return std::ranges::all_of(label, [](char c) { return IsAlphanumeric(c) || c == '-'; });
}

std::string Nibbles(const IpAddress& client) {
  std::string text = client.ReversedLabels();
  std::ranges::reverse(text);
  return text;
}

std::string ValueOf(char letter, const SpfMacroValues& values) {
  switch (letter) {
    case 's':
      return values.local + "@" + values.sender_domain;
    case 'l':
      return values.local;
    case 'o':
      return values.sender_domain;
    case 'd':
      return values.domain;
    case 'i':
      return values.client.is_v4() ? values.client.ToString() : Nibbles(values.client);
    case 'p':
      return values.validated;
    case 'v':
      return values.client.is_v4() ? "in-addr" : "ip6";
    case 'h':
      return values.helo;
    case 'c':
      return values.client.ToString();
    case 'r':
      return values.receiver.empty() ? "unknown" : values.receiver;
    default:
      return std::to_string(values.now.time_since_epoch().count());
  }
}

std::string Transformed(const Token& token, const std::string& value) {
  std::vector<std::string_view> parts;
  std::string_view rest = value;
  for (;;) {
    const std::size_t end = std::min(rest.find_first_of(token.delimiters), rest.size());
    parts.push_back(rest.substr(0, end));
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  if (token.is_reversed) std::ranges::reverse(parts);
  std::string out;
  for (std::size_t i = parts.size() - std::min(token.kept, parts.size()); i < parts.size(); ++i) {
    out.append(parts[i]);
    if (i + 1 < parts.size()) out += '.';
  }
  return out;
}

std::string UrlEscaped(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (IsAlphanumeric(c) || std::string_view("-._~").find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
  return out;
}

std::string Expanded(const Token& token, const SpfMacroValues& values) {
  if (token.letter == 0) return std::string(token.text);
  const std::string text = Transformed(token, ValueOf(token.letter, values));
  return token.is_escaped ? UrlEscaped(text) : text;
}

}  // namespace

bool IsMacroString(std::string_view text, SpfText place) {
  return Tokens(text, place).has_value();
}

bool IsDomainSpec(std::string_view text) {
  const auto tokens = Tokens(text, SpfText::kRecord);
  if (!tokens || tokens->empty()) return false;
  if (tokens->back().is_macro) return true;
  std::string_view last = tokens->back().text;
  if (last.ends_with('.')) last.remove_suffix(1);
  const std::size_t dot = last.rfind('.');
  return dot != std::string_view::npos && MayStandLast(last.substr(dot + 1));
}

bool UsesMacro(std::string_view text, char letter) {
  const auto tokens = Tokens(text, SpfText::kExplanation);
  return tokens && std::ranges::find(*tokens, letter, &Token::letter) != tokens->end();
}

bool HasMacros(std::string_view text) {
  return text.find('%') != std::string_view::npos;
}

std::string ExpandName(std::string_view text, const SpfMacroValues& values) {
  const auto tokens = Tokens(text, SpfText::kRecord).value_or(std::vector<Token>());
  // From the right, as far as it can be of use: a record of 4 KiB may name the sender a thousand times.
  std::string name;
  for (auto token = tokens.rbegin(); token != tokens.rend() && name.size() <= kMaxHostName + 1; ++token) {
    name.insert(0, Expanded(*token, values));
  }
  if (name.ends_with('.')) name.pop_back();
  while (name.size() > kMaxHostName) {
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) return {};
    name.erase(0, dot + 1);
  }
  return LowerAscii(name);
}

std::string ExpandExplanation(std::string_view text, const SpfMacroValues& values) {
  std::string out;
  for (const Token& token : Tokens(text, SpfText::kExplanation).value_or(std::vector<Token>())) {
    out += Expanded(token, values);
    if (out.size() > kMaxExplanation) break;
  }
  return out.substr(0, kMaxExplanation);
}

}  // namespace rules
