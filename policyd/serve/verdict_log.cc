#include "policyd/serve/verdict_log.h"

#include "rules/reply.h"

namespace policyd::serve {
namespace {

GreylistOutcome OutcomeOf(const rules::Verdict& verdict) {
  if (verdict.reason == rules::Reason::kAutoWhitelist) return GreylistOutcome::kAutoWhitelisted;
  switch (verdict.triplet->state) {
    case rules::TripletState::kNew:
      return verdict.triplet->is_expired ? GreylistOutcome::kExpired : GreylistOutcome::kNew;
    case rules::TripletState::kEarly:
      return GreylistOutcome::kEarly;
    case rules::TripletState::kPassed:
      return GreylistOutcome::kPassed;
    case rules::TripletState::kKnown:
      break;
  }
  return GreylistOutcome::kKnown;
}

// Postfix names a client whenever one asks; `sekimorictl status` and other monitors do not.  They see that an answer
// comes, and leave neither a line nor a count.
bool IsProbe(const rules::Request& request) {
  return !request.client && request.state == rules::ProtocolState::kVrfy;
}

}  // namespace

void LogVerdict(const Inquiry& inquiry, std::chrono::nanoseconds took, LogLines& log, RequestCounts& counts) {
  const Inquiry::Finished& finished = *inquiry.finished();
  const rules::Verdict& verdict = finished.verdict;
  const rules::Request& request = inquiry.request();
  if (IsProbe(request)) return;
  counts.CountRequest(request.state);
  counts.CountVerdict(verdict.action, verdict.reason, verdict.mode, took);
  if (inquiry.has_asked_dns()) counts.CountAsked(took);
  if (verdict.remember.retried_after) counts.CountRetry(*verdict.remember.retried_after);
  if (finished.fail_open) counts.CountFailOpen(*finished.fail_open);
  if (verdict.triplet) counts.CountGreylist(OutcomeOf(verdict));

  LogText& line = log.Line(LogLevel::kInfo, "verdict").Plain("action", rules::Name(finished.answered));
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
      .Plain("ref", finished.reference == rules::Reference{} ? "" : finished.reference.ToString())
      .Decimal("took_ms", std::chrono::round<std::chrono::microseconds>(took).count(), 1000)
      .Plain("signals", rules::PrintSignals(verdict.signals));
  for (const rules::Decider& decider : rules::DecidersOf(verdict)) line.Field(decider.key, decider.value);
}

}  // namespace policyd::serve
