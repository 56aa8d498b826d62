#include "policyd/ctl/lists.h"

#include <algorithm>
#include <ostream>

#include "policyd/admin/lists/entry_json.h"
#include "policyd/admin/lists/list_advice.h"
#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/lists/recent_verdicts.h"
#include "policyd/admin/option_values.h"
#include "policyd/admin/times.h"
#include "policyd/ctl/columns.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::ctl {
namespace {

std::string CommandName(rules::ListKind list, std::string_view verb) {
  return std::string(rules::Name(list)) + " " + std::string(verb);
}

ExitStatus FailAll(Context& context, const std::vector<std::string>& errors) {
  for (const std::string& error : errors) Fail(context, kBadInput, error);
  return Fail(context, kBadInput, "nothing was changed");
}

void SayEntry(std::ostream& out, const rules::ListEntry& entry, bool is_replaced, const admin::ListAdvice& advice) {
  out << (is_replaced ? "replaced " : "added ") << entry.target.text << " in the " << rules::Name(entry.list) << ": "
      << admin::Describe(entry, admin::ShownTime) << '\n'
      << "  would have changed " << advice.changed << " of " << advice.judged << " recent verdicts\n";
  for (const std::string& note : advice.notes) out << "  note: " << Shown(note) << '\n';
}

Json AddedToJson(const rules::ListEntry& entry, bool is_replaced, const admin::ListAdvice& advice) {
  Json notes = Json::Array();
  for (const std::string& note : advice.notes) notes.Append(note);
  return Json::Object()
      .Add("entry", admin::EntryToJson(entry))
      .Add("meaning", admin::Describe(entry))
      .Add("replaced", is_replaced)
      .Add("would_have_changed", advice.changed)
      .Add("recent_verdicts", advice.judged)
      .Add("notes", std::move(notes));
}

void SayAdded(Context& context, const OpenedStore& store, const admin::ListEdit& edit,
              const admin::AppliedEdit& applied) {
  const auto recent = admin::RecentVerdicts(*store.stores, context.now);
  Json entries = Json::Array();
  for (std::size_t i = 0; i < edit.changes.size(); ++i) {
    const rules::ListEntry& entry = edit.changes[i].entry;
    const bool is_replaced = applied.before[i].has_value();
    const admin::ListAdvice advice = admin::Advise(*store.stores, *store.config.policy, entry, recent, context.now);
    if (context.is_json) {
      entries.Append(AddedToJson(entry, is_replaced, advice));
    } else {
      SayEntry(context.out, entry, is_replaced, advice);
    }
  }
  if (context.is_json) context.out << Json::Object().Add("entries", std::move(entries)).Dump() << '\n';
}

void SayRemoved(Context& context, const admin::AppliedEdit& applied) {
  Json removed = Json::Array();
  for (const auto& before : applied.before) {
    if (context.is_json) {
      removed.Append(admin::EntryToJson(*before));
    } else {
      context.out << "removed " << before->target.text << " from the " << rules::Name(before->list) << '\n';
    }
  }
  if (context.is_json) context.out << Json::Object().Add("removed", std::move(removed)).Dump() << '\n';
}

bool Holds(const rules::ListEntry& entry, const std::string& wanted) {
  for (const std::string* text : {&entry.target.text, &entry.comment, &entry.author}) {
    if (rules::LowerAscii(*text).find(wanted) != std::string::npos) return true;
  }
  return false;
}

std::string ExpiryText(const rules::ListEntry& entry, rules::TimePoint now) {
  if (!entry.expires) return {};
  return admin::ShownTime(*entry.expires) + (entry.is_expired(now) ? " (expired)" : "");
}

// An entry with what it did.
struct Used {
  rules::ListEntry entry;
  cache::EntryHits hits;
};

void PrintColumns(Context& context, const std::vector<Used>& entries) {
  Columns columns({"target", "action", "if confirmed", "expires", "hits", "last hit", "author", "comment"});
  for (const auto& [entry, hits] : entries) {
    const bool is_blocked = entry.list == rules::ListKind::kBlocklist;
    columns.Add({entry.target.text, is_blocked ? rules::Name(entry.action) : "accept", entry.if_confirmed,
                 ExpiryText(entry, context.now), std::to_string(hits.count),
                 hits.count > 0 ? admin::ShownTime(hits.last) : "", entry.author, entry.comment});
  }
  if (!columns.empty()) columns.Print(context.out);
}

Json UsedToJson(const Used& used) {
  return admin::EntryToJson(used.entry)
      .Add("hits", used.hits.count)
      .Add("last_hit", used.hits.count > 0 ? Json(rules::PrintTime(used.hits.last)) : Json());
}

void PrintEntry(Context& context, const Used& used) {
  const auto& [entry, hits] = used;
  context.out << entry.target.text << " in the " << rules::Name(entry.list) << ": "
              << admin::Describe(entry, admin::ShownTime) << '\n'
              << "  added " << admin::ShownTime(entry.created) << " by " << Shown(entry.author) << '\n';
  if (!entry.comment.empty()) context.out << "  comment: " << Shown(entry.comment) << '\n';
  context.out << "  " << hits.count << (hits.count == 1 ? " hit" : " hits");
  if (hits.count > 0) context.out << ", last " << admin::ShownTime(hits.last);
  context.out << '\n';
  if (entry.is_expired(context.now)) context.out << "  expired\n";
}

}  // namespace

