#include "policyd/admin/lists/lists.h"

#include <algorithm>

#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

using rules::ListEntry;
using rules::ListKind;
using rules::Target;

constexpr std::uint64_t kMostCompared = 5000;  // entries read one by one: a few milliseconds
constexpr std::size_t kMostFound = 1000;
constexpr std::size_t kShown = 3;
constexpr ListKind kLists[] = {ListKind::kWhitelist, ListKind::kBlocklist};

// The same for mail domains and addresses in them.
bool CoversMail(const Target& wide, const Target& narrow) {
  const std::string_view domain = std::string_view(wide.text).substr(wide.text.find('@') + 1);
  std::string_view other = std::string_view(narrow.text).substr(narrow.text.rfind('@') + 1);
  if (!rules::CoversSubdomains(wide)) return !rules::CoversSubdomains(narrow) && other == domain;
  if (other.starts_with('.')) other.remove_prefix(1);
  return rules::IsUnder(other, domain.substr(1));
}

// Does `wide` include all that `narrow` is about?  Addresses and networks are looked up, not compared.
bool Covers(const Target& wide, const Target& narrow) {
  const std::string_view text = wide.text;
  switch (wide.kind) {
    case Target::Kind::kDomain:
      return (narrow.kind == Target::Kind::kHost && rules::IsUnder(narrow.text, text.substr(1))) ||
             (narrow.kind == Target::Kind::kDomain && rules::IsUnder(narrow.text.substr(1), text.substr(1)));
    case Target::Kind::kSenderDomain:
      return rules::IsSender(narrow.kind) && CoversMail(wide, narrow);
    case Target::Kind::kRecipientDomain:
      return (narrow.kind == Target::Kind::kRecipient || narrow.kind == Target::Kind::kRecipientDomain) &&
             CoversMail(wide, narrow);
    default:
      return false;
  }
}

std::vector<Target::Kind> KindsBelow(Target::Kind kind) {
  switch (kind) {
    case Target::Kind::kDomain:
      return {Target::Kind::kHost, Target::Kind::kDomain};
    case Target::Kind::kSenderDomain:
      return {Target::Kind::kSender, Target::Kind::kSenderDomain};
    case Target::Kind::kRecipientDomain:
      return {Target::Kind::kRecipient, Target::Kind::kRecipientDomain};
    default:
      return {};
  }
}

std::vector<ListEntry> WiderMail(cache::ReadTransaction& snapshot, const cache::ListStore& lists, const Target& target,
                                 rules::TimePoint now) {
  const bool is_sender = rules::IsSender(target.kind);
  std::string address = target.text.substr(is_sender ? 0 : target.text.find(':') + 1);
  const bool is_below = rules::CoversSubdomains(target);
  if (is_below) address.erase(1, 1);
  auto found = is_sender ? lists.MatchSender(snapshot, address, now).entries
                         : lists.MatchRecipient(snapshot, address, now).entries;
  if (is_below) std::erase_if(found, [](const ListEntry& other) { return !rules::CoversSubdomains(other.target); });
  return found;
}

// Entries that include all of it: found as the daemon finds them.
std::vector<ListEntry> Wider(cache::ReadTransaction& snapshot, const cache::ListStore& lists, const Target& target,
                             rules::TimePoint now) {
  switch (target.kind) {
    case Target::Kind::kAddress:
    case Target::Kind::kNetwork: {
      auto found = lists.MatchClient(snapshot, target.network().base(), now).entries;
      std::erase_if(
          found, [&](const ListEntry& other) { return other.target.network().prefix() > target.network().prefix(); });
      return found;
    }
    case Target::Kind::kHost:
      return lists.MatchName(snapshot, target.text, now).entries;
    case Target::Kind::kDomain: {
      auto found = lists.MatchName(snapshot, target.text.substr(1), now).entries;
      std::erase_if(found, [](const ListEntry& other) { return other.target.kind != Target::Kind::kDomain; });
      return found;
    }
    case Target::Kind::kSender:
    case Target::Kind::kSenderDomain:
    case Target::Kind::kRecipient:
    case Target::Kind::kRecipientDomain:
      return WiderMail(snapshot, lists, target, now);
    case Target::Kind::kPattern:
      return {};
  }
  return {};
}

