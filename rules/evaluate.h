// Decides: a pure function gives either the Verdict or the Questions that are still open.
//
//     Request + Facts --Evaluate--> Verdict | Questions --stores, DNS--> more Facts --Evaluate--> ...
//
// No step is remembered in control flow.  Parallel look-ups, early exit, deadline and fail-open all come from data:
// an open Question counts with every value that its answer could bring, also through what it would open, so the
// *Action* given on part of the Facts never changes when the rest arrives.  On closed Facts there is always a Verdict.
//
// Two pure steps: Assess looks at the client alone and may be kept until its first Fact ends; the rest judges the mail.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rules/client/reverse_dns.h"
#include "rules/fact.h"
#include "rules/policy.h"
#include "rules/request.h"
#include "rules/tables/table_action.h"
#include "rules/verdict.h"
#include "rules/zones/health.h"

namespace rules {

// What the Score may become: an interval while Facts are missing.
struct ScoreRange {
  Points lowest;
  Points highest;

  bool operator==(const ScoreRange&) const = default;

  ScoreRange& operator+=(const ScoreRange& other) {
    lowest += other.lowest;
    highest += other.highest;
    return *this;
  }
};

// Signals for and against, with what is still missing.
struct Assessment {
  ScoreRange score;
  std::vector<Signal> signals;  // those that are certain
  std::vector<Question> open;
  bool is_listed = false;          // a list speaks against the client
  bool may_become_listed = false;  // one that could is still open
  bool lacks_favour = false;       // what could speak for the client is unavailable: reject becomes defer
  bool may_lack_favour = false;    // ... may turn out so
  bool lacks_answers = false;      // something is unavailable

  // Both together.
  Assessment& operator+=(const Assessment& other);
};

// What a table of people with `decides` says of the client.
struct TableDecision {
  TableAction action;
  std::string rule;  // "clients.pcre:12"
};

// What does not depend on the mail: reverse DNS, the look of the name, the lists that are asked for the address.
struct ClientAssessment : Assessment {
  ReverseDnsView reverse;
  bool has_shared_name = false;  // it looks like a line or a cloud default, whatever points that has
  std::optional<TableDecision> decision;
  bool may_be_decided = false;  // while the name is not known
};

ClientAssessment Assess(const Policy& policy, const Health& health, const IpAddress& client, const Facts& facts);

// What lists that are asked for the address say of it, alone.
Assessment AssessZones(const std::vector<Zone>& zones, const Health& health, const IpAddress& client,
                       const Facts& facts);

// What the name lists say of the mail's names: reverse name, HELO, sender's domain.  An entry counts once, whichever
// name it lists.
Assessment AssessNames(const Policy& policy, const Health& health, const Request& request,
                       const ReverseDnsView& reverse, const Facts& facts);

struct Outcome {
  std::optional<Verdict> verdict;
  std::vector<Question> open;  // without a verdict never empty
};

// `known`: what Assess() gives for these Policy, Health and Facts, where the caller has kept it.
Outcome Evaluate(const Policy& policy, const Health& health, const Request& request, const Facts& facts, TimePoint now,
                 const ClientAssessment* known = nullptr);

// Does the Verdict rest on any Fact?  Else nothing need be asked of anybody: Evaluate gives it at once.
bool NeedsFacts(const Policy& policy, const Request& request);

// What to fetch from the stores before the first Evaluate, one step after the other, so that a warm mail is judged
// once.
struct Preparation {
  enum class Step : std::uint8_t {
    kNone,      // nothing more is worth it: call Evaluate
    kPeople,    // what people say of the client, the sender and the recipient (kPeopleKinds, where IsAsked())
    kClient,    // the client's Assessment, where it is kept; without one call Evaluate
    kGreylist,  // `questions`, which Evaluate will most likely ask; then call it
  };
  Step step = Step::kNone;
  std::vector<Question> questions{};  // kGreylist
};
Preparation NextPreparation(const Policy& policy, const Request& request, const Facts& facts,
                            const ClientAssessment* known);

}  // namespace rules
