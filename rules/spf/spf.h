// May the client send mail for the domain?  Sender Policy Framework (RFC 7208) as a pure function over Facts.
//
// Nothing is kept between two calls: with each new Fact the evaluation begins anew.  An error of DNS is temperror,
// which speaks against nobody.  Look-ups are counted by term, as the RFC says, not by question.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rules/fact.h"
#include "rules/question.h"
#include "rules/spf/record.h"
#include "rules/values/ip_address.h"
#include "rules/values/time.h"

namespace rules {

struct SpfRequest {
  SpfIdentity identity = SpfIdentity::kMailFrom;
  IpAddress client;
  std::string helo;
  std::string sender;  // empty: the null sender, for which its HELO name answers
};

struct SpfOptions {
  unsigned max_terms = 10;  // that ask DNS, over the whole tree
  unsigned max_voids = 2;   // of them that found nothing
  std::size_t max_mail_hosts = 10;
  bool explains = false;   // is the domain's own text wanted where the result is fail?
  std::string receiver{};  // this host's name, for that text
  TimePoint now{};
};

// Why a record gives no answer.
enum class SpfFault : std::uint8_t {
  kNone,
  kNoAnswer,        // of DNS: temperror
  kSyntax,          // of `term`
  kSeveralRecords,  // v=spf1 stands in more than one
  kTooLong,         // the record was not kept whole
  kNoRecord,        // what `term` includes or redirects to has none
  kTooManyTerms,
  kTooManyVoids,
  kTooManyMailHosts,  // behind `term`
};
// "syntax", "several_records", ...; "none".
const char* Name(SpfFault fault);

// What came of one term, in the order of evaluation; a term that includes stands before those of what it includes.
struct SpfStep {
  enum class State : std::uint8_t { kRecord, kMatched, kNotMatched, kTemperror, kPermerror };

  unsigned depth = 0;  // of includes and redirects
  std::string domain;
  std::string term;  // of kRecord the whole record
  State state = State::kNotMatched;
  bool is_counted = false;  // among max_terms
  bool is_void = false;

  bool operator==(const SpfStep&) const = default;
};

struct SpfCheck {
  SpfResult result = SpfResult::kNone;
  SpfFault fault = SpfFault::kNone;
  std::string term;    // that decided, as written; empty where none matched
  std::string domain;  // in whose record it stands
  // A pass that anybody on the Internet would get: by +all, by an exists without a macro, by a network wider than /8
  // (/24 of IPv6).  It says nothing for the client.
  bool is_for_anybody = false;
  unsigned lookups = 0, voids = 0;
  std::string explanation;  // bytes of a stranger, printable ASCII; empty without one
  std::vector<SpfStep> steps;

  bool vouches() const { return result == SpfResult::kPass && !is_for_anybody; }
  bool operator==(const SpfCheck&) const = default;
};

// Either the check, or the Questions that are still open.
struct SpfOutcome {
  std::optional<SpfCheck> check;
  std::vector<Question> open;
};

SpfOutcome EvaluateSpf(const SpfRequest& request, const Facts& facts, const SpfOptions& options = {});

// The domain whose record is looked at, in the form that it is asked in; empty where none can be.
std::string SpfDomainOf(const SpfRequest& request);

}  // namespace rules
