#include "policyd/admin/unblock/unblock_plan.h"

#include "policyd/admin/unblock/unblock_remedies.h"
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

rules::Statement ListedBy(const cache::JournalRow& row) {
  const std::string lists = ListsOf(row);
  if (lists.empty()) return {.kind = "unblock.listed_somewhere"};
  return {.kind = "unblock.listed", .about = {{"lists", lists}}};
}

rules::Statement NameOfALine(const cache::JournalRow& row) {
  return {.kind = "unblock.name_of_a_line", .about = {{"name", row.name}}};
}

// Does the selection name the sender, or the sender's domain?
bool NamesSender(const Selection& selection, const cache::JournalRow& row) {
  if (selection.by == Selection::By::kName) return rules::IsUnder(rules::DomainOf(row.sender), selection.named);
  return SenderFilter(selection.named)(row);
}

}  // namespace

std::string ProvenOf(const UnblockCase& about) {
  const cache::JournalRow& row = about.known;
  std::string proven = "client address " + row.client.ToString() + ", as Postfix saw it";
  if (HasConfirmedName(row)) proven += "; name " + runtime::Shown(row.name) + " (forward-confirmed)";
  if (about.sender) proven += "; sender's domain " + runtime::Shown(about.sender->domain) + " (SPF)";
  return proven;
}

std::string UnprovenOf(const UnblockCase& about) {
  const cache::JournalRow& row = about.known;
  std::string unproven =
      "sender <" + runtime::Shown(row.sender) + ">, HELO name " + (row.helo.empty() ? "-" : runtime::Shown(row.helo));
  if (!row.name.empty() && !HasConfirmedName(row)) unproven += ", PTR name " + runtime::Shown(row.name);
  return unproven + ": anybody can claim them";
}

std::optional<rules::Statement> WhyNotBy(const Selection& selection, const UnblockCase& about,
                                         const rules::Policy& policy) {
  using By = Selection::By;
  const cache::JournalRow& row = about.known;
  if (selection.by == By::kClient) return std::nullopt;
  const bool is_own_name = HasConfirmedName(row) && selection.by == By::kName && row.name == selection.named;
  if (is_own_name) return std::nullopt;
  const bool is_under_name =
      HasConfirmedName(row) && selection.by == By::kName && rules::IsUnder(row.name, selection.named);
  if (IsListed(row)) return ListedBy(row);
  if (HasNameOfALine(row)) return NameOfALine(row);
  if (is_under_name) return std::nullopt;
  if (!NamesSender(selection, row)) return rules::Statement{.kind = "unblock.says_nothing"};
  if (about.sender || IsOfSendersDomain(row, policy)) return std::nullopt;
  return rules::Statement{.kind = "unblock.anybody_can_claim"};
}

std::vector<rules::Statement> WarningsAbout(const UnblockCase& about, const rules::Policy& policy) {
  const cache::JournalRow& row = about.known;
  std::vector<rules::Statement> warnings;
  if (IsListed(row)) warnings.push_back(ListedBy(row));
  if (HasNameOfALine(row)) warnings.push_back(NameOfALine(row));
  const bool is_foreign = !row.sender.empty() && !about.sender && !IsOfSendersDomain(row, policy);
  if (is_foreign) {
    warnings.push_back(
        {.kind = "unblock.unrelated_sender", .about = {{"domain", runtime::Shown(rules::DomainOf(row.sender))}}});
  }
  return warnings;
}

std::optional<rules::Statement> WhyBySender(const rules::Policy& policy, const UnblockCase& about,
                                            const rules::ListEntry& entry) {
  if (!rules::IsSender(entry.target.kind)) return std::nullopt;
  const std::string domain = runtime::Shown(rules::DomainOf(about.known.sender));
  const bool is_one_user = entry.target.kind == rules::Target::Kind::kSender && HasManyUsers(policy, about);
  const bool is_by_spf = entry.if_spf && about.sender;
  if (!is_by_spf && !is_one_user) return std::nullopt;
  if (!is_by_spf) return rules::Statement{.kind = "unblock.one_user", .about = {{"domain", domain}}};
  return rules::Statement{.kind = is_one_user ? "unblock.one_user_by_spf" : "unblock.by_spf",
                          .about = {{"client", about.known.client.ToString()},
                                    {"domain", runtime::Shown(about.sender->domain)},
                                    {"term", runtime::Shown(about.sender->term)}}};
}

std::span<const rules::StatementRow> UnblockRows() {
  static const std::vector<rules::StatementRow> kRows{
      {"unblock.listed", "the client is listed by {lists}"},
      {"unblock.listed_somewhere", "the client is listed by a block list"},
      {"unblock.name_of_a_line",
       "the client's name {name} looks like a dynamic or residential address, or a cloud default"},
      {"unblock.says_nothing",
       "that the mail was for this recipient, or says this name, tells nothing about its client"},
      {"unblock.anybody_can_claim",
       "anybody can claim this sender, and the client has no forward-confirmed name under the sender's domain"},
      {"unblock.unrelated_sender", "nothing ties the client to the sender's domain {domain}"},
      {"unblock.by_spf",
       "SPF lets {client} send for {domain} ({term}): the entry holds for all servers that the domain names, and "
       "cannot "
       "be forged; the address alone could go to somebody else"},
      {"unblock.one_user",
       "{domain} has many users who know nothing of one another: the entry holds for this sender alone, not for the "
       "domain"},
      {"unblock.one_user_by_spf",
       "SPF lets {client} send for {domain} ({term}), so that nobody outside {domain} can forge the sender; {domain} "
       "has many users: the entry holds for this sender alone, not for the domain"},
      {"unblock.several", "{count} verdicts fit"},
      {"unblock.other_mail", "the text tells of another mail than the verdict"},
      {"unblock.not_kept", "no such verdict is kept"}};
  return kRows;
}

}  // namespace policyd::admin
