// Evaluates a configuration on labelled mail of the past, before it turns anybody away.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "policyd/admin/measure/recorded_answers.h"
#include "policyd/admin/measure/tally.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

struct EvaluatedGroup {
  Tally all;
  Tally lists_asked;  // those of which list hits, or that there was none, are recorded
};

struct Evaluation {
  std::map<std::tuple<std::string, std::string, std::string>, EvaluatedGroup> groups;  // by corpus, label and hop
  std::map<std::string, std::uint64_t> unmapped;                                       // hits that stand for no zone
  std::map<std::string, RateCurve> curves;                                             // by corpus
  bool with_lists = false;

  std::vector<RateCurve> AllCurves() const;
};

// Every mail is a first sight.
Evaluation Evaluate(const RecordedJudge& judge, const std::vector<LabelledMail>& mails, bool with_lists,
                    rules::TimePoint now);
runtime::Json ToJson(const Evaluation& evaluation);

}  // namespace policyd::admin