// Entries that include a part of it.
std::vector<ListEntry> Narrower(cache::ReadTransaction& snapshot, const cache::ListStore& lists, const Target& target,
                                rules::TimePoint now) {
  std::vector<ListEntry> found;
  const auto take = [&](const ListEntry& other) {
    if (other.target != target && !other.is_expired(now)) found.push_back(other);
    return found.size() < kMostFound;
  };
  if (target.kind == Target::Kind::kNetwork) {
    for (const ListKind list : kLists) lists.ScanWithin(snapshot, list, target.network(), take);
    return found;
  }
  const cache::ListShape shape = lists.shape(snapshot);
  for (const Target::Kind kind : KindsBelow(target.kind)) {
    for (const ListKind list : kLists) {
      if (shape.count(list, kind) > kMostCompared) continue;
      lists.ScanKind(snapshot, list, kind,
                     [&](const ListEntry& other) { return !Covers(target, other.target) || take(other); });
    }
  }
  return found;
}

// Does `wide` hold where `narrow` does, as far as their conditions go?
bool HoldsWherever(const ListEntry& narrow, const ListEntry& wide) {
  return (!wide.if_confirmed || wide.if_confirmed == narrow.if_confirmed) && (!wide.if_spf || narrow.if_spf);
}

// "192.0.2.1, 192.0.2.2 and 5 more".
std::string Names(const std::vector<ListEntry>& entries) {
  std::string names;
  for (std::size_t i = 0; i < entries.size() && i < kShown; ++i) {
    names += (i == 0 ? "" : ", ") + entries[i].target.text;
  }
  if (entries.size() > kShown) names += " and " + std::to_string(entries.size() - kShown) + " more";
  return names;
}

std::vector<ListEntry> In(ListKind list, std::vector<ListEntry> entries) {
  std::erase_if(entries, [list](const ListEntry& entry) { return entry.list != list; });
  return entries;
}

}  // namespace

std::vector<std::string> OverlapsOf(const cache::Stores& stores, const ListEntry& entry, rules::TimePoint now) {
  cache::ReadTransaction snapshot(stores.lists_environment());
  std::vector<ListEntry> wider = Wider(snapshot, stores.lists(), entry.target, now);
  const std::vector<ListEntry> narrower = Narrower(snapshot, stores.lists(), entry.target, now);
  std::vector<ListEntry> covered = In(entry.list, narrower);
  snapshot.Reset();

  const bool is_allowed = entry.list == ListKind::kWhitelist;
  const ListKind other_list = is_allowed ? ListKind::kBlocklist : ListKind::kWhitelist;
  std::vector<std::string> notes;
  const auto note = [&](const std::vector<ListEntry>& entries, const std::string& before, const std::string& behind) {
    if (!entries.empty()) notes.push_back(before + Names(entries) + behind);
  };
  const std::string in_this = std::string(" in the ") + rules::Name(entry.list);
  const std::string in_other = std::string(" in the ") + rules::Name(other_list);

  std::vector<ListEntry> same = In(other_list, wider);
  std::erase_if(same, [&](const ListEntry& other) { return other.target != entry.target; });
  std::erase_if(wider, [&](const ListEntry& other) { return other.target == entry.target; });
  std::vector<ListEntry> covering = In(entry.list, wider);
  std::erase_if(covering, [&](const ListEntry& other) { return !HoldsWherever(entry, other); });
  std::erase_if(covered, [&](const ListEntry& other) { return !HoldsWherever(other, entry); });
  // The whitelist wins on a tie, where its entry holds.
  std::erase_if(same, [&](const ListEntry& other) {
    return is_allowed ? !HoldsWherever(other, entry) : !HoldsWherever(entry, other);
  });
  note(same, "",
       in_other + (is_allowed ? " counts no longer: the same target is in both lists"
                              : " wins: the same target is in both lists, this entry never counts"));
  note(covering, "covered already by ", in_this);
  note(In(other_list, wider), "an exception from ", in_other);
  note(covered, "covers ", in_this);
  note(In(other_list, narrower), "does not hold for ", in_other + ": the narrower entry wins");
  return notes;
}

}  // namespace policyd::admin
