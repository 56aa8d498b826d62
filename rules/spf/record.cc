#include "rules/spf/record.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "rules/spf/macro.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

// RFC 7208, section 4.6.1:
//
//   record    = "v=spf1" *( 1*SP ( directive / modifier ) ) *SP
//   directive = [ "+" / "-" / "?" / "~" ] mechanism
//   mechanism = "all" / "include:" domain-spec / ( "a" / "mx" ) [ ":" domain-spec ] [ "/" number ] [ "//" number ]
//             / "ptr" [ ":" domain-spec ] / "exists:" domain-spec
//             / "ip4:" address [ "/" number ] / "ip6:" address [ "/" number ]
//   modifier  = ( "redirect" / "exp" ) "=" domain-spec / name "=" macro-string
//   name      = letter *( letter / digit / "-" / "_" / "." )
//
// What follows the name of a mechanism is read from the right: a domain-spec may hold ':' and '/' itself.

namespace rules {
namespace {

using Mechanism = SpfTerm::Mechanism;

constexpr std::string_view kVersion = "v=spf1";

// Takes "/number" off the end, where it stands there.  Nothing where the number is no prefix of so many bits.
std::optional<int> TakePrefix(std::string_view& text, std::string_view slash, int bits) {
  const std::size_t digits = text.size() - (text.find_last_not_of("0123456789") + 1);
  const std::string_view number = text.substr(text.size() - digits);
  const std::string_view before = text.substr(0, text.size() - digits);
  if (number.empty() || !before.ends_with(slash)) return bits;
  int prefix = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), prefix);
  const bool has_leading_zero = number.size() > 1 && number.front() == '0';
  if (error != std::errc() || prefix > bits || has_leading_zero) return std::nullopt;
  text = before.substr(0, before.size() - slash.size());
  return prefix;
}

// ":domain-spec", or nothing at all.
bool ReadDomainSpec(std::string_view rest, SpfTerm& term) {
  if (rest.empty()) return true;
  if (rest.front() != ':') return false;
  rest.remove_prefix(1);
  term.domain_spec = rest;
  return IsDomainSpec(rest);
}

bool ReadDomainAndPrefixes(std::string_view rest, SpfTerm& term) {
  const auto prefix_v6 = TakePrefix(rest, "//", 128);
  const auto prefix_v4 = prefix_v6 ? TakePrefix(rest, "/", 32) : std::nullopt;
  if (!prefix_v4) return false;
  term.prefix_v6 = *prefix_v6;
  term.prefix_v4 = *prefix_v4;
  return ReadDomainSpec(rest, term);
}

bool ReadNetwork(std::string_view rest, SpfTerm& term) {
  if (!rest.starts_with(':')) return false;
  rest.remove_prefix(1);
  const bool is_v4 = term.mechanism == Mechanism::kIp4;
  const auto prefix = TakePrefix(rest, "/", is_v4 ? 32 : 128);
  const auto address = IpAddress::Parse(rest);
  // ::ffff:192.0.2.1 is written as IPv6; it matches nobody, as such a client counts as one of IPv4.
  const bool is_written_as_v4 = rest.find(':') == std::string_view::npos;
  if (!prefix || !address || is_written_as_v4 != is_v4) return false;
  term.address = *address;
  (is_v4 ? term.prefix_v4 : term.prefix_v6) = *prefix;
  return true;
}

bool ReadArguments(std::string_view rest, SpfTerm& term) {
  switch (term.mechanism) {
    case Mechanism::kAll:
      return rest.empty();
    case Mechanism::kInclude:
    case Mechanism::kExists:
      return !rest.empty() && ReadDomainSpec(rest, term);
    case Mechanism::kA:
    case Mechanism::kMx:
      return ReadDomainAndPrefixes(rest, term);
    case Mechanism::kPtr:
      return ReadDomainSpec(rest, term);
    case Mechanism::kIp4:
    case Mechanism::kIp6:
      return ReadNetwork(rest, term);
  }
  return false;
}

