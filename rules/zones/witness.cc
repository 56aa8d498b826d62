#include "rules/zones/witness.h"

#include "rules/client/dynamic_name.h"

namespace rules {
namespace {

// Is it a name that every line or rented machine has, whatever points that has in this configuration?
bool HasSharedName(const Policy& policy, const IpAddress& client, const Verdict& verdict) {
  const NameClass name_class = ClassifyName(verdict.name, client, policy.ignored_name_words).name_class;
  return name_class == NameClass::kDynamic || name_class == NameClass::kCloud;
}

// Is the entry about the client, and about machines of one owner only?  A network or a pattern may include strangers.
bool IsOfOneClient(Target::Kind kind) {
  switch (kind) {
    case Target::Kind::kAddress:
    case Target::Kind::kHost:
    case Target::Kind::kDomain:
      return true;
    case Target::Kind::kNetwork:
    case Target::Kind::kPattern:
    case Target::Kind::kSender:
    case Target::Kind::kSenderDomain:
    case Target::Kind::kRecipient:
    case Target::Kind::kRecipientDomain:
      break;
  }
  return false;
}

}  // namespace

bool MayTestify(const Verdict& verdict) {
  if (verdict.reason == Reason::kWhitelist) return verdict.entry && IsOfOneClient(verdict.entry->target.kind);
  return verdict.reason == Reason::kClean && verdict.action == Action::kPass && verdict.signals.empty() &&
         verdict.reverse_dns == ReverseDns::kConfirmed;
}

std::optional<Testimony> TestimonyOf(const Policy& policy, const IpAddress& client, const Verdict& verdict,
                                     const Facts& facts) {
  if (!MayTestify(verdict)) return std::nullopt;
  if (verdict.reason == Reason::kWhitelist) {
    // A domain whose names go to every line or rented machine holds strangers, too.
    const bool is_domain = verdict.entry->target.kind == Target::Kind::kDomain;
    if (is_domain && HasSharedName(policy, client, verdict)) return std::nullopt;
    return Testimony{.is_vouched_for = true, .absent = {}};
  }
  if (HasSharedName(policy, client, verdict)) return std::nullopt;
  Testimony testimony;
  for (const Zone& zone : policy.zones) {
    const Fact* fact = facts.Find(Question::Kind::kList, {}, zone.name);
    if (!fact) continue;
    if (fact->is_absent()) testimony.absent.push_back(zone.name);
    // A client that some list names is no witness against any list.
    if (zone.Lists(fact->Get<Addresses>())) return std::nullopt;
  }
  if (testimony.absent.empty()) return std::nullopt;
  return testimony;
}

WitnessNetworks NetworksOf(const IpAddress& witness) {
  const bool is_v4 = witness.is_v4();
  return {.one = Network(witness, is_v4 ? 24 : 48), .many = Network(witness, is_v4 ? 16 : 32)};
}

}  // namespace rules
