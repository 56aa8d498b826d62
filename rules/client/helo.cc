#include "rules/client/helo.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "rules/client/dynamic_name.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace rules {
namespace {

// Top-level labels of names that are given inside of a network (RFC 6762 appendix G, RFC 9476) and what software puts
// there by itself.
bool IsPrivateSuffix(std::string_view label) {
  constexpr std::array<std::string_view, 11> kSuffixes{"corp",         "home",    "internal", "intranet",
                                                       "invalid",      "lan",     "local",    "localdomain",
                                                       "localdomain4", "private", "workgroup"};
  return std::find(kSuffixes.begin(), kSuffixes.end(), label) != kSuffixes.end();
}

bool IsLocalhost(std::string_view name) {
  return name == "localhost" || name.starts_with("localhost.") || name.ends_with(".localhost");
}

// What can be told by the HELO name alone.  REQUIRES: helo is not empty.
std::optional<SignalKind> FaultOf(const std::string& helo, const std::vector<std::string>& own_names) {
  if (helo.front() == '[' || IpAddress::Parse(helo)) return SignalKind::kHeloLiteral;
  const auto name = NormalizeHostName(helo);
  if (!name) return SignalKind::kHeloNotPublic;
  if (IsLocalhost(*name)) return SignalKind::kHeloLocalhost;
  if (std::find(own_names.begin(), own_names.end(), *name) != own_names.end()) return SignalKind::kHeloOwnName;
  const std::size_t dot = name->rfind('.');
  if (dot == std::string::npos) return SignalKind::kHeloNotPublic;
  const std::string_view last = std::string_view(*name).substr(dot + 1);
  if (IsNumber(last) || IsPrivateSuffix(last)) return SignalKind::kHeloNotPublic;
  return std::nullopt;
}

// Have both names the same registered domain?
bool IsSameOrganisation(const Policy& policy, const std::string& a, const std::string& b) {
  if (a == b) return true;
  if (!policy.suffixes) return false;
  const std::string domain = policy.suffixes->RegisteredDomain(a);
  return !domain.empty() && domain == policy.suffixes->RegisteredDomain(b);
}

bool Holds(const Assessment& assessment, SignalKind kind) {
  return std::any_of(assessment.signals.begin(), assessment.signals.end(),
                     [kind](const Signal& signal) { return signal.kind == kind; });
}

bool IsConfirmedName(const std::string& helo, const ClientAssessment& client) {
  if (!client.reverse.is_confirmed()) return false;
  return helo == client.reverse.name || NormalizeHostName(helo) == client.reverse.name;
}

// Did its owner choose the name?  Nobody chooses the name of an end user's line.
bool IsChosenName(const ClientAssessment& client) {
  return client.reverse.is_confirmed() && !Holds(client, SignalKind::kDynamicName) &&
         !Holds(client, SignalKind::kTable);
}

bool IsUnderSender(const Policy& policy, const Request& request, const ClientAssessment& client) {
  const auto domain = NormalizeHostName(DomainOf(request.sender));
  return domain && IsSameOrganisation(policy, client.reverse.name, *domain);
}

bool SaysMailServer(const Policy& policy, const std::string& name, const IpAddress& client) {
  return ClassifyName(name, client, policy.ignored_name_words).name_class == NameClass::kMail;
}

// Does the HELO name have nothing to do with any name of the client, nor with the sender?
bool IsUnrelated(const Policy& policy, const Request& request, const ClientAssessment& client) {
  const auto helo = NormalizeHostName(request.helo_name);
  const auto sender = NormalizeHostName(DomainOf(request.sender));
  if (!helo || !sender) return false;
  const auto is_related = [&](const std::string& name) { return IsSameOrganisation(policy, *helo, name); };
  if (is_related(client.reverse.name) || std::ranges::any_of(client.reverse.other_names, is_related)) return false;

  const bool is_senders = IsSameOrganisation(policy, *helo, *sender);
  // Providers name the same mail servers under several domains.
  if (SaysMailServer(policy, client.reverse.name, *request.client)) {
    return !is_senders && !SaysMailServer(policy, *helo, *request.client);
  }
  // The server of a small site gives its own name in HELO, while the PTR record has the provider's.  The sender's bare
  // domain is no name of a server: senders of bulk mail copy it.
  return !is_senders || *helo == *sender;
}

std::optional<SignalKind> AgainstOf(const Policy& policy, const Request& request, const ClientAssessment& client) {
  if (request.helo_name.empty() || IsConfirmedName(request.helo_name, client)) return std::nullopt;
  if (const auto fault = FaultOf(request.helo_name, policy.own_names)) return fault;
  if (IsChosenName(client) && IsUnrelated(policy, request, client)) return SignalKind::kHeloUnrelated;
  return std::nullopt;
}

// All that the name could still bring while it is not known.
ScoreRange Possible(const Policy& policy, const Request& request) {
  ScoreRange range;
  const auto may_add = [&](SignalKind kind) {
    const Points points = policy.PointsOf(kind);
    range += {std::min(points, Points{}), std::max(points, Points{})};
  };
  may_add(SignalKind::kHeloMatch);
  may_add(SignalKind::kSenderMatch);
  may_add(SignalKind::kMailName);
  if (request.helo_name.empty()) return range;
  may_add(FaultOf(request.helo_name, policy.own_names).value_or(SignalKind::kHeloUnrelated));
  return range;
}

void Add(Assessment& assessment, SignalKind kind, Points points) {
  if (points == Points{}) return;
  assessment.score += {points, points};
  assessment.signals.push_back({kind, points, {}, {}});
}

// One fault, or none: nothing is open.
Assessment WithFault(const Policy& policy, const Request& request, const ClientAssessment& client,
                     std::optional<SignalKind> fault) {
  Assessment assessment;
  Points against;
  if (fault) {
    against = policy.PointsOf(*fault);
    Add(assessment, *fault, against);
  }
  if (!IsChosenName(client)) return assessment;
  if (Holds(client, SignalKind::kCloudName)) against += policy.PointsOf(SignalKind::kCloudName);

  const auto take_off = [&](SignalKind kind) {
    const Points points = std::clamp(policy.PointsOf(kind), -against, Points{});
    against += points;
    Add(assessment, kind, points);
  };
  if (against > Points{} && IsConfirmedName(request.helo_name, client)) take_off(SignalKind::kHeloMatch);
  if (against > Points{} && IsUnderSender(policy, request, client)) take_off(SignalKind::kSenderMatch);
  // Honest mail servers are often set up badly, but they do not claim the name of somebody else's server.
  const bool names_another = fault == SignalKind::kHeloUnrelated;
  if (against > Points{} && !names_another && SaysMailServer(policy, client.reverse.name, *request.client)) {
    take_off(SignalKind::kMailName);
  }
  return assessment;
}

// The HELO name is at odds with the confirmed one, unless it is another name of the client: its addresses say so.
Assessment AtOdds(const Policy& policy, const Request& request, const ClientAssessment& client, const Facts& facts) {
  const Assessment with = WithFault(policy, request, client, SignalKind::kHeloUnrelated);
  Assessment without = WithFault(policy, request, client, std::nullopt);
  if (with.score == without.score) return with;
  Question question = Question::NameAddresses(*NormalizeHostName(request.helo_name), *request.client);
  const Fact* addresses = facts.Find(question);
  if (!addresses) {
    without.score = {std::min(with.score.lowest, without.score.lowest),
                     std::max(with.score.highest, without.score.highest)};
    without.open.push_back(std::move(question));
    return without;
  }
  if (std::ranges::find(addresses->Get<Addresses>(), *request.client) != addresses->Get<Addresses>().end()) {
    return without;
  }
  // A failure of DNS must not cost anybody mail; but a client must not free its HELO name by a name server that does
  // not answer.
  const bool is_nobodys_fault = addresses->is_unavailable() && !addresses->server_answers_others;
  if (is_nobodys_fault || addresses->is_cut) {
    without.lacks_answers = true;
    return without;
  }
  return with;
}

}  // namespace

Assessment AssessHelo(const Policy& policy, const Request& request, const ClientAssessment& client,
                      const Facts& facts) {
  if (!client.reverse.state) {
    Assessment assessment;
    assessment.score = Possible(policy, request);
    return assessment;
  }
  // The Facts that would excuse a bad name are missing because of DNS, not because of the client: the mail passes.
  if (client.reverse.state == ReverseDns::kUnavailable && !client.reverse.blames_name) return {};
  const auto fault = AgainstOf(policy, request, client);
  if (fault == SignalKind::kHeloUnrelated) return AtOdds(policy, request, client, facts);
  return WithFault(policy, request, client, fault);
}

std::optional<std::string> NameOfOthers(const Policy& policy, const Request& request) {
  if (request.helo_name.empty() || FaultOf(request.helo_name, policy.own_names)) return std::nullopt;
  auto name = NormalizeHostName(request.helo_name);
  const auto is_same = [&](const std::string& own) { return IsSameOrganisation(policy, own, *name); };
  if (std::ranges::any_of(policy.own_names, is_same)) return std::nullopt;
  return name;
}

}  // namespace rules
