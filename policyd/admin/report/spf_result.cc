// What SPF says of the client: the evaluator's result, and the term that gave it.
#include <utility>

#include "policyd/admin/report/part_writers.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

using rules::SpfFault;
using rules::SpfResult;

LineState StateOf(const rules::SpfCheck& check) {
  switch (check.result) {
    case SpfResult::kPass:
      return check.is_for_anybody ? LineState::kWarning : LineState::kFine;
    case SpfResult::kFail:
    case SpfResult::kPermerror:
      return LineState::kWrong;
    case SpfResult::kSoftfail:
    case SpfResult::kNeutral:
      return LineState::kWarning;
    case SpfResult::kNone:
      return LineState::kNotThere;
    case SpfResult::kTemperror:
      return LineState::kNoAnswer;
  }
  return LineState::kNoAnswer;
}

std::string KindOf(const rules::SpfCheck& check) {
  if (check.fault != SpfFault::kNone) return std::string("report.spf.fault_") + rules::Name(check.fault);
  return check.term.empty() ? "report.spf.result" : "report.spf.result_by";
}

std::optional<std::string> MeansOf(const rules::SpfCheck& check) {
  switch (check.result) {
    case SpfResult::kPass:
      if (check.is_for_anybody) return "report.spf.anybody_means";
      return std::nullopt;
    case SpfResult::kFail:
    case SpfResult::kSoftfail:
      return "report.spf.refused_means";
    case SpfResult::kPermerror:
      return "report.spf.fault_means";
    case SpfResult::kNone:
    case SpfResult::kNeutral:
    case SpfResult::kTemperror:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

rules::SpfRequest HeloRequest(const ReportAbout& about, const std::string& helo) {
  return {.identity = rules::SpfIdentity::kHelo, .client = *about.client, .helo = helo, .sender = {}};
}

// Of a domain without a sender any mailbox stands for it.
rules::SpfRequest SenderRequest(const ReportAbout& about) {
  return {.client = *about.client,
          .helo = HeloHost(about).value_or(about.helo.value_or(std::string())),
          .sender = about.sender ? *about.sender : "postmaster@" + about.spf_domain};
}

std::optional<SpfResultSeen> LookSpfResult(Draft& draft, const rules::SpfRequest& request) {
  rules::Facts facts;
  rules::SpfOutcome outcome;
  bool was_not_asked = false;
  for (bool has_learnt = true; has_learnt;) {
    has_learnt = false;
    outcome = rules::EvaluateSpf(request, facts);
    for (const rules::Question& question : outcome.open) {
      const rules::DnsQuestion asked = rules::ToDns(question, request.client);
      const Seen seen = draft.Look(asked.name, asked.type);
      if (seen.is_open()) continue;
      was_not_asked |= seen.state == Seen::State::kNotAsked;
      has_learnt |= facts.Add(question, seen.ToFact(question, {}, {}));
    }
  }
  if (!outcome.check) return std::nullopt;
  SpfResultSeen result{.state = StateOf(*outcome.check)};
  if (result.state == LineState::kNoAnswer && was_not_asked) result.state = LineState::kNotAsked;
  result.check = *std::move(outcome.check);
  return result;
}

ReportLine* WriteSpfCheck(Draft& draft, const rules::SpfRequest& request) {
  const auto seen = LookSpfResult(draft, request);
  if (!seen) return nullptr;
  const rules::SpfCheck& check = seen->check;
  ReportLine& line = draft.Add(seen->state, KindOf(check),
                               {{"client", request.client.ToString()},
                                {"name", rules::SpfDomainOf(request)},
                                {"result", std::string(rules::Name(check.result))},
                                {"term", check.term},
                                {"domain", check.domain},
                                {"count", std::to_string(check.lookups)},
                                {"voids", std::to_string(check.voids)}});
  line.means = MeansOf(check);
  return &line;
}

}  // namespace policyd::admin
