// What a term of an SPF record asks of DNS, and whether the answer matches the client (RFC 7208, section 5).  Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/fact.h"
#include "rules/question.h"
#include "rules/spf/record.h"
#include "rules/values/ip_address.h"

namespace rules {

// The Facts, and the Questions that are open.
struct SpfAnswers {
  const IpAddress& client;
  const Facts& facts;
  std::vector<Question>& open;

  // The Fact, or null: then the Question is among the open ones.
  const Fact* Find(const Question& question) const;
};

enum class SpfMatch : std::uint8_t { kYes, kNo, kTemperror, kPermerror, kOpen };

struct SpfTermMatch {
  SpfMatch match = SpfMatch::kNo;
  bool is_void = false;  // what the term asked for is not there
};

// Is it among the terms that ask DNS, of which there may be ten?
bool CountsAsLookup(SpfTerm::Mechanism mechanism);

// Would any client of the family match?  Of what a term includes its own record says that.
bool MatchesAnybody(const SpfTerm& term, bool is_v4);

// Can DNS be asked for the name?  Any printable byte may stand in it.
bool IsAskable(std::string_view name);

// `name`: the domain that the term is about, lower case; empty, or one that cannot be asked, never matches.
// REQUIRES: the mechanism is none of kAll and kInclude.
SpfTermMatch MatchSpfTerm(const SpfAnswers& answers, const SpfTerm& term, const std::string& name,
                          std::size_t max_mail_hosts);

// The names of the client's PTR record that lead back to it, of those that `is_of_use` says; nothing while it is open.
std::optional<HostNames> ValidatedNames(const SpfAnswers& answers,
                                        const std::function<bool(std::string_view name)>& is_of_use);

}  // namespace rules
