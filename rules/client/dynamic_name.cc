#include "rules/client/dynamic_name.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "rules/client/address_in_name.h"
#include "rules/client/name_words.h"
#include "rules/values/ascii.h"

namespace rules {
namespace {

constexpr int kDynamicFrom = 4;

constexpr std::string_view kWholeAddress = "address_in_name";

// The weight that one observation adds.
struct Weight {
  int points = 0;
  std::string_view rule;
};

// The strongest of each kind counts: ten words for one thing are still one thing.
void Keep(Weight& strongest, const Weight& weight) {
  if (std::abs(weight.points) > std::abs(strongest.points)) strongest = weight;
}

// The second level of country domains where names are registered on the third: "co.jp", "net.br".
// The public suffix list knows more of them, but costs a search of its own with every name.
bool IsSecondLevel(std::string_view label) {
  constexpr std::array<std::string_view, 23> kLabels{"ac",  "ad",  "co",  "com", "ed",  "edu", "firm", "go",
                                                     "gob", "gov", "gr",  "in",  "ind", "lg",  "ltd",  "mil",
                                                     "ne",  "net", "nom", "or",  "org", "plc", "sch"};
  return std::find(kLabels.begin(), kLabels.end(), label) != kLabels.end();
}

// The labels below the registered domain.  Words in the provider's own name say nothing about the host.
std::string_view LocalPart(std::string_view name) {
  const std::size_t last = name.rfind('.');
  if (last == std::string_view::npos || last == 0) return {};
  std::size_t cut = name.rfind('.', last - 1);
  if (cut == std::string_view::npos) return {};
  const bool is_country = name.size() - last == 3;
  if (is_country && cut > 0 && IsSecondLevel(name.substr(cut + 1, last - cut - 1))) {
    cut = name.rfind('.', cut - 1);
    if (cut == std::string_view::npos) return {};
  }
  return name.substr(0, cut);
}

using Words = std::array<Weight, kWordGroups>;

Weight& Of(Words& words, WordGroup group) {
  return words[static_cast<std::size_t>(group)];
}

void WeighWord(Words& words, const NameWord& word) {
  Keep(Of(words, word.group), {word.points, word.text});
}

bool IsIgnored(std::string_view text, std::span<const std::string> ignored) {
  return std::find(ignored.begin(), ignored.end(), text) != ignored.end();
}

// Looks each run of letters up.
Words WeighWords(std::string_view local, std::span<const std::string> ignored) {
  Words words;
  for (const NameWord& word : NameWordsAnywhere()) {
    if (local.find(word.text) != std::string_view::npos && !IsIgnored(word.text, ignored)) WeighWord(words, word);
  }
  for (std::size_t begin = 0; begin < local.size();) {
    std::size_t end = begin;
    while (end < local.size() && IsLetter(local[end])) ++end;
    const std::string_view token = local.substr(begin, end - begin);
    if (!token.empty()) {
      for (const NameWord& word : NameWordsWith(token[0])) {
        const bool is_it = word.is_prefix ? token.starts_with(word.text) : token == word.text;
        if (is_it && !IsIgnored(word.text, ignored)) WeighWord(words, word);
      }
    }
    begin = end + 1;
  }
  return words;
}

// "m15-50": the hosts of a large mail provider, numbered by their addresses.
bool IsNumberedMailHost(std::string_view name) {
  return name.size() > 1 && name[0] == 'm' && IsDigit(name[1]);
}

Weight WeighOwnAddress(std::string_view name, const IpAddress& client) {
  switch (FindAddressInName(name, client)) {
    case AddressInName::kWhole:
      return {5, kWholeAddress};
    case AddressInName::kLastTwo:
      return {IsNumberedMailHost(name) ? 3 : 4, "last_octets_in_name"};
    case AddressInName::kLastTwoTogether:
      return {3, "last_octets_in_name"};
    case AddressInName::kNone:
      break;
  }
  return {};
}

struct DigitRun {
  std::string_view text;
  std::size_t end = 0;
};

// The first digits at or behind `from`; empty where there are none.
DigitRun NextDigits(std::string_view label, std::size_t from) {
  while (from < label.size() && !IsDigit(label[from])) ++from;
  std::size_t end = from;
  while (end < label.size() && IsDigit(label[end])) ++end;
  return {label.substr(from, end - from), end};
}

bool IsLastOctet(std::string_view digits, const IpAddress& client) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} && client.is_v4() && value == client.bytes()[3];
}

// A run of at least 12 hexadecimal digits with both letters and digits: the hardware address of a modem.
bool HoldsHardwareAddress(std::string_view label) {
  std::size_t length = 0;
  std::size_t digits = 0;
  for (const char c : label) {
    if (IsDigit(c) || (c >= 'a' && c <= 'f')) {
      ++length;
      digits += IsDigit(c) ? 1 : 0;
      if (length >= 12 && digits >= 4 && digits < length) return true;
    } else {
      length = digits = 0;
    }
  }
  return false;
}

bool IsVowel(char c) {
  return std::string_view("aeiou").find(c) != std::string_view::npos;
}

