// LOCAL = TOKEN *( SEPARATOR TOKEN ), SEPARATOR = one of ". _ / = -"
//
//     prvs=4a1b2c3d4e=user                    prvs=#=user                   BATV (draft-levine-smtp-batv)
//     btv1==4a1b2c3d4e==user                  btv1==#==user                 BATV as Barracuda writes it
//     srs0=hhh=tt=domain=user                 srs0=#=#=domain=user          SRS (Mengwong, 2003); also SRS0- and SRS0+
//     srs1=hhh=host==hhh=tt=domain=user       srs1=#=host==#=#=domain=user  likewise host=- and host=+
//     list-return-77-user=domain.example      list-return-#-#               VERP (Bernstein, 1997)
//     x-4f3a2b1c-user===domain.example        x-#-#
//     news.user_domain.example.x7             news.#.x#                     the recipient in other forms
//     bounces+77-abc-user=domain.example      bounces                       tag
//     0100018c4f-7b1e-4c                      #-#-#                         digits, hexadecimal, UUID
//     n01361f1607, x7gk29abq, guWuHQkZtXaB    #                             mixtures, base64
//
// Every step is linear in the length of the address, whatever the sender and the recipient are.
#include "rules/greylist/sender_form.h"

#include <algorithm>
#include <vector>

#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace rules {
namespace {

constexpr std::size_t kLongToken = 8;
constexpr std::size_t kShuffledToken = 12;
// RFC 5321 allows 64 and 255 bytes; a longer recipient is not looked for in the sender.
constexpr std::size_t kLongestRecipient = 320;
constexpr int kMostWrappers = 4;  // SRS around BATV around ...

bool IsUpper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool IsHexDigit(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'f');
}

bool IsSeparator(char c) {
  return c == '.' || c == '_' || c == '/' || c == '=' || c == '-';
}

bool IsHex(std::string_view token) {
  return std::all_of(token.begin(), token.end(), IsHexDigit);
}

bool HasDigit(std::string_view token) {
  return std::any_of(token.begin(), token.end(), IsDigit);
}

std::size_t CountDigitRuns(std::string_view token) {
  std::size_t runs = 0;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (IsDigit(token[i]) && (i == 0 || !IsDigit(token[i - 1]))) ++runs;
  }
  return runs;
}

// A letter or two, then a hexadecimal number: "n0137711688".  People have such addresses, too.
bool IsPrefixedNumber(std::string_view token) {
  std::size_t prefix = 0;
  while (prefix < token.size() && !IsDigit(token[prefix])) ++prefix;
  const std::string_view number = token.substr(prefix);
  return prefix <= 2 && number.size() >= 4 && IsHex(number);
}

// Upper and lower case as chance has it: "guWuHQkZtXaB".  In words put together an upper case letter begins each, and
// two lower case ones or more follow.
bool IsShuffled(std::string_view token) {
  if (token.size() < kShuffledToken) return false;
  unsigned odd = 0;
  for (std::size_t i = 1; i + 1 < token.size(); ++i) {
    const bool is_alone = !IsUpper(token[i]) && !IsDigit(token[i]) && IsUpper(token[i - 1]) && IsUpper(token[i + 1]);
    const bool ends_run = IsUpper(token[i - 1]) && IsUpper(token[i]) && !IsUpper(token[i + 1]);
    odd += is_alone || ends_run ? 1 : 0;
  }
  return odd >= 3;
}

// A tag only beside another tag, as the groups of a UUID, or in an address that a machine made; alone it may be a
// person
// ("ed1", "a1234567").
bool MayBeTag(std::string_view token) {
  return HasDigit(token) && (IsHex(token) || IsPrefixedNumber(token));
}

// Did a machine make this token for this mail?  REQUIRES: `token` is in lower case, `written` is the same as it came.
bool IsTag(std::string_view token, std::string_view written) {
  if (std::all_of(token.begin(), token.end(), IsDigit)) return !token.empty();
  if (token.size() < kLongToken) return false;
  return (IsHex(token) && HasDigit(token)) || CountDigitRuns(token) >= 2 || IsShuffled(written);
}

// A group of a UUID has no digit in 2 of 100 cases: it counts behind another.
bool IsWordlessGroup(std::string_view before, std::string_view token) {
  return before.ends_with("#-") && token.size() == 4 && IsHex(token);
}

void AppendWithoutDigits(std::string& out, std::string_view token) {
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (!IsDigit(token[i])) {
      out += token[i];
    } else if (i == 0 || !IsDigit(token[i - 1])) {
      out += '#';
    }
  }
}

struct Token {
  std::size_t begin = 0, end = 0;
  bool is_tag = false;
};

// A local part, or its part that is looked at.
struct Local {
  std::string_view text;         // in lower case
  std::string_view written;      // begins as `text` came; empty where that was changed
  bool names_recipient = false;  // so that a machine made it
};