ExitStatus RunListAdd(Context& context, const ListAddOptions& options) {
  const auto common = admin::MakeEntry({context.login, context.now}, options.list, options.entry);
  if (!common) return Fail(context, common.error());

  admin::Targets parsed = admin::ParseTargets(options.targets);
  admin::ListEdit edit{.author = common->author, .command = CommandName(options.list, "add"), .now = context.now};
  for (const rules::Target& target : parsed.targets) {
    rules::ListEntry entry = *common;
    entry.target = target;
    const auto valid = admin::CheckEntry(entry);
    if (!valid) parsed.errors.push_back(valid.error().message);
    edit.changes.push_back({.entry = std::move(entry)});
  }
  if (!parsed.errors.empty()) return FailAll(context, parsed.errors);

  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto applied = admin::Apply(*store.stores, edit);
  if (!applied) return Fail(context, kStoreError, applied.error().message);
  SayAdded(context, store, edit, *applied);
  return kDone;
}

ExitStatus RunListRemove(Context& context, const ListRemoveOptions& options) {
  const auto author = admin::ParseAuthor(options.by, context.login);
  if (!author) return Fail(context, kUsage, author.error().message);
  const auto reason = admin::CheckRemark("--comment", options.comment);
  if (!reason) return Fail(context, kUsage, reason.error().message);
  const admin::Targets parsed = admin::ParseTargets(options.targets);
  if (!parsed.errors.empty()) return FailAll(context, parsed.errors);

  admin::ListEdit edit{
      .author = *author, .command = CommandName(options.list, "remove"), .reason = options.comment, .now = context.now};
  for (const rules::Target& target : parsed.targets) {
    admin::ListChange& change = edit.changes.emplace_back();
    change.is_removal = true;
    change.entry.list = options.list;
    change.entry.target = target;
  }
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto applied = admin::Apply(*store.stores, edit);
  if (!applied) return Fail(context, kStoreError, applied.error().message);
  for (const rules::Target& target : applied->missing) {
    Fail(context, kNoSuchThing, target.text + " is not in the " + rules::Name(options.list));
  }
  if (!applied->missing.empty()) return Fail(context, kNoSuchThing, "nothing was changed");
  SayRemoved(context, *applied);
  return kDone;
}

ExitStatus RunListPrint(Context& context, const ListPrintOptions& options) {
  const auto used_since = admin::ParseMoment("--unused", options.unused, context.now);
  if (!used_since) return Fail(context, kUsage, used_since.error().message);
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;

  // Collected first: no terminal or pager may hold the snapshot.
  const std::string wanted = rules::LowerAscii(options.match);
  std::vector<Used> entries;
  {
    cache::ReadTransaction snapshot(store.stores->lists_environment());
    cache::ReadTransaction hits(store.stores->records_environment());
    store.stores->lists().Scan(snapshot, options.list, [&](const rules::ListEntry& entry) {
      if (!Holds(entry, wanted)) return true;
      Used used{.entry = entry, .hits = store.stores->list_hits().Get(hits, entry).value_or(cache::EntryHits{})};
      const bool was_used = *used_since && std::max(entry.created, used.hits.last) > **used_since;
      if (!was_used) entries.push_back(std::move(used));
      return true;
    });
  }
  if (!context.is_json) {
    PrintColumns(context, entries);
    return kDone;
  }
  Json array = Json::Array();
  for (const Used& used : entries) array.Append(UsedToJson(used));
  context.out << Json::Object().Add("entries", std::move(array)).Dump() << '\n';
  return kDone;
}

ExitStatus RunListShow(Context& context, const ListShowOptions& options) {
  const auto target = admin::ParseTarget(options.target);
  if (!target) return Fail(context, kBadInput, target.error().message);
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;

  cache::ReadTransaction snapshot(store.stores->lists_environment());
  const auto entry = store.stores->lists().Find(snapshot, options.list, *target);
  snapshot.Reset();
  cache::ReadTransaction records(store.stores->records_environment());
  Used used;
  if (entry) used = {*entry, store.stores->list_hits().Get(records, *entry).value_or(cache::EntryHits{})};
  records.Reset();
  if (!entry) return Fail(context, kNoSuchThing, target->text + " is not in the " + rules::Name(options.list));
  if (context.is_json) {
    context.out << UsedToJson(used).Dump() << '\n';
  } else {
    PrintEntry(context, used);
  }
  return kDone;
}

}  // namespace policyd::ctl
