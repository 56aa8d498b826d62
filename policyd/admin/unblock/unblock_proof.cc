#include "policyd/admin/unblock/unblock_plan.h"

#include "policyd/admin/verdicts/row_signals.h"
#include "policyd/runtime/shown.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

std::string OrganisationOf(const rules::Policy& policy, const std::string& name) {
  const std::string registered = policy.suffixes ? policy.suffixes->RegisteredDomain(name) : std::string();
  return registered.empty() ? name : registered;
}

bool IsOfSendersDomain(const cache::JournalRow& row, const rules::Policy& policy) {
  const std::string domain = rules::DomainOf(row.sender);
  return !domain.empty() && HasConfirmedName(row) && OrganisationOf(policy, row.name) == OrganisationOf(policy, domain);
}

std::string ByLists(const cache::JournalRow& row) {
  const std::string lists = ListsOf(row);
  return lists.empty() ? "a block list" : lists;
}

// Does the selection name the sender, or the sender's domain?
bool NamesSender(const Selection& selection, const cache::JournalRow& row) {
  if (selection.by == Selection::By::kName) return rules::IsUnder(rules::DomainOf(row.sender), selection.named);
  return SenderFilter(selection.named)(row);
}

}  // namespace

std::string ProvenOf(const cache::JournalRow& row) {
  std::string proven = "client address " + row.client.ToString() + ", as Postfix saw it";
  if (HasConfirmedName(row)) proven += "; name " + runtime::Shown(row.name) + " (forward-confirmed)";
  return proven;
}

std::string UnprovenOf(const cache::JournalRow& row) {
  std::string unproven =
      "sender <" + runtime::Shown(row.sender) + ">, HELO name " + (row.helo.empty() ? "-" : runtime::Shown(row.helo));
  if (!row.name.empty() && !HasConfirmedName(row)) unproven += ", PTR name " + runtime::Shown(row.name);
  return unproven + ": anybody can claim them";
}

std::string WhyNotBy(const Selection& selection, const cache::JournalRow& row, const rules::Policy& policy) {
  using By = Selection::By;
  if (selection.by == By::kClient) return {};
  const bool is_own_name = HasConfirmedName(row) && selection.by == By::kName && row.name == selection.named;
  if (is_own_name) return {};
  const bool is_under_name =
      HasConfirmedName(row) && selection.by == By::kName && rules::IsUnder(row.name, selection.named);
  if (IsListed(row)) return "the client is listed by " + ByLists(row);
  if (HasNameOfALine(row)) return "the client's name looks like a dynamic or residential address, or a cloud default";
  if (is_under_name) return {};
  if (!NamesSender(selection, row)) {
    return "that the mail was for this recipient, or says this name, tells nothing about its client";
  }
  if (IsOfSendersDomain(row, policy)) return {};
  return "anybody can claim this sender, and the client has no forward-confirmed name under the sender's domain";
}

std::vector<std::string> WarningsAbout(const cache::JournalRow& row, const rules::Policy& policy) {
  std::vector<std::string> warnings;
  if (IsListed(row)) warnings.push_back("the client is listed by " + ByLists(row));
  if (HasNameOfALine(row)) {
    warnings.push_back("the client's name " + row.name +
                       " looks like a dynamic or residential address, or a cloud default");
  }
  const bool is_foreign = !row.sender.empty() && !IsOfSendersDomain(row, policy);
  if (is_foreign) {
    warnings.push_back("nothing ties the client to the sender's domain " + runtime::Shown(rules::DomainOf(row.sender)));
  }
  return warnings;
}

}  // namespace policyd::admin
