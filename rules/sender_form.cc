// LOCAL = TOKEN *( SEPARATOR TOKEN ), SEPARATOR = one of ". _ / = -"
//
//     prvs=4a1b2c3d4e=user                    prvs=#=user                   BATV (draft-levine-smtp-batv)
//     srs0=hhh=tt=domain=user                 srs0=#=#=domain=user          SRS (Mengwong, 2003)
//     srs1=hhh=host==hhh=tt=domain=user       srs1=#=host==#=#=domain=user
//     list-return-77-user=domain.example      list-return-#-#               VERP (Bernstein, 1997)
//     news.user_domain.example.x7             news.#.x#                     the recipient in other forms
//     bounces+77-abc-user=domain.example      bounces                       tag
//     0100018c4f-7b1e-4c                      #-#-#                         digits, hexadecimal, mixed
#include "rules/sender_form.h"

#include <algorithm>
#include <vector>

#include "rules/dns_name.h"

namespace rules {
namespace {

constexpr std::size_t kLongToken = 8;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsHexDigit(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'f');
}

bool IsSeparator(char c) {
  return c == '.' || c == '_' || c == '/' || c == '=' || c == '-';
}

bool IsHexNumber(std::string_view token) {
  return std::all_of(token.begin(), token.end(), IsHexDigit) && std::any_of(token.begin(), token.end(), IsDigit);
}

std::size_t CountDigitRuns(std::string_view token) {
  std::size_t runs = 0;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (IsDigit(token[i]) && (i == 0 || !IsDigit(token[i - 1]))) ++runs;
  }
  return runs;
}

// What a machine made anew for this mail: hexadecimal, or a long mixture of letters and digits.
bool IsTag(std::string_view token) {
  return IsHexNumber(token) || (token.size() >= kLongToken && CountDigitRuns(token) >= 2);
}

// A group of a UUID has no digit in 2 of 100 cases: it counts behind another.
bool ContinuesTag(std::string_view before, std::string_view token) {
  return before.ends_with("#-") && token.size() == 4 && std::all_of(token.begin(), token.end(), IsHexDigit);
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

std::string ReplaceTokens(std::string_view local) {
  std::string out;
  std::size_t begin = 0;
  while (begin < local.size()) {
    std::size_t end = begin;
    while (end < local.size() && !IsSeparator(local[end])) ++end;
    const std::string_view token = local.substr(begin, end - begin);
    if (IsTag(token) || ContinuesTag(out, token)) {
      out += '#';
    } else {
      AppendWithoutDigits(out, token);
    }
    if (end < local.size()) out += local[end];
    begin = end + 1;
  }
  return out;
}

// "user=domain.example" at the end becomes '#'.  Only the last of a hyphenated user is recognised; what is left of it
// is the same for each mail to this recipient.
std::string_view WithoutVerp(std::string_view local) {
  const std::size_t equals = local.rfind('=');
  if (equals == std::string_view::npos || equals == 0) return local;
  if (local.find('.', equals) == std::string_view::npos) return local;
  const std::size_t before = local.find_last_of("-+=", equals - 1);
  return before == std::string_view::npos ? local : local.substr(0, before + 1);
}

// The recipient as senders write it into an address of their own; REQUIRES: lower case.
std::vector<std::string> EmbeddedForms(std::string_view recipient) {
  const std::size_t at = recipient.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == recipient.size()) return {};
  std::vector<std::string> forms;
  for (const char* separator : {"=", "_at_", "-at-", ".at.", "=40", "%", "#", "_", "-", "."}) {
    forms.push_back(std::string(recipient.substr(0, at)) + separator + std::string(recipient.substr(at + 1)));
  }
  return forms;
}

// `form` becomes '#' where it stands alone, not as a part of a longer word.
std::string WithoutForm(std::string_view local, std::string_view form) {
  std::string out;
  std::size_t begin = 0;
  for (std::size_t found = local.find(form); found != std::string_view::npos; found = local.find(form, found + 1)) {
    const std::size_t end = found + form.size();
    const auto ends_word = [](char c) { return c == '+' || IsSeparator(c); };
    const bool is_alone =
        found >= begin && (found == 0 || ends_word(local[found - 1])) && (end == local.size() || ends_word(local[end]));
    if (!is_alone) continue;
    out += std::string(local.substr(begin, found - begin)) + "#";
    begin = end;
  }
  return out + std::string(local.substr(begin));
}

// The domain as it is written, with a final dot; empty where there is none.
std::string_view DomainIn(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

std::string NormalizePlain(std::string_view local) {
  const std::size_t plus = local.find('+');
  // Taken out whole, as other greylisting programs do: what they remember can be taken over.
  if (plus != std::string_view::npos && plus > 0) return ReplaceTokens(local.substr(0, plus));
  const std::string_view head = WithoutVerp(local);
  return head.size() == local.size() ? ReplaceTokens(local) : ReplaceTokens(head) + "#";
}

// Takes the text up to the next '=' from `rest`; false where there is none.
bool TakeField(std::string_view& rest, std::string_view& field) {
  const std::size_t equals = rest.find('=');
  if (equals == std::string_view::npos) return false;
  field = rest.substr(0, equals);
  rest.remove_prefix(equals + 1);
  return true;
}

// `rest` is "hhh=tt=domain=user".
std::string NormalizeSrs0(std::string_view rest) {
  std::string_view hash;
  std::string_view stamp;
  std::string_view domain;
  if (!TakeField(rest, hash) || !TakeField(rest, stamp) || !TakeField(rest, domain)) return "#";
  return "#=#=" + std::string(domain) + "=" + NormalizePlain(rest);
}

std::string NormalizeLocal(std::string_view local) {
  std::string_view field;
  std::string_view rest = local;
  if (!TakeField(rest, field)) return NormalizePlain(local);
  if (field == "srs0") return "srs0=" + NormalizeSrs0(rest);
  if (field == "srs1") {
    std::string_view host;
    const std::size_t gap = rest.find("==");
    std::string_view tail = gap == std::string_view::npos ? std::string_view() : rest.substr(gap + 2);
    if (!TakeField(rest, field) || !TakeField(rest, host) || tail.empty()) return "srs1=#";
    return "srs1=#=" + std::string(host) + "==" + NormalizeSrs0(tail);
  }
  if (field == "prvs" || field == "msprvs1") {
    std::string_view tag;
    if (TakeField(rest, tag)) return std::string(field) + "=#=" + NormalizePlain(rest);
  }
  return NormalizePlain(local);
}

// REQUIRES: `local` is in lower case.
std::string NormalizeWithoutRecipient(std::string_view local, std::string_view recipient) {
  const std::string_view domain = DomainIn(recipient);
  const bool has_room = !domain.empty() && local.size() > domain.size();
  if (!has_room || local.find(LowerAscii(domain)) == std::string_view::npos) return NormalizeLocal(local);
  std::string out(local);
  for (const std::string& form : EmbeddedForms(LowerAscii(recipient))) out = WithoutForm(out, form);
  return NormalizeLocal(out);
}

}  // namespace

std::string NormalizeSender(std::string_view sender, std::string_view recipient) {
  const std::string lower = LowerAscii(sender);
  const std::size_t at = lower.rfind('@');
  std::string normalised = NormalizeWithoutRecipient(std::string_view(lower).substr(0, at), recipient);
  if (at == std::string::npos) return normalised;
  std::string_view domain = DomainIn(lower);
  if (domain.ends_with('.')) domain.remove_suffix(1);
  normalised += '@';
  normalised += domain;
  return normalised;
}

}  // namespace rules
