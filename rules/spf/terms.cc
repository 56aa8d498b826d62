#include "rules/spf/terms.h"

#include <algorithm>

#include "rules/spf/macro.h"
#include "rules/values/dns_name.h"

namespace rules {
namespace {

using Mechanism = SpfTerm::Mechanism;

constexpr int kWidestV4 = 8, kWidestV6 = 24;  // prefixes that still say something

bool IsInNetwork(const IpAddress& client, const IpAddress& address, const SpfTerm& term) {
  if (client.is_v4() != address.is_v4()) return false;
  return Network(address, client.is_v4() ? term.prefix_v4 : term.prefix_v6).Contains(client);
}

// The addresses of one name.  The client may be among those that were cut off.
SpfMatch MatchAddresses(const SpfAnswers& answers, const SpfTerm& term, const std::string& name) {
  const Fact* fact = answers.Find(Question::NameAddresses(name, answers.client));
  if (!fact) return SpfMatch::kOpen;
  if (fact->is_unavailable()) return SpfMatch::kTemperror;
  const auto is_it = [&](const IpAddress& address) { return IsInNetwork(answers.client, address, term); };
  if (std::ranges::any_of(fact->Get<Addresses>(), is_it)) return SpfMatch::kYes;
  return fact->is_cut ? SpfMatch::kTemperror : SpfMatch::kNo;
}

// A name that exists without an address of the client's family is nothing that its owner did wrong.
SpfTermMatch MatchA(const SpfAnswers& answers, const SpfTerm& term, const std::string& name) {
  const SpfMatch match = MatchAddresses(answers, term, name);
  const Fact* fact = answers.facts.Find(Question::NameAddresses(name, answers.client));
  return {.match = match, .is_void = fact && fact->is_absent() && fact->is_no_name};
}

// In the order of preference; what is not known of the others is asked together.
SpfTermMatch MatchMx(const SpfAnswers& answers, const SpfTerm& term, const std::string& name,
                     std::size_t max_mail_hosts) {
  const Fact* fact = answers.Find(Question::NameMailHosts(name));
  if (!fact) return {.match = SpfMatch::kOpen};
  if (fact->is_unavailable()) return {.match = SpfMatch::kTemperror};
  if (fact->is_absent()) return {.match = SpfMatch::kNo, .is_void = true};
  const auto& hosts = fact->Get<MailHosts>();
  if (hosts.size() > max_mail_hosts) return {.match = SpfMatch::kPermerror};
  bool is_open = false;
  for (const MailHost& host : hosts) {
    // A backslash stands before what is no part of a name that could be written down.
    if (!IsAskable(host.name) || host.name.find('\\') != std::string::npos) continue;
    const SpfMatch match = MatchAddresses(answers, term, host.name);
    is_open |= match == SpfMatch::kOpen;
    if (match != SpfMatch::kNo && !is_open) return {.match = match};
  }
  if (is_open) return {.match = SpfMatch::kOpen};
  return {.match = fact->is_cut ? SpfMatch::kTemperror : SpfMatch::kNo};
}

SpfTermMatch MatchPtr(const SpfAnswers& answers, const std::string& name) {
  const auto validated = ValidatedNames(answers, [&name](std::string_view other) { return IsUnder(other, name); });
  if (!validated) return {.match = SpfMatch::kOpen};
  return {.match = validated->empty() ? SpfMatch::kNo : SpfMatch::kYes,
          .is_void = answers.facts.Find(Question::Ptr())->is_absent()};
}

// Only that there is an address of IPv4 counts.
SpfTermMatch MatchExists(const SpfAnswers& answers, const std::string& name) {
  const Fact* fact = answers.Find(Question::NameAddresses(name, IpAddress()));
  if (!fact) return {.match = SpfMatch::kOpen};
  if (fact->is_unavailable()) return {.match = SpfMatch::kTemperror};
  return {.match = fact->is_present() ? SpfMatch::kYes : SpfMatch::kNo, .is_void = fact->is_absent()};
}

}  // namespace

const Fact* SpfAnswers::Find(const Question& question) const {
  const Fact* fact = facts.Find(question);
  if (!fact && std::ranges::find(open, question) == open.end()) open.push_back(question);
  return fact;
}

bool CountsAsLookup(SpfTerm::Mechanism mechanism) {
  return mechanism != Mechanism::kAll && mechanism != Mechanism::kIp4 && mechanism != Mechanism::kIp6;
}

bool MatchesAnybody(const SpfTerm& term, bool is_v4) {
  switch (term.mechanism) {
    case Mechanism::kAll:
      return true;
    case Mechanism::kExists:
      return !HasMacros(term.domain_spec);
    case Mechanism::kA:
    case Mechanism::kMx:
    case Mechanism::kIp4:
    case Mechanism::kIp6:
      return is_v4 ? term.prefix_v4 < kWidestV4 : term.prefix_v6 < kWidestV6;
    case Mechanism::kInclude:
    case Mechanism::kPtr:
      return false;
  }
  return false;
}

bool IsAskable(std::string_view name) {
  if (name.empty() || name.size() > kMaxHostName) return false;
  std::size_t label = 0;
  for (const char c : name) {
    const bool is_empty_label = c == '.' && label == 0;
    label = c == '.' ? 0 : label + 1;
    if (c < ' ' || c > '~' || is_empty_label || label > kMaxLabel) return false;
  }
  return label > 0;
}

SpfTermMatch MatchSpfTerm(const SpfAnswers& answers, const SpfTerm& term, const std::string& name,
                          std::size_t max_mail_hosts) {
  const bool has_address = term.mechanism == Mechanism::kIp4 || term.mechanism == Mechanism::kIp6;
  if (!has_address && !IsAskable(name)) return {};
  switch (term.mechanism) {
    case Mechanism::kIp4:
    case Mechanism::kIp6: {
      // ip6 with a mapped address of IPv4 was read as one of IPv4: RFC 7208 lets it match no client.
      const bool is_of_family = answers.client.is_v4() == (term.mechanism == Mechanism::kIp4);
      const bool is_in = is_of_family && IsInNetwork(answers.client, term.address, term);
      return {.match = is_in ? SpfMatch::kYes : SpfMatch::kNo};
    }
    case Mechanism::kA:
      return MatchA(answers, term, name);
    case Mechanism::kMx:
      return MatchMx(answers, term, name, max_mail_hosts);
    case Mechanism::kPtr:
      return MatchPtr(answers, name);
    case Mechanism::kExists:
      return MatchExists(answers, name);
    case Mechanism::kAll:
    case Mechanism::kInclude:
      break;
  }
  return {};
}

// A client has at most kMaxPtrNames of them; more were cut off, which RFC 7208 wants.
std::optional<HostNames> ValidatedNames(const SpfAnswers& answers,
                                        const std::function<bool(std::string_view name)>& is_of_use) {
  const Fact* ptr = answers.Find(Question::Ptr());
  if (!ptr) return std::nullopt;
  HostNames validated;
  bool is_open = false;
  for (const std::string& name : ptr->Get<HostNames>()) {
    if (!is_of_use(name)) continue;
    const Fact* forward = answers.Find(Question::Forward(name));
    is_open |= !forward;
    if (!forward) continue;
    const auto& addresses = forward->Get<Addresses>();
    if (std::ranges::find(addresses, answers.client) != addresses.end()) validated.push_back(name);
  }
  if (is_open) return std::nullopt;
  return validated;
}

}  // namespace rules