// 16 or more letters and digits in a row that nobody can pronounce or remember: an encoded address.
bool HoldsRandomText(std::string_view label) {
  constexpr std::size_t kLongerThanPeopleWrite = 16;
  std::size_t length = 0;
  std::size_t vowels = 0;
  std::size_t digit_runs = 0;
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (label[i] == '-' || label[i] == '_') {
      length = vowels = digit_runs = 0;
      continue;
    }
    ++length;
    vowels += IsVowel(label[i]) ? 1 : 0;
    digit_runs += IsDigit(label[i]) && (i == 0 || !IsDigit(label[i - 1])) ? 1 : 0;
    if (length >= kLongerThanPeopleWrite && (digit_runs >= 3 || vowels * 8 < length)) return true;
  }
  return false;
}

// A number of so many digits counts lines, or is an address in a form unknown to us: nobody has so many servers.
constexpr std::size_t kMoreThanMachines = 8;

// The numbers of the first label.
Weight WeighNumbers(std::string_view label, const IpAddress& client) {
  Weight strongest;
  std::size_t runs = 0;
  bool ends_in_own_octet = false;
  bool is_number = false;
  for (DigitRun run = NextDigits(label, 0); !run.text.empty(); run = NextDigits(label, run.end)) {
    ++runs;
    if (run.text.size() == 4) Keep(strongest, {1, "long_number"});
    if (run.text.size() >= 5) Keep(strongest, {run.text.size() >= kMoreThanMachines ? 3 : 2, "long_number"});
    if (run.text.size() >= 5 && run.text.size() == label.size()) Keep(strongest, {3, "only_a_number"});
    is_number = run.text.size() == label.size();
    ends_in_own_octet = IsLastOctet(run.text, client);
  }
  if (HoldsRandomText(label)) Keep(strongest, {3, "random_text"});
  if (ends_in_own_octet) Keep(strongest, {is_number ? 3 : 2, "last_octet_in_name"});
  if (runs >= 2) Keep(strongest, {1, "numbers"});
  return strongest;
}

// Numbers in the second label too: a plan of racks or cells, not a name.
Weight WeighSecondLabel(std::string_view local) {
  const std::size_t dot = local.find('.');
  if (dot == std::string_view::npos || dot == 0 || !IsDigit(local[dot - 1])) return {};
  const std::string_view second = local.substr(dot + 1, local.find('.', dot + 1) - dot - 1);
  return !second.empty() && IsDigit(second.back()) ? Weight{1, "numbered_labels"} : Weight{};
}

// A provider of lines by its own name.
bool IsLineDomain(std::string_view domain) {
  constexpr std::array<std::string_view, 9> kWords{"broadband", "cable",   "dsl",     "fiber",   "internet",
                                                   "mobile",    "telecom", "telekom", "wireless"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [domain](std::string_view word) { return domain.find(word) != std::string_view::npos; });
}

bool HasNumber(std::string_view local) {
  return std::any_of(local.begin(), local.end(), IsDigit);
}

}  // namespace

const char* Name(NameClass name_class) {
  switch (name_class) {
    case NameClass::kPlain:
      return "plain";
    case NameClass::kMail:
      return "mail";
    case NameClass::kCloud:
      return "cloud";
    case NameClass::kDynamic:
      return "dynamic";
  }
  return "";
}

NameVerdict ClassifyName(std::string_view name, const IpAddress& client, std::span<const std::string> ignored) {
  const std::string_view local = LocalPart(name);
  Words words = WeighWords(local, ignored);
  // A mail provider's farms carry its name, not the word: "m228-5.mailgun.net".
  Weight& mail = Of(words, WordGroup::kMail);
  const std::string_view domain = name.substr(local.size());
  if (domain.find("mail") != std::string_view::npos) Keep(mail, {-3, "mail_domain"});

  Weight strongest;
  int sum = 0;
  const auto add = [&](const Weight& weight) {
    sum += weight.points;
    if (weight.points > strongest.points) strongest = weight;
  };
  const Weight own = WeighOwnAddress(name, client);
  const std::string_view label = local.substr(0, local.find('.'));
  // The same digits must not count twice.
  add(own.points > 0 ? own : HoldsHardwareAddress(label) ? Weight{4, "hardware_address"} : WeighNumbers(label, client));
  if (own.rule != kWholeAddress) add(WeighSecondLabel(local));
  if (IsLineDomain(domain)) add({1, "provider"});
  for (const WordGroup group : {WordGroup::kAccess, WordGroup::kGeneric, WordGroup::kStatic, WordGroup::kMail}) {
    add(Of(words, group));
  }

  const std::string_view rented_from = CloudDomainOf(name);
  const bool is_rented = (!rented_from.empty() && !IsIgnored(rented_from, ignored)) ||
                         (Of(words, WordGroup::kCloud).points > 1 && sum >= 2);
  if (is_rented && (sum >= kDynamicFrom || HasNumber(local)) && mail.points == 0) {
    return {NameClass::kCloud, "cloud_default", sum};
  }
  if (sum >= kDynamicFrom) return {NameClass::kDynamic, strongest.rule, sum};
  if (mail.points < 0) return {NameClass::kMail, mail.rule, sum};
  return {NameClass::kPlain, "plain", sum};
}

}  // namespace rules
