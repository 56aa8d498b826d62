#include "rules/spf/judgement.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "rules/spf/spf.h"
#include "rules/values/dns_name.h"

namespace rules {
namespace {

bool IsForwarder(const Policy& policy, const IpAddress& client, const ReverseDnsView& reverse) {
  return std::ranges::any_of(policy.spf.forwarders, [&](const SpfForwarder& forwarder) {
    if (forwarder.network) return forwarder.network->Contains(client);
    if (!reverse.is_confirmed()) return false;
    if (!forwarder.name.starts_with('.')) return reverse.name == forwarder.name;
    return IsUnder(reverse.name, std::string_view(forwarder.name).substr(1));
  });
}

// What speaks against the client; nothing otherwise.
std::optional<SignalKind> KindOf(const SpfCheck& check, SpfIdentity identity) {
  const bool is_helo = identity == SpfIdentity::kHelo;
  switch (check.result) {
    case SpfResult::kFail:
      return is_helo ? SignalKind::kHeloSpfFail : SignalKind::kSpfFail;
    case SpfResult::kSoftfail:
      return is_helo ? std::nullopt : std::optional(SignalKind::kSpfSoftfail);
    case SpfResult::kPermerror:
      // Not all that judge SPF count what is not there.
      return is_helo || check.fault == SpfFault::kTooManyVoids ? std::nullopt
                                                               : std::optional(SignalKind::kSpfPermerror);
    case SpfResult::kNone:
    case SpfResult::kNeutral:
    case SpfResult::kPass:
    case SpfResult::kTemperror:
      break;
  }
  return std::nullopt;
}

// One identity: its Signal, or nothing against the client; while it is open each that may come.
struct Judged {
  std::vector<Signal> possible{};  // of 0 points: nothing
  std::vector<Question> open{};
  std::optional<SpfResult> result{};
};

// Is there a use in asking?
bool IsOfUse(const Policy& policy, const Request& request, SpfIdentity identity) {
  if (identity == SpfIdentity::kMailFrom && request.has_null_sender()) return false;
  const bool is_shown = (identity == SpfIdentity::kHelo) == request.has_null_sender();
  if (policy.spf.check == SpfUse::kAlways && is_shown) return true;
  if (identity == SpfIdentity::kHelo) return policy.PointsOf(SignalKind::kHeloSpfFail) != Points{};
  constexpr std::array kKinds{SignalKind::kSpfFail, SignalKind::kSpfSoftfail, SignalKind::kSpfPermerror};
  return std::ranges::any_of(kKinds, [&](SignalKind kind) { return policy.PointsOf(kind) != Points{}; });
}

Signal SignalOf(const Policy& policy, SignalKind kind, const std::string& domain) {
  return {kind, policy.PointsOf(kind), domain, {}};
}

Judged Judge(const Policy& policy, const Request& request, SpfIdentity identity, bool may_ask, const Facts& facts) {
  if (!IsOfUse(policy, request, identity)) return {.possible = {Signal{}}};
  const SpfRequest asked{
      .identity = identity, .client = *request.client, .helo = request.helo_name, .sender = request.sender};
  const std::string domain = SpfDomainOf(asked);
  if (domain.empty()) return {.possible = {Signal{}}, .result = SpfResult::kNone};
  SpfOutcome outcome;
  if (may_ask) outcome = EvaluateSpf(asked, facts);
  if (!outcome.check) {
    Judged judged{.possible = {Signal{}}, .open = std::move(outcome.open)};
    if (identity == SpfIdentity::kHelo) {
      judged.possible.push_back(SignalOf(policy, SignalKind::kHeloSpfFail, domain));
    } else {
      for (const auto kind : {SignalKind::kSpfFail, SignalKind::kSpfSoftfail, SignalKind::kSpfPermerror}) {
        judged.possible.push_back(SignalOf(policy, kind, domain));
      }
    }
    return judged;
  }
  const SpfCheck& check = *outcome.check;
  const auto kind = KindOf(check, identity);
  return {.possible = {kind ? SignalOf(policy, *kind, domain) : Signal{}},
          .result = check.result == SpfResult::kPass && !check.vouches() ? SpfResult::kNone : check.result};
}

// A HELO name and a sender of one domain must not count twice: the heavier Signal stands for both.
const Signal& Heavier(const Signal& helo, const Signal& sender) {
  if (helo.points == Points{}) return sender;
  if (sender.points == Points{}) return helo;
  return helo.points > sender.points ? helo : sender;
}

}  // namespace

SpfJudgement AssessSpf(const Policy& policy, const Request& request, const ReverseDnsView& reverse,
                       const Facts& facts) {
  // DNS failed, and with it the name that may be a forwarder's.
  if (reverse.state == ReverseDns::kUnavailable && !reverse.blames_name) return {};
  if (IsForwarder(policy, *request.client, reverse)) return {};
  const bool may_ask = reverse.state.has_value();
  Judged helo = Judge(policy, request, SpfIdentity::kHelo, may_ask, facts);
  Judged sender = Judge(policy, request, SpfIdentity::kMailFrom, may_ask, facts);

  SpfJudgement judgement;
  const Points any = Heavier(helo.possible.front(), sender.possible.front()).points;
  judgement.score = {any, any};
  for (const Signal& of_helo : helo.possible) {
    for (const Signal& of_sender : sender.possible) {
      const Points points = Heavier(of_helo, of_sender).points;
      judgement.score = {std::min(judgement.score.lowest, points), std::max(judgement.score.highest, points)};
    }
  }
  // An open one may no longer matter: the front of its possible Signals is none.
  if (judgement.score.lowest == judgement.score.highest && any != Points{}) {
    judgement.signals.push_back(Heavier(helo.possible.front(), sender.possible.front()));
  }
  const bool is_of_helo = request.has_null_sender();
  if (const auto result = is_of_helo ? helo.result : sender.result) {
    judgement.seen = {.identity = is_of_helo ? SpfIdentity::kHelo : SpfIdentity::kMailFrom, .result = *result};
  }
  judgement.open = std::move(helo.open);
  judgement.open.insert(judgement.open.end(), std::make_move_iterator(sender.open.begin()),
                        std::make_move_iterator(sender.open.end()));
  return judgement;
}

SenderProof ProveSender(const Request& request, const Facts& facts) {
  SpfOutcome outcome = EvaluateSpf({.identity = SpfIdentity::kMailFrom,
                                    .client = *request.client,
                                    .helo = request.helo_name,
                                    .sender = request.sender},
                                   facts);
  if (!outcome.check) return {.open = std::move(outcome.open)};
  return {.passes = outcome.check->vouches(), .lacks_answer = outcome.check->result == SpfResult::kTemperror};
}

}  // namespace rules