std::vector<Token> TokensOf(const Local& address) {
  const std::string_view local = address.text;
  std::vector<Token> tokens;
  for (std::size_t begin = 0; begin <= local.size();) {
    std::size_t end = begin;
    while (end < local.size() && !IsSeparator(local[end])) ++end;
    const std::string_view token = local.substr(begin, end - begin);
    const auto written = address.written.empty() ? token : address.written.substr(begin, end - begin);
    tokens.push_back({begin, end, IsTag(token, written) || (address.names_recipient && MayBeTag(token))});
    begin = end + 1;
  }
  return tokens;
}

// From left to right and back: one that continues a tag is one.
void SpreadTags(std::string_view local, std::vector<Token>& tokens) {
  const auto spread = [&local](const Token& from, bool is_long, Token& to) {
    const std::string_view token = local.substr(to.begin, to.end - to.begin);
    if (!is_long && from.is_tag) is_long = from.end - from.begin >= kLongToken;
    to.is_tag |= is_long && MayBeTag(token);
    return is_long && to.is_tag;
  };
  bool is_long = false;
  for (std::size_t i = 1; i < tokens.size(); ++i) is_long = spread(tokens[i - 1], is_long, tokens[i]);
  is_long = false;
  for (std::size_t i = tokens.size(); i-- > 1;) is_long = spread(tokens[i], is_long, tokens[i - 1]);
}

std::string ReplaceTokens(const Local& address) {
  const std::string_view local = address.text;
  std::vector<Token> tokens = TokensOf(address);
  SpreadTags(local, tokens);
  std::string out;
  for (const Token& token : tokens) {
    const std::string_view text = local.substr(token.begin, token.end - token.begin);
    if (token.is_tag || IsWordlessGroup(out, text)) {
      out += '#';
    } else {
      AppendWithoutDigits(out, text);
    }
    if (token.end < local.size()) out += local[token.end];
  }
  return out;
}

// "user=domain.example" at the end becomes '#', also with more than one '='.  Only the last of a hyphenated user is
// recognised; what is left of it is the same for each mail to this recipient.
std::string_view WithoutVerp(std::string_view local) {
  const std::size_t last = local.rfind('=');
  if (last == std::string_view::npos || local.find('.', last) == std::string_view::npos) return local;
  const std::size_t user_end = local.find_last_not_of('=', last);
  if (user_end == std::string_view::npos) return local;
  const std::size_t before = local.find_last_of("-+=", user_end);
  return before == std::string_view::npos ? local : local.substr(0, before + 1);
}

// The recipient as senders write it into an address of their own; REQUIRES: lower case.
std::vector<std::string> EmbeddedForms(std::string_view recipient) {
  const std::size_t at = recipient.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == recipient.size()) return {};
  std::vector<std::string> forms;
  for (const char* separator : {"=", "===", "==", "_at_", "-at-", ".at.", "=40", "%", "#", "_", "-", "."}) {
    forms.push_back(std::string(recipient.substr(0, at)) + separator + std::string(recipient.substr(at + 1)));
  }
  return forms;
}

// Where `text` stands in `local`: Knuth, Morris and Pratt, for both are strangers' choice.
std::vector<std::size_t> FindAll(std::string_view local, std::string_view text) {
  std::vector<std::size_t> borders(text.size(), 0);
  const auto longest = [&](std::size_t matched, char next) {
    while (matched > 0 && (matched == text.size() || text[matched] != next)) matched = borders[matched - 1];
    return text[matched] == next ? matched + 1 : 0;
  };
  for (std::size_t i = 1; i < text.size(); ++i) borders[i] = longest(borders[i - 1], text[i]);
  std::vector<std::size_t> found;
  std::size_t matched = 0;
  for (std::size_t i = 0; i < local.size(); ++i) {
    matched = longest(matched, local[i]);
    if (matched == text.size()) found.push_back(i + 1 - matched);
  }
  return found;
}

// `form` becomes '#' where it stands alone, not as a part of a longer word.
std::string WithoutForm(std::string_view local, std::string_view form) {
  std::string out;
  std::size_t begin = 0;
  const auto ends_word = [](char c) { return c == '+' || IsSeparator(c); };
  for (const std::size_t found : FindAll(local, form)) {
    const std::size_t end = found + form.size();
    const bool is_alone =
        found >= begin && (found == 0 || ends_word(local[found - 1])) && (end == local.size() || ends_word(local[end]));
    if (!is_alone) continue;
    out.append(local.substr(begin, found - begin)).append("#");
    begin = end;
  }
  return out.append(local.substr(begin));
}

