// Applies the results of name servers to the questions that they answer.
#include <utility>

#include "policyd/dns/resolver.h"
#include "policyd/dns/wire/dns_query.h"

namespace policyd::dns {
namespace {

using Status = DnsReply::Status;

// The answers of a server that does not know EDNS: FORMERR, NOTIMP, BADVERS.
bool BlamesEdns(const DnsReply& reply) {
  return reply.status == Status::kError && (reply.rcode == 1 || reply.rcode == 4 || reply.rcode == 16);
}

}  // namespace

void Resolver::OnResult(const NameServer::Result& result, runtime::Deadline now) {
  const auto found = attempts_.find(result.attempt);
  if (found == attempts_.end()) return;
  switch (result.outcome) {
    case NameServer::Result::Outcome::kReply: {
      if (GoesOverTcp(result.attempt, found->second, result.message, now)) return;
      Attempt attempt = std::move(found->second);
      attempts_.erase(found);
      const bool is_late = !attempt.is_open;
      Close(attempt);
      attempt.is_open = !is_late;
      OnReply(attempt, result.message, now);
      break;
    }
    case NameServer::Result::Outcome::kRefused:
      // Its number, not `found`: sending a question meanwhile may move the table.
      OnRefused(found->second, now);
      if (!attempts_.at(result.attempt).is_open) attempts_.erase(result.attempt);
      break;
    case NameServer::Result::Outcome::kLost:
      found->second.is_reported = true;
      GiveUp(result.attempt, now);
      break;
  }
}

// `attempt` is closed; its is_open says whether the question still waited for it.
void Resolver::OnReply(const Attempt& attempt, const std::vector<std::uint8_t>& message, runtime::Deadline now) {
  DnsReply reply = ParseReply(message, *attempt.question);
  if (reply.status == Status::kNotAnAnswer || !HasRightCase(attempt, message)) return OnNonsense(attempt, now);
  const bool is_usable = reply.status == Status::kPresent || reply.status == Status::kAbsent;
  attempt.server->probe->Answered(now, is_usable);
  if (!is_usable) return OnError(attempt, reply, now);
  if (FindFlight(attempt.flight)) Finish(attempt.flight, std::move(reply));
}

// Ask again at once, as a forger may have been quicker than the server; the second time it counts as a time-out.
void Resolver::OnNonsense(const Attempt& attempt, runtime::Deadline now) {
  Flight* flight = FindFlight(attempt.flight);
  if (!flight || !attempt.is_open) return;
  if (flight->repeats_left > 0) {
    --flight->repeats_left;
    return Enqueue(attempt.flight, *flight, now);
  }
  attempt.server->probe->Doubt(attempt.doubtful_since, now);
  TryAgain(attempt.flight, now);
}

void Resolver::OnError(const Attempt& attempt, const DnsReply& reply, runtime::Deadline now) {
  const bool blames_edns = attempt.has_edns && BlamesEdns(reply);
  if (blames_edns) attempt.server->link->StopEdns();
  Flight* flight = FindFlight(attempt.flight);
  if (!flight) return;
  flight->error = reply;
  if (!attempt.is_open) return;
  if (blames_edns && flight->repeats_left > 0) {
    --flight->repeats_left;
    return Enqueue(attempt.flight, *flight, now);
  }
  if (HasAnotherServer(*flight)) return Enqueue(attempt.flight, *flight, now);
  if (!HoldsForProbe(attempt.flight, *flight, *attempt.server, now)) Finish(attempt.flight, reply);
}

// A truncated answer: the attempt goes on over TCP in what is left of its time.
bool Resolver::GoesOverTcp(Number number, Attempt& attempt, std::span<const std::uint8_t> message,
                           runtime::Deadline now) {
  if (!attempt.is_open || attempt.is_over_tcp || !IsTruncated(message)) return false;
  Flight* flight = FindFlight(attempt.flight);
  if (!flight || ParseReply(message, *attempt.question).status != Status::kTruncated) return false;
  Server& server = *attempt.server;
  server.probe->Answered(now, false);
  Age(attempt);
  flight->is_truncated = attempt.is_over_tcp = true;
  attempt.has_edns = server.link->speaks_edns();
  const auto query = QueryFor(server, *attempt.question);
  if (server.letter_case.turns()) attempt.query = query;
  server.link->SendOverTcp(number, query);
  return true;
}

// Ask another server at once.  Without one wait for the time-out: this server may be starting.
void Resolver::OnRefused(Attempt& attempt, runtime::Deadline now) {
  attempt.is_reported = true;
  if (!attempt.is_over_tcp) attempt.server->probe->Doubt(attempt.doubtful_since, now);
  Flight* flight = FindFlight(attempt.flight);
  const bool is_waited_for = flight && attempt.is_open;
  if (is_waited_for && !attempt.is_over_tcp && !HasAnotherServer(*flight)) return Age(attempt);
  Close(attempt);
  if (!is_waited_for) return;
  if (attempt.is_over_tcp) return TryAgain(attempt.flight, now);
  Enqueue(attempt.flight, *flight, now);
}

bool Resolver::HasRightCase(const Attempt& attempt, const std::vector<std::uint8_t>& message) {
  if (attempt.query.empty()) return true;
  CaseRandomization& letter_case = attempt.server->letter_case;
  if (RepeatsQuestion(message, attempt.query)) {
    letter_case.CameBackRight();
    return true;
  }
  if (letter_case.CameBackWrong() && events_.warn) {
    events_.warn("name server " + attempt.server->endpoint.host +
                 " does not return letters in the case they were asked in: forged answers are harder to tell");
  }
  return false;
}

}  // namespace policyd::dns
