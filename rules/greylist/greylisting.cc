#include "rules/greylist/greylisting.h"

#include <utility>

#include "rules/spf/judgement.h"
#include "rules/values/dns_name.h"

namespace rules {
namespace {

// Did its owner choose the name?  A provider gives every customer a name, and takes it back.
bool HasOwnName(const ClientAssessment& assessment) {
  return assessment.reverse.is_confirmed() && !assessment.has_shared_name;
}

// The network, and the registered domain of a confirmed name that is neither dynamic nor a cloud default: pools of one
// provider share it.
std::vector<std::string> ClientKeys(const Policy& policy, const IpAddress& client, const ClientAssessment& assessment) {
  std::vector<std::string> keys = {NetworkKey(client, policy.greylist)};
  if (!HasOwnName(assessment) || !policy.suffixes) return keys;
  std::string domain = policy.suffixes->RegisteredDomain(assessment.reverse.name);
  if (!domain.empty()) keys.push_back(std::move(domain));
  return keys;
}

// Looks under one more key; the record that helps most counts.
void LookUnder(const std::string& key, const Facts& facts, const GreylistSettings& settings, TimePoint now,
               GreylistView& view) {
  Question question = Question::Triplet(key);
  const Fact* fact = facts.Find(question);
  if (!fact) {
    view.open.push_back(std::move(question));
  } else if (fact->is_present()) {
    const auto& record = fact->Get<Triplet>();
    const TripletView seen = ViewTriplet(record, now, settings);
    if (view.record && seen.state <= view.triplet.state) return;
    view.record = record;
    view.triplet = seen;
  }
}

// Whoever answers people here need not wait, where the sender is no other: SPF passes, or the client's own name is
// under the sender's domain.  The names that a provider gives its customers prove nothing.
void LookAmongCorrespondents(const Policy& policy, const Request& request, const ClientAssessment& assessment,
                             const Facts& facts, GreylistView& view) {
  const bool is_asked = policy.greylist.known_correspondents && !request.has_null_sender();
  if (!is_asked || !view.open.empty() || view.lets_in()) return;
  Question question = Question::Correspondent();
  const Fact* fact = facts.Find(question);
  if (!fact) view.open.push_back(std::move(question));
  if (!fact || !fact->is_present()) return;
  view.is_of_correspondent = HasOwnName(assessment) && IsUnder(assessment.reverse.name, DomainOf(request.sender));
  if (view.is_of_correspondent || policy.spf.check == SpfUse::kOff) return;
  SenderProof proof = ProveSender(request, facts);
  view.proof = std::move(proof.open);
  view.is_proven = proof.passes.value_or(false);
  view.is_of_correspondent = view.is_proven;
}

// A pool of machines has no name or network in common, but the sender's domain knows them.
void LookUnderSenderDomain(const Policy& policy, const Request& request, const Facts& facts, TimePoint now,
                           GreylistView& view) {
  const bool is_asked = policy.greylist.spf_domain && policy.spf.check != SpfUse::kOff && !request.has_null_sender();
  if (!is_asked || !view.open.empty() || view.lets_in()) return;
  SenderProof proof = ProveSender(request, facts);
  view.proof = std::move(proof.open);
  view.is_proven = proof.passes.value_or(false);
  if (!view.is_proven) return;
  view.client_keys.push_back(SenderDomainKey(DomainOf(request.sender)));
  LookUnder(view.client_keys.back(), facts, policy.greylist, now, view);
  view.is_known_by_sender = view.came_back();
}

}  // namespace

Reason GreylistView::reason() const {
  if (is_auto_whitelisted) return Reason::kAutoWhitelist;
  return is_of_correspondent ? Reason::kKnownCorrespondent : Reason::kKnownTriplet;
}

std::string ClientKey(const Policy& policy, const IpAddress& client, const ClientAssessment& assessment) {
  return ClientKeys(policy, client, assessment).back();
}

GreylistView ViewGreylist(const Policy& policy, const Request& request, const ClientAssessment& assessment,
                          const Facts& facts, bool is_listed, TimePoint now) {
  GreylistView view;
  view.client_keys = ClientKeys(policy, *request.client, assessment);
  view.passes_key = HasOwnName(assessment) ? assessment.reverse.name : EarnedKey(*request.client);
  view.triplet = ViewTriplet(std::nullopt, now, policy.greylist);
  for (const std::string& key : view.client_keys) LookUnder(key, facts, policy.greylist, now, view);
  Question passes = Question::AutoWhitelist(view.passes_key);
  if (const Fact* fact = facts.Find(passes)) {
    view.passes = fact->Get<AutoWhitelistCount>();
    view.is_auto_whitelisted = !is_listed && IsAutoWhitelisted(view.passes, now, policy.greylist);
  } else {
    view.open.push_back(std::move(passes));
  }
  // Bounces from everywhere have the null sender: the retry of one says nothing about another.
  const bool is_vouched = facts.earlier_recipients().came_back && !request.has_null_sender();
  if (is_vouched && !view.came_back()) {
    view.is_vouched = true;
    view.triplet = {.state = TripletState::kKnown};
  }
  LookAmongCorrespondents(policy, request, assessment, facts, view);
  LookUnderSenderDomain(policy, request, facts, now, view);
  return view;
}

Remember RememberOf(const Policy& policy, Mode mode, const GreylistView& view, bool is_listed, TimePoint now) {
  Remember remember;
  if (view.is_of_correspondent) return remember;  // it did not wait, and says nothing of the client's other mail
  const bool lets_all_in = mode != Mode::kEnforce;
  const Triplet next = view.is_vouched ? VouchedTriplet(view.record, now, policy.greylist)
                                       : NextTriplet(view.record, now, policy.greylist, lets_all_in);
  if (next != view.record) {
    // What one machine of the sender's earned is not the network's of another.
    const auto first = view.is_known_by_sender ? view.client_keys.end() - 1 : view.client_keys.begin();
    for (auto key = first; key != view.client_keys.end(); ++key) remember.triplets.push_back({*key, next});
  }
  // A record that waits and was made while the clock was ahead begins anew, too.
  const bool begins =
      view.triplet.state == TripletState::kNew || (view.triplet.state == TripletState::kEarly && next != view.record);
  remember.is_first_sight = begins && !view.is_auto_whitelisted;
  if (view.triplet.state == TripletState::kPassed) remember.retried_after = view.triplet.waited;
  if (!view.lets_in() || view.is_known_by_sender || is_listed) return remember;
  if (const auto count = CountPass(view.passes, now, policy.greylist)) {
    remember.auto_whitelist_key = view.passes_key;
    remember.auto_whitelist = *count;
  }
  return remember;
}

}  // namespace rules