// The domain as it is written, with a final dot; empty where there is none.
std::string_view DomainIn(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

std::string NormalizePlain(Local address) {
  const std::size_t plus = address.text.find('+');
  // Taken out whole, as other greylisting programs do: what they remember can be taken over.
  if (plus != std::string_view::npos && plus > 0) {
    address.text = address.text.substr(0, plus);
    return ReplaceTokens(address);
  }
  const std::string_view head = WithoutVerp(address.text);
  if (head.size() == address.text.size()) return ReplaceTokens(address);
  return ReplaceTokens({.text = head, .written = address.written, .names_recipient = true}) + "#";
}

// Takes the text up to the next '=' from `rest`; false where there is none.
bool TakeField(std::string_view& rest, std::string_view& field) {
  const std::size_t equals = rest.find('=');
  if (equals == std::string_view::npos) return false;
  field = rest.substr(0, equals);
  rest.remove_prefix(equals + 1);
  return true;
}

// The end of an address.
Local EndOf(const Local& address, std::string_view rest) {
  const std::string_view written = address.written;
  const auto of_rest = written.size() < rest.size() ? std::string_view() : written.substr(written.size() - rest.size());
  return {.text = rest, .written = of_rest, .names_recipient = address.names_recipient};
}

std::string NormalizeLocal(const Local& address, int wrappers);

// `rest` is "hhh=tt=domain=user".
std::string NormalizeSrs0(const Local& address, std::string_view rest, int wrappers) {
  std::string_view hash;
  std::string_view stamp;
  std::string_view domain;
  if (!TakeField(rest, hash) || !TakeField(rest, stamp) || !TakeField(rest, domain)) return "#";
  return "#=#=" + std::string(domain) + "=" + NormalizeLocal(EndOf(address, rest), wrappers + 1);
}

// `rest` is "hhh=host" "=" one of "=+-" "hhh=tt=domain=user".
std::string NormalizeSrs1(const Local& address, std::string_view rest, int wrappers) {
  std::string_view hash;
  std::string_view host;
  if (!TakeField(rest, hash) || !TakeField(rest, host) || rest.size() < 2) return "#";
  const bool has_separator = rest.front() == '=' || rest.front() == '+' || rest.front() == '-';
  if (!has_separator) return "#";
  return "#=" + std::string(host) + "==" + NormalizeSrs0(address, rest.substr(1), wrappers);
}

// "srs0=", "SRS0-", "srs0+".
bool StartsSrs(std::string_view local, std::string_view version) {
  if (!local.starts_with(version) || local.size() == version.size()) return false;
  const char separator = local[version.size()];
  return separator == '=' || separator == '-' || separator == '+';
}

// Takes what forwarders and signers wrap a sender in, from outside to inside.
std::string NormalizeLocal(const Local& address, int wrappers) {
  const std::string_view local = address.text;
  if (wrappers >= kMostWrappers) return NormalizePlain(address);
  if (StartsSrs(local, "srs0")) return "srs0=" + NormalizeSrs0(address, local.substr(5), wrappers);
  if (StartsSrs(local, "srs1")) return "srs1=" + NormalizeSrs1(address, local.substr(5), wrappers);
  std::string_view rest = local;
  std::string_view scheme;
  std::string_view tag;
  if (!TakeField(rest, scheme)) return NormalizePlain(address);
  const bool is_double = scheme == "btv1" && rest.starts_with('=');
  if (is_double) rest.remove_prefix(1);
  if (!is_double && scheme != "prvs" && scheme != "msprvs1") return NormalizePlain(address);
  if (!TakeField(rest, tag) || (is_double && !rest.starts_with('='))) return NormalizePlain(address);
  if (is_double) rest.remove_prefix(1);
  const char* equals = is_double ? "==" : "=";
  return std::string(scheme).append(equals).append("#").append(equals) +
         NormalizeLocal(EndOf(address, rest), wrappers + 1);
}

// REQUIRES: `local` is `written` in lower case.
std::string NormalizeWithoutRecipient(std::string_view local, std::string_view written, std::string_view recipient) {
  const std::string_view domain = DomainIn(recipient);
  const bool has_room = !domain.empty() && local.size() > domain.size() && recipient.size() <= kLongestRecipient;
  if (!has_room || FindAll(local, LowerAscii(domain)).empty()) {
    return NormalizeLocal({.text = local, .written = written}, 0);
  }
  std::string out(local);
  for (const std::string& form : EmbeddedForms(LowerAscii(recipient))) out = WithoutForm(out, form);
  const bool names_it = out.size() != local.size();
  return NormalizeLocal({.text = out, .written = names_it ? std::string_view() : written, .names_recipient = names_it},
                        0);
}

}  // namespace

std::string NormalizeSender(std::string_view sender, std::string_view recipient) {
  const std::string lower = LowerAscii(sender);
  const std::size_t at = lower.rfind('@');
  std::string normalised =
      NormalizeWithoutRecipient(std::string_view(lower).substr(0, at), sender.substr(0, at), recipient);
  if (at == std::string::npos) return normalised;
  std::string_view domain = DomainIn(lower);
  if (domain.ends_with('.')) domain.remove_suffix(1);
  normalised += '@';
  normalised += domain;
  return normalised;
}

}  // namespace rules
