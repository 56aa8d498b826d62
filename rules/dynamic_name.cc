#include "rules/dynamic_name.h"

#include <algorithm>
#include <array>

#include "rules/own_address.h"

namespace rules {
namespace {

constexpr std::array<std::string_view, 10> kMailWords{"mail",  "mx",     "smtp", "mta",    "out",
                                                      "relay", "bounce", "send", "mailer", "post"};

bool HasMailWord(std::string_view name) {
  return std::any_of(kMailWords.begin(), kMailWords.end(),
                     [name](std::string_view word) { return name.find(word) != std::string_view::npos; });
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

NameVerdict ClassifyName(std::string_view name, const IpAddress& client) {
  if (HasMailWord(name)) return {NameClass::kMail, "mail_word"};
  if (FindOwnAddress(name, client) != OwnAddress::kNone) return {NameClass::kDynamic, "address_in_name"};
  return {NameClass::kPlain, "plain"};
}

}  // namespace rules
