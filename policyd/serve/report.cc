#include "policyd/serve/report.h"

#include <fmt/format.h>

#include <string>

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

// "0.041"
std::string PrintMilliseconds(std::chrono::nanoseconds time) {
  const auto micros = std::chrono::round<std::chrono::microseconds>(time).count();
  return fmt::format("{}.{:03}", micros / 1000, micros % 1000);
}

}  // namespace

void Report(const Inquiry& inquiry, std::chrono::nanoseconds took, Log& log, RequestCounts& counts) {
  const Inquiry::Finished& finished = *inquiry.finished();
  const rules::Verdict& verdict = finished.verdict;
  const rules::Request& request = inquiry.request();
  counts.CountRequest(request.state);
  counts.CountVerdict(verdict.action, verdict.reason, verdict.mode, took);
  if (finished.fail_open) counts.CountFailOpen(*finished.fail_open);
  if (verdict.triplet) counts.CountGreylist(OutcomeOf(verdict));

  log.Write(LogLevel::kInfo, "verdict",
            {{"action", rules::Name(verdict.action)},
             {"reason", rules::Name(verdict.reason)},
             {"score", rules::PrintScore(verdict.score)},
             {"client", request.client ? request.client->ToString() : "unknown"},
             {"name", verdict.name},
             {"helo", request.helo_name},
             {"sender", request.sender},
             {"recipient", request.recipient},
             {"ref", finished.reference == rules::Reference{} ? "" : finished.reference.ToString()},
             {"took_ms", PrintMilliseconds(took)},
             {"signals", rules::PrintSignals(verdict.signals)}});
}

}  // namespace policyd::serve
