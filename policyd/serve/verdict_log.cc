#include "policyd/serve/verdict_log.h"

#include <string>
#include <utility>

#include "rules/reply.h"

namespace policyd::serve {
namespace {

constexpr unsigned kPassesOfSample = 100;

metrics::GreylistOutcome OutcomeOf(const rules::Verdict& verdict) {
  if (verdict.reason == rules::Reason::kAutoWhitelist) return metrics::GreylistOutcome::kAutoWhitelisted;
  if (verdict.reason == rules::Reason::kKnownCorrespondent) return metrics::GreylistOutcome::kCorrespondent;
  switch (verdict.triplet->state) {
    case rules::TripletState::kNew:
      return verdict.triplet->is_expired ? metrics::GreylistOutcome::kExpired : metrics::GreylistOutcome::kNew;
    case rules::TripletState::kEarly:
      return metrics::GreylistOutcome::kEarly;
    case rules::TripletState::kPassed:
      return metrics::GreylistOutcome::kPassed;
    case rules::TripletState::kKnown:
      break;
  }
  return metrics::GreylistOutcome::kKnown;
}

// Requests of Postfix name the client; those of `sekimorictl status` and other monitors do not.  They only check that
// an answer comes, and leave neither a line nor a count.
bool IsProbe(const rules::Request& request) {
  return !request.client && request.state == rules::ProtocolState::kVrfy;
}

const char* Name(metrics::GreylistOutcome outcome) {
  return metrics::kGreylistOutcomeNames[metrics::Index(outcome)];
}

// What the greylist knew comes after what was decided.
void LogGreylist(const rules::Verdict& verdict, runtime::LogText& line) {
  if (!verdict.triplet) return;
  line.Plain("greylist", Name(OutcomeOf(verdict)));
  if (verdict.triplet->wait.count() > 0) line.Plain("wait_s", std::to_string(verdict.triplet->wait.count()));
  if (const auto delayed = verdict.delayed()) line.Plain("delayed_s", std::to_string(delayed->count()));
}

void LogVerdict(const Inquiry& inquiry, std::chrono::nanoseconds took, unsigned stands_for, runtime::LogLines& log) {
  const Inquiry::Finished& finished = *inquiry.finished();
  const rules::Verdict& verdict = finished.verdict;
  const rules::Request& request = inquiry.request();
  runtime::LogText& line =
      log.Line(runtime::LogLevel::kInfo, "verdict").Plain("action", rules::Name(finished.answered));
  if (finished.answered != verdict.action) {
    line.Plain("would", rules::Name(verdict.action)).Plain("mode", rules::Name(verdict.mode));
  }
  line.Plain("reason", rules::Name(verdict.reason))
      .Decimal("score", verdict.score.tenths, 10)
      .Plain("client", request.client ? request.client->ToString() : "unknown")
      .Field("name", verdict.name)
      .Field("helo", request.helo_name)
      .Field("sender", request.sender)
      .Field("recipient", request.recipient)
      .Plain("ref", finished.reference ? finished.reference->ToString() : "")
      .Decimal("took_ms", std::chrono::round<std::chrono::microseconds>(took).count(), 1000)
      .Plain("signals", rules::PrintSignals(verdict.signals));
  for (const rules::Decider& decider : rules::DecidersOf(verdict)) line.Field(decider.key, decider.value);
  LogGreylist(verdict, line);
  if (stands_for > 1) line.Plain("sampled", std::to_string(stands_for));
}

}  // namespace

void VerdictLog::Tell(const Inquiry& inquiry, std::chrono::nanoseconds took, config::LogSettings::Passes passes) {
  const Inquiry::Finished& finished = *inquiry.finished();
  const rules::Verdict& verdict = finished.verdict;
  const rules::Request& request = inquiry.request();
  if (IsProbe(request)) return;
  counts_.CountRequest(request.state);
  counts_.CountVerdict(verdict.action, verdict.reason, verdict.mode, took);
  counts_.CountAnswer(finished.answered, verdict.reason);
  if (inquiry.has_asked_dns()) counts_.CountAsked(took);
  if (verdict.remember.retried_after) counts_.CountRetry(*verdict.remember.retried_after);
  if (finished.fail_open) counts_.CountFailOpen(*finished.fail_open);
  if (verdict.triplet) counts_.CountGreylist(OutcomeOf(verdict));
  if (const unsigned stands_for = LineStandsFor(inquiry, passes)) LogVerdict(inquiry, took, stands_for, log_);
}

unsigned VerdictLog::LineStandsFor(const Inquiry& inquiry, config::LogSettings::Passes passes) {
  const Inquiry::Finished& finished = *inquiry.finished();
  const bool is_plain = !finished.reference && !finished.fail_open;  // only a plain pass has no reference
  if (!is_plain || passes == config::LogSettings::Passes::kAll) return 1;
  if (passes == config::LogSettings::Passes::kNone || ++unwritten_ < kPassesOfSample) return 0;
  return std::exchange(unwritten_, 0);
}

}  // namespace policyd::serve
