// Reads the settings of Postfix: parameters (`postconf -x`), services (`postconf -M`) and what these override
// (`postconf -P`), in one text, in any order.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rules/values/result.h"

namespace policyd::admin {

struct PostfixService {
  std::string name, type;  // "smtp", "inet"
  bool is_chrooted = false;
  std::string program;                             // "smtpd"
  std::map<std::string, std::string> overrides{};  // of parameters, by -o
};

struct Postconf {
  std::map<std::string, std::string> parameters;
  std::vector<PostfixService> services;

  // Empty where the text does not have it.
  const std::string& Get(const std::string& parameter) const;
};

Postconf ReadPostconf(std::string_view text);
// As above; an error where the text has no parameter, so that it is something else.
rules::Result<Postconf> ReadWholePostconf(std::string_view text);

// Runs postconf, which changes nothing.
rules::Result<std::string> AskPostconf();

// One restriction with its argument; `text` is what is written of it, a warn_if_reject before it included.
struct Restriction {
  std::string name, argument, text;
  bool only_warns = false;  // by warn_if_reject: Postfix logs what it would refuse
};

// The items of a restriction list: between commas or blanks, what stands in { } as one.
std::vector<Restriction> SplitRestrictions(std::string_view list);

// "unix:private/x" of "check_policy_service unix:private/x" or of "check_policy_service { unix:private/x, timeout=9s
// }".
std::string PolicyServer(const Restriction& restriction);

}  // namespace policyd::admin
