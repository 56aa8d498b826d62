#include "policyd/admin/lists/lists.h"

#include <algorithm>

#include "policyd/admin/lists/recent_verdicts.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

using rules::ListEntry;
using rules::Target;

std::string Verdicts(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " recent verdict" : " recent verdicts");
}

std::size_t CountWith(ListEntry entry, Target target, const std::vector<cache::JournalRow>& recent) {
  entry.target = std::move(target);
  return EntryOnRecord(entry).CountChanged(recent);
}

// A bare domain is seldom a host's name: .domain or @domain was meant.
void SuggestOthers(const rules::Policy& policy, const ListEntry& entry, const std::vector<cache::JournalRow>& recent,
                   ListAdvice& advice) {
  if (entry.target.kind != Target::Kind::kHost || advice.changed > 0) return;
  const std::string& name = entry.target.text;
  const std::size_t below = CountWith(entry, {Target::Kind::kDomain, "." + name}, recent);
  const std::size_t senders = CountWith(entry, {Target::Kind::kSenderDomain, "@" + name}, recent);
  const bool is_bare = policy.suffixes && policy.suffixes->RegisteredDomain(name) == name;
  if (!is_bare && below == 0 && senders == 0) return;
  advice.notes.push_back("it is for the host with just this name; perhaps you meant ." + name +
                         " (it and all hosts below: " + Verdicts(below) + ") or @" + name +
                         " (senders: " + Verdicts(senders) + ")");
}

// Anyone can claim to be a sender; the journal shows from which hosts the mail came.
void ProposeCondition(const rules::Policy& policy, const ListEntry& entry, const std::vector<cache::JournalRow>& recent,
                      ListAdvice& advice) {
  if (entry.if_spf) {
    advice.notes.emplace_back("it holds only for mail that passes SPF; that of these verdicts is not kept");
  }
  if (!rules::IsForgeable(entry) || !policy.suffixes) return;
  const std::string proven = "sekimorictl whitelist add " + entry.target.text + " --if-spf";
  const auto origins = OriginsOf(entry, recent, *policy.suffixes);
  if (origins.empty()) {
    advice.notes.push_back(
        "anyone can claim to be this sender: --if-confirmed DOMAIN holds it to hosts of that domain; for the servers "
        "that the sender's domain names itself (SPF): " +
        proven);
    return;
  }
  const std::string own = policy.suffixes->RegisteredDomain(rules::DomainOf(entry.target.text));
  const auto by_own = std::find_if(origins.begin(), origins.end(),
                                   [&own](const OriginOfSender& origin) { return origin.domain == own; });
  if (by_own != origins.end()) {
    advice.notes.push_back("anyone can claim to be this sender; mail came from its own hosts under " + own + " (" +
                           Verdicts(by_own->rows) + "): better add it with --if-confirmed " + own +
                           ", or for all servers that the domain names itself (SPF): " + proven);
    return;
  }
  // A forger of the sender has hosts, too: they are named, but not proposed.
  advice.notes.push_back("anyone can claim to be this sender; such mail came from hosts under " +
                         origins.front().domain + " (" + Verdicts(origins.front().rows) +
                         "), which may be a forger's: only if that is the sender's provider, add it with "
                         "--if-confirmed " +
                         origins.front().domain + "; what cannot be forged is " + proven);
}

}  // namespace

ListAdvice Advise(const cache::Stores& stores, const rules::Policy& policy, const ListEntry& entry,
                  const std::vector<cache::JournalRow>& recent, rules::TimePoint now) {
  ListAdvice advice{.changed = EntryOnRecord(entry).CountChanged(recent), .judged = recent.size(), .notes = {}};
  SuggestOthers(policy, entry, recent, advice);
  ProposeCondition(policy, entry, recent, advice);
  for (std::string& note : OverlapsOf(stores, entry, now)) advice.notes.push_back(std::move(note));
  return advice;
}

}  // namespace policyd::admin