std::optional<Mechanism> MechanismOf(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Mechanism>, 8> kMechanisms{{{"all", Mechanism::kAll},
                                                                               {"include", Mechanism::kInclude},
                                                                               {"a", Mechanism::kA},
                                                                               {"mx", Mechanism::kMx},
                                                                               {"ptr", Mechanism::kPtr},
                                                                               {"ip4", Mechanism::kIp4},
                                                                               {"ip6", Mechanism::kIp6},
                                                                               {"exists", Mechanism::kExists}}};
  const std::string lower = LowerAscii(name);
  const auto found = std::ranges::find(kMechanisms, lower, [](const auto& row) { return row.first; });
  if (found == kMechanisms.end()) return std::nullopt;
  return found->second;
}

SpfResult ResultOf(char qualifier) {
  return qualifier == '-'   ? SpfResult::kFail
         : qualifier == '~' ? SpfResult::kSoftfail
         : qualifier == '?' ? SpfResult::kNeutral
                            : SpfResult::kPass;
}

bool AddMechanism(std::string_view word, SpfRecord& record) {
  SpfTerm term;
  term.text = word;
  if (std::string_view("+-?~").find(word.front()) != std::string_view::npos) {
    term.result = ResultOf(word.front());
    word.remove_prefix(1);
  }
  const std::size_t end = std::min(word.find_first_of(":/"), word.size());
  const auto mechanism = MechanismOf(word.substr(0, end));
  if (!mechanism) return false;
  term.mechanism = *mechanism;
  if (!ReadArguments(word.substr(end), term)) return false;
  record.has_all |= term.mechanism == Mechanism::kAll;
  record.terms.push_back(std::move(term));
  return true;
}

bool IsModifierName(std::string_view name) {
  const auto may_stand = [](char c) { return IsAlphanumeric(c) || c == '-' || c == '_' || c == '.'; };
  return !name.empty() && IsLetter(name.front()) && std::ranges::all_of(name, may_stand);
}

bool AddModifier(std::string_view name, std::string_view value, SpfRecord& record) {
  if (!IsModifierName(name)) return false;
  const std::string lower = LowerAscii(name);
  std::string* known = lower == "redirect" ? &record.redirect : lower == "exp" ? &record.explanation : nullptr;
  if (!known) return IsMacroString(value, SpfText::kRecord);
  if (!known->empty() || !IsDomainSpec(value)) return false;
  *known = value;
  return true;
}

bool AddTerm(std::string_view word, SpfRecord& record) {
  const std::size_t end = word.find_first_of("=:/");
  const bool is_modifier = end != std::string_view::npos && word[end] == '=';
  if (is_modifier) return AddModifier(word.substr(0, end), word.substr(end + 1), record);
  return AddMechanism(word, record);
}

}  // namespace

const char* Name(SpfResult result) {
  switch (result) {
    case SpfResult::kNone:
      return "none";
    case SpfResult::kNeutral:
      return "neutral";
    case SpfResult::kPass:
      return "pass";
    case SpfResult::kFail:
      return "fail";
    case SpfResult::kSoftfail:
      return "softfail";
    case SpfResult::kTemperror:
      return "temperror";
    case SpfResult::kPermerror:
      return "permerror";
  }
  return "";
}

bool IsSpfRecord(std::string_view text) {
  if (LowerAscii(text.substr(0, kVersion.size())) != kVersion) return false;
  return text.size() == kVersion.size() || text[kVersion.size()] == ' ';
}

ChosenSpf ChooseSpfRecord(const Texts& texts, bool is_cut) {
  const auto whole = std::ranges::count_if(texts.whole, IsSpfRecord);
  const auto begun = std::ranges::count_if(texts.begun, IsSpfRecord);
  if (whole + begun > 1) return {.state = ChosenSpf::State::kSeveral};
  if (begun == 1 || (whole == 0 && is_cut)) return {.state = ChosenSpf::State::kTooLong};
  if (whole == 0) return {};
  return {.state = ChosenSpf::State::kOne, .record = *std::ranges::find_if(texts.whole, IsSpfRecord)};
}

ParsedSpf ParseSpfRecord(std::string_view text) {
  SpfRecord record;
  for (const std::string_view word : Split(text.substr(kVersion.size()), ' ')) {
    if (word.empty()) continue;
    if (!IsAscii(word) || !AddTerm(word, record)) return {.record = {}, .bad_term = std::string(word)};
  }
  return {.record = std::move(record), .bad_term = {}};
}

}  // namespace rules
