#include "policyd/admin/measure/evaluation.h"

#include <utility>

namespace policyd::admin {
namespace {

// Every mail is a first sight.
rules::Fact NobodyCameBefore(const rules::Question&) {
  return {.state = rules::Fact::State::kAbsent};
}

}  // namespace

std::vector<RateCurve> Evaluation::AllCurves() const {
  std::vector<RateCurve> all;
  for (const auto& [corpus, curve] : curves) all.push_back(curve);
  return all;
}

Evaluation Evaluate(const RecordedJudge& judge, const std::vector<LabelledMail>& mails, bool with_lists,
                    rules::TimePoint now) {
  Evaluation evaluation;
  evaluation.with_lists = with_lists;
  for (const LabelledMail& mail : mails) {
    const rules::Verdict verdict = judge.Judge(mail, now, NobodyCameBefore);
    EvaluatedGroup& group = evaluation.groups[{mail.corpus, mail.label, mail.hop}];
    group.all.Add(verdict, mail.weight);
    RateCurve& curve = evaluation.curves[mail.corpus];
    curve.name = mail.corpus;
    if (mail.label == "ham") curve.ham.Add(verdict, mail.weight);
    if (mail.label == "spam") curve.spam.Add(verdict, mail.weight);
    if (!with_lists || !mail.list_hits) continue;
    group.lists_asked.Add(verdict, mail.weight);
    for (const std::string& hit : *mail.list_hits) {
      if (!judge.hits.contains(hit)) ++evaluation.unmapped[hit];
    }
  }
  return evaluation;
}

runtime::Json ToJson(const Evaluation& evaluation) {
  runtime::Json groups = runtime::Json::Array();
  for (const auto& [key, group] : evaluation.groups) {
    runtime::Json row = ToJson(group.all);
    row.Add("corpus", std::get<0>(key)).Add("label", std::get<1>(key)).Add("hop", std::get<2>(key));
    if (evaluation.with_lists) row.Add("lists_asked", ToJson(group.lists_asked));
    groups.Append(std::move(row));
  }
  runtime::Json document = runtime::Json::Object();
  document.Add("groups", std::move(groups));
  if (evaluation.with_lists) {
    runtime::Json unmapped = runtime::Json::Object();
    for (const auto& [name, count] : evaluation.unmapped) unmapped.Add(name, count);
    document.Add("unmapped", std::move(unmapped));
  }
  return document;
}

}  // namespace policyd::admin
