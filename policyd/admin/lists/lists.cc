#include "policyd/admin/lists/lists.h"

#include <algorithm>
#include <utility>

#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/lists/recent_verdicts.h"
#include "policyd/admin/option_values.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

std::string CommandName(rules::ListKind list, std::string_view verb) {
  return std::string(rules::Name(list)) + " " + std::string(verb);
}

Error NothingChanged(Error::Kind kind, std::vector<Error> details) {
  return {.kind = kind, .message = "nothing was changed", .details = std::move(details)};
}

std::vector<Error> ErrorsOf(const Targets& targets) {
  std::vector<Error> errors;
  for (const std::string& error : targets.errors) errors.push_back({.message = error});
  return errors;
}

std::string NotThere(const rules::Target& target, rules::ListKind list) {
  return target.text + " is not in the " + rules::Name(list);
}

bool Holds(const rules::ListEntry& entry, const std::string& wanted) {
  for (const std::string* text : {&entry.target.text, &entry.comment, &entry.author}) {
    if (rules::LowerAscii(*text).find(wanted) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

Result<ListEdit> PlanAddition(const Caller& caller, const ListAddOptions& options) {
  const auto common = MakeEntry(caller, options.list, options.entry);
  if (!common) return common.error();
  Targets parsed = ParseTargets(options.targets);
  std::vector<Error> faults = ErrorsOf(parsed);
  ListEdit edit{.author = common->author, .command = CommandName(options.list, "add"), .now = caller.now};
  for (const rules::Target& target : parsed.targets) {
    rules::ListEntry entry = *common;
    entry.target = target;
    const auto valid = CheckEntry(entry);
    if (!valid) faults.push_back(valid.error());
    edit.changes.push_back({.entry = std::move(entry)});
  }
  if (!faults.empty()) return NothingChanged(Error::Kind::kBadInput, std::move(faults));
  return edit;
}

Result<std::vector<AddedEntry>> AddEntries(const config::Config& config, const cache::Stores& stores,
                                           const ListEdit& edit) {
  const auto applied = Apply(stores, edit);
  if (!applied) return As(Error::Kind::kStore, applied.error());
  const auto recent = RecentVerdicts(stores, edit.now);
  std::vector<AddedEntry> added;
  for (std::size_t i = 0; i < edit.changes.size(); ++i) {
    const rules::ListEntry& entry = edit.changes[i].entry;
    added.push_back({.entry = entry,
                     .is_replaced = applied->before[i].has_value(),
                     .change = applied->number + i,
                     .advice = Advise(stores, *config.policy, entry, recent, edit.now)});
  }
  return added;
}

runtime::Json ToJson(const std::vector<AddedEntry>& added) {
  runtime::Json entries = runtime::Json::Array();
  for (const auto& [entry, is_replaced, change, advice] : added) {
    runtime::Json notes = runtime::Json::Array();
    for (const std::string& note : advice.notes) notes.Append(note);
    entries.Append(runtime::Json::Object()
                       .Add("entry", EntryToJson(entry))
                       .Add("meaning", Describe(entry))
                       .Add("replaced", is_replaced)
                       .Add("change", change)
                       .Add("would_have_changed", advice.changed)
                       .Add("recent_verdicts", advice.judged)
                       .Add("notes", std::move(notes)));
  }
  return runtime::Json::Object().Add("entries", std::move(entries));
}

Result<ListEdit> PlanRemoval(const Caller& caller, const ListRemoveOptions& options) {
  const auto author = ParseAuthor(options.by, caller.login);
  if (!author) return author.error();
  const auto reason = CheckRemark("comment", options.comment);
  if (!reason) return reason.error();
  Targets parsed = ParseTargets(options.targets);
  if (!parsed.errors.empty()) return NothingChanged(Error::Kind::kBadInput, ErrorsOf(parsed));
  ListEdit edit{
      .author = *author, .command = CommandName(options.list, "remove"), .reason = options.comment, .now = caller.now};
  for (const rules::Target& target : parsed.targets) {
    ListChange& change = edit.changes.emplace_back();
    change.is_removal = true;
    change.entry.list = options.list;
    change.entry.target = target;
  }
  return edit;
}

Result<std::vector<rules::ListEntry>> RemoveEntries(const cache::Stores& stores, const ListEdit& edit) {
  const auto applied = Apply(stores, edit);
  if (!applied) return As(Error::Kind::kStore, applied.error());
  std::vector<Error> missing;
  for (const rules::Target& target : applied->missing) {
    missing.push_back({.message = NotThere(target, edit.changes.front().entry.list)});
  }
  if (!missing.empty()) return NothingChanged(Error::Kind::kNotFound, std::move(missing));
  std::vector<rules::ListEntry> removed;
  for (const auto& before : applied->before) removed.push_back(*before);
  return removed;
}

runtime::Json RemovedToJson(const std::vector<rules::ListEntry>& removed) {
  runtime::Json entries = runtime::Json::Array();
  for (const rules::ListEntry& entry : removed) entries.Append(EntryToJson(entry));
  return runtime::Json::Object().Add("removed", std::move(entries));
}

runtime::Json ToJson(const UsedEntry& used) {
  return EntryToJson(used.entry)
      .Add("hits", used.hits.count)
      .Add("last_hit", used.hits.count > 0 ? runtime::Json(rules::PrintTime(used.hits.last)) : runtime::Json());
}

runtime::Json ToJson(const std::vector<UsedEntry>& entries) {
  runtime::Json array = runtime::Json::Array();
  for (const UsedEntry& used : entries) array.Append(ToJson(used));
  return runtime::Json::Object().Add("entries", std::move(array));
}

Status Check(const ListPrintOptions& options, rules::TimePoint now) {
  const auto used_since = ParseMoment("unused", options.unused, now);
  if (!used_since) return used_since.error();
  return rules::Done{};
}

Result<std::vector<UsedEntry>> FindEntries(const cache::Stores& stores, const ListPrintOptions& options,
                                           rules::TimePoint now) {
  const auto used_since = ParseMoment("unused", options.unused, now);
  if (!used_since) return used_since.error();
  const std::string wanted = rules::LowerAscii(options.match);
  std::vector<UsedEntry> entries;
  cache::ReadTransaction snapshot(stores.lists_environment());
  cache::ReadTransaction hits(stores.records_environment());
  stores.lists().Scan(snapshot, options.list, [&](const rules::ListEntry& entry) {
    if (!Holds(entry, wanted)) return true;
    UsedEntry used{.entry = entry, .hits = stores.list_hits().Get(hits, entry).value_or(cache::EntryHits{})};
    const bool was_used = *used_since && std::max(entry.created, used.hits.last) > **used_since;
    if (!was_used) entries.push_back(std::move(used));
    return true;
  });
  return entries;
}

Status Check(const ListShowOptions& options) {
  const auto target = ParseTarget(options.target);
  if (!target) return As(Error::Kind::kBadInput, target.error());
  return rules::Done{};
}

Result<UsedEntry> FindEntry(const cache::Stores& stores, const ListShowOptions& options) {
  const auto target = ParseTarget(options.target);
  if (!target) return As(Error::Kind::kBadInput, target.error());
  cache::ReadTransaction snapshot(stores.lists_environment());
  const auto entry = stores.lists().Find(snapshot, options.list, *target);
  if (!entry) return Error{.kind = Error::Kind::kNotFound, .message = NotThere(*target, options.list)};
  cache::ReadTransaction records(stores.records_environment());
  return UsedEntry{.entry = *entry, .hits = stores.list_hits().Get(records, *entry).value_or(cache::EntryHits{})};
}

}  // namespace policyd::admin
