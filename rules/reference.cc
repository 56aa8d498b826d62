// REFERENCE = 5SYMBOL "-" 4SYMBOL CHECK, each a symbol of Crockford's base32.
//
// Crockford's own check symbol is modulo 37 and needs five signs that are no letters or digits (*~$=U), which people
// misread on the telephone and shells misread anywhere.  Ours is a sum over GF(32) with a different weight for each
// place, so it is a symbol like the others and finds every single wrong symbol and every exchange of two symbols.
#include "rules/reference.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>

#include "rules/values/ascii.h"

namespace rules {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kCodeSymbols = 9;
constexpr std::size_t kSymbols = kCodeSymbols + 1;
constexpr std::size_t kBeforeHyphen = 5;
constexpr unsigned kCodeBits = 45;

// x^5 + x^2 + 1 is primitive: the powers of x are 31 different weights.
constexpr unsigned TimesX(unsigned symbol) {
  const unsigned shifted = symbol << 1;
  return shifted & 0x20 ? shifted ^ 0x25 : shifted;
}

unsigned CheckOf(std::uint64_t code) {
  unsigned sum = 0;
  for (std::size_t i = kCodeSymbols; i-- > 0;) sum = TimesX(sum ^ (static_cast<unsigned>(code >> (5 * i)) & 0x1f));
  return sum;
}

std::optional<unsigned> SymbolValue(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  const std::size_t at = kAlphabet.find(c);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(at);
}

// Where the text goes on after a line break at `at`: behind the break (quoted-printable's '=' included) and the blanks
// and quote marks of the next line; `at` where there is no break.
std::size_t SkipFold(std::string_view text, std::size_t at) {
  std::size_t next = at;
  if (next < text.size() && text[next] == '=') ++next;
  if (next < text.size() && text[next] == '\r') ++next;
  if (next >= text.size() || text[next] != '\n') return at;
  ++next;
  while (next < text.size() && (text[next] == ' ' || text[next] == '\t' || text[next] == '>')) ++next;
  return next;
}

// Behind the hyphen at `at` with the blanks around it, or behind blanks or other signs that people and programs write
// in its place; `at` where there is neither.
struct Separator {
  std::size_t end = 0;
  bool has_hyphen = false;
};

Separator ReadSeparator(std::string_view text, std::size_t at) {
  const auto skip_blanks = [text](std::size_t from) {
    return std::min(text.find_first_not_of(' ', from), text.size());
  };
  const std::size_t hyphen = skip_blanks(at);
  const bool has_sign = hyphen < text.size() && std::string_view("._/").find(text[hyphen]) != std::string_view::npos;
  if (has_sign) return {.end = skip_blanks(hyphen + 1), .has_hyphen = false};
  if (hyphen == text.size() || text[hyphen] != '-') return {.end = hyphen, .has_hyphen = false};
  return {.end = skip_blanks(hyphen + 1), .has_hyphen = true};
}

// The reference that starts at `at`, or nothing.
std::optional<Reference> ReadAt(std::string_view text, std::size_t at, bool needs_hyphen) {
  std::string symbols;
  bool has_hyphen = false;
  while (symbols.size() < kSymbols && at < text.size()) {
    if (IsAlphanumeric(text[at])) {
      symbols += text[at++];
    } else if (const Separator separator = ReadSeparator(text, at);
               symbols.size() == kBeforeHyphen && !has_hyphen && separator.end != at) {
      has_hyphen = separator.has_hyphen;
      at = separator.end;
    } else if (const std::size_t next = SkipFold(text, at); next != at && !symbols.empty()) {
      at = next;
    } else {
      return std::nullopt;
    }
  }
  if (at < text.size() && IsAlphanumeric(text[at])) return std::nullopt;
  if (needs_hyphen && !has_hyphen) return std::nullopt;
  return Reference::Parse(symbols);
}

// Behind what may stand between "ref" and the reference.
std::size_t SkipLeadIn(std::string_view text, std::size_t at) {
  for (;;) {
    while (at < text.size() && std::string_view(" \t:#\"'").find(text[at]) != std::string_view::npos) ++at;
    if (const std::size_t next = SkipFold(text, at); next != at) {
      at = next;
    } else if (at < text.size() && text[at] == '=') {
      ++at;
    } else {
      return at;
    }
  }
}

bool SaysRefAt(std::string_view text, std::size_t at) {
  const auto is = [&](std::size_t offset, char letter) { return (text[at + offset] | 0x20) == letter; };
  return at + 3 < text.size() && is(0, 'r') && is(1, 'e') && is(2, 'f') && !IsAlphanumeric(text[at + 3]);
}

void AddOnce(std::vector<Reference>& found, const std::optional<Reference>& reference) {
  if (!reference || found.size() == Reference::kMostInAText) return;
  if (std::find(found.begin(), found.end(), *reference) == found.end()) found.push_back(*reference);
}

void FindAfterRef(std::string_view text, std::vector<Reference>& found) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && IsAlphanumeric(text[at - 1])) continue;
    if (SaysRefAt(text, at)) AddOnce(found, ReadAt(text, SkipLeadIn(text, at + 3), false));
  }
}

void AppendNumber(std::string& out, std::int64_t number) {
  std::array<char, 20> digits{};
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

// Each part with its length, so that no two lists of parts read alike.
void AppendPart(std::string& out, std::string_view part) {
  AppendNumber(out, static_cast<std::int64_t>(part.size()));
  out += ':';
  out += part;
}

}  // namespace

std::optional<Reference> Reference::Parse(std::string_view text) {
  std::uint64_t code = 0;
  std::size_t count = 0;
  unsigned last = 0;
  for (const char c : text) {
    if (c == '-') continue;
    const auto value = SymbolValue(c);
    if (!value || ++count > kSymbols) return std::nullopt;
    if (count <= kCodeSymbols) code = code << 5 | *value;
    last = *value;
  }
  if (count != kSymbols || last != CheckOf(code)) return std::nullopt;
  return Reference{code};
}

std::vector<Reference> Reference::FindAllIn(std::string_view text) {
  std::vector<Reference> found;
  FindAfterRef(text, found);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && (IsAlphanumeric(text[at - 1]) || text[at - 1] == '-')) continue;
    // Any word of ten letters has one chance in 32 to fit its check character: here only the printed form counts.
    if (IsAlphanumeric(text[at])) AddOnce(found, ReadAt(text, at, true));
  }
  return found;
}

std::string Reference::ToString() const {
  std::string out;
  for (std::size_t i = kCodeSymbols; i-- > 0;) {
    out += kAlphabet[code >> (5 * i) & 0x1f];
    if (out.size() == kBeforeHyphen) out += '-';
  }
  out += kAlphabet[CheckOf(code)];
  return out;
}

Reference MakeReference(const HashKey& secret, const ReferenceParts& parts) {
  std::string text;
  text.reserve(256);
  AppendPart(text, parts.client);
  AppendPart(text, parts.sender);
  AppendPart(text, parts.recipient);
  AppendPart(text, parts.reason);
  AppendNumber(text, std::chrono::floor<std::chrono::days>(parts.now.time_since_epoch()).count());
  return Reference{SipHash(secret, text) >> (64 - kCodeBits)};
}

}  // namespace rules
