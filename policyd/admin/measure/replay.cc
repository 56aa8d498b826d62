#include "policyd/admin/measure/replay.h"

#include <algorithm>
#include <queue>
#include <tuple>
#include <utility>

#include "rules/reputation/reputation.h"

namespace policyd::admin {
namespace {

// One try of one mail; in the order of time, of one time in the order of the trace.
struct Try {
  rules::TimePoint when;
  std::size_t mail = 0;
  bool is_first = true;

  bool operator>(const Try& other) const { return std::tie(when, mail) > std::tie(other.when, other.mail); }
};

class Mailstream {
 public:
  Mailstream(const RecordedJudge& judge, const std::vector<LabelledMail>& mails, const ReturnHabits& habits,
             ThrowawayGreylist& greylist)
      : judge_(judge), mails_(mails), habits_(habits), greylist_(greylist) {}

  rules::Result<LabelTallies> Run() {
    for (std::size_t next = 0; next < mails_.size() || !returning_.empty();) {
      Try attempt;
      const bool is_return =
          !returning_.empty() && (next == mails_.size() || returning_.top().when < mails_[next].time);
      if (is_return) {
        attempt = returning_.top();
        returning_.pop();
      } else {
        attempt = {.when = mails_[next].time, .mail = next};
        ++next;
      }
      const auto done = Deliver(attempt);
      if (!done) return done.error();
    }
    for (auto& [label, of_label] : tallies_) std::sort(of_label.delays.begin(), of_label.delays.end());
    return std::move(tallies_);
  }

 private:
  rules::Status Deliver(const Try& attempt) {
    const LabelledMail& mail = mails_[attempt.mail];
    const rules::Verdict verdict = judge_.Judge(mail, attempt.when, [this, &mail](const rules::Question& question) {
      return greylist_.Answer(question, mail.request);
    });
    LabelTally& of_label = tallies_[mail.label];
    if (attempt.is_first) {
      of_label.first_tries.Add(verdict, mail.weight);
      if (verdict.reason == rules::Reason::kKnownTriplet) of_label.known += mail.weight;
      if (verdict.reason == rules::Reason::kAutoWhitelist) of_label.auto_whitelisted += mail.weight;
    } else if (!rules::TurnsAway(verdict.action)) {
      of_label.delays.push_back(attempt.when - mail.time);
    }
    const auto comes_back = verdict.action == rules::Action::kGreylist ? Return(mail, attempt.when) : std::nullopt;
    if (comes_back) returning_.push({.when = *comes_back, .mail = attempt.mail, .is_first = false});
    if (const auto counted = rules::AsksReputation(judge_.policy) ? judge_.CountsOf(mail, verdict) : std::nullopt) {
      greylist_.Count(counted->client_key, {rules::DayOf(attempt.when), counted->counts});
    }
    return greylist_.Remember(verdict.remember, mail.request);
  }

  // The time of the next try after one at `when`.
  std::optional<rules::TimePoint> Return(const LabelledMail& mail, rules::TimePoint when) const {
    if (!habits_.retry_after || (mail.label == "spam" && !habits_.spam_returns)) return std::nullopt;
    const rules::TimePoint next = when + *habits_.retry_after;
    if (next > mail.time + judge_.policy.greylist.retry_window) return std::nullopt;
    return next;
  }

  const RecordedJudge& judge_;
  const std::vector<LabelledMail>& mails_;
  const ReturnHabits habits_;
  ThrowawayGreylist& greylist_;
  std::priority_queue<Try, std::vector<Try>, std::greater<>> returning_;
  LabelTallies tallies_;
};

}  // namespace

std::optional<rules::seconds> LabelTally::DelayAt(double share) const {
  if (delays.empty()) return std::nullopt;
  const auto last = static_cast<double>(delays.size() - 1);
  return delays[static_cast<std::size_t>(share * last)];
}

rules::Result<LabelTallies> Replay(const RecordedJudge& judge, const std::vector<LabelledMail>& mails,
                                   const ReturnHabits& habits, ThrowawayGreylist& greylist) {
  return Mailstream(judge, mails, habits, greylist).Run();
}

runtime::Json ToJson(const LabelTallies& labels) {
  runtime::Json array = runtime::Json::Array();
  for (const auto& [label, of_label] : labels) {
    const auto delay = [&of_label = of_label](double share) {
      const auto known = of_label.DelayAt(share);
      return known ? runtime::Json(static_cast<std::int64_t>(known->count())) : runtime::Json();
    };
    array.Append(
        ToJson(of_label.first_tries)
            .Add("label", label)
            .Add("known", of_label.known)
            .Add("auto_whitelisted", of_label.auto_whitelisted)
            .Add("came_back", of_label.delays.size())
            .Add("delay_seconds",
                 runtime::Json::Object().Add("median", delay(0.5)).Add("p90", delay(0.9)).Add("most", delay(1))));
  }
  return runtime::Json::Object().Add("labels", std::move(array));
}

std::vector<RateCurve> CurvesOf(const LabelTallies& labels) {
  RateCurve curve{.name = "replay", .ham = {}, .spam = {}};
  if (const auto ham = labels.find("ham"); ham != labels.end()) curve.ham = ham->second.first_tries;
  if (const auto spam = labels.find("spam"); spam != labels.end()) curve.spam = spam->second.first_tries;
  return {curve};
}

}  // namespace policyd::admin
