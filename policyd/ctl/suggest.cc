#include "policyd/ctl/suggest.h"

#include <algorithm>
#include <ostream>

#include "policyd/admin/lists/entry_json.h"
#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/lists/suggestions.h"
#include "policyd/admin/option_values.h"
#include "policyd/admin/times.h"
#include "policyd/admin/verdicts/fact_rows.h"
#include "policyd/ctl/columns.h"
#include "policyd/ctl/lists.h"
#include "rules/values/dns_name.h"

namespace policyd::ctl {
namespace {

using Chosen = std::vector<admin::Suggestion>;

std::string SeenOf(const admin::Suggestion& suggestion) {
  return "suggested: " + std::to_string(suggestion.came_back) + " of " + std::to_string(suggestion.mails) +
         " mails came back, " + std::to_string(suggestion.senders.size()) + " senders, " +
         std::to_string(suggestion.recipients.size()) + " recipients";
}

Json ToJson(const admin::Suggestion& suggestion) {
  Json clients = Json::Array();
  for (const rules::IpAddress& client : suggestion.clients) clients.Append(client.ToString());
  Json reasons = Json::Array();
  for (const std::string& reason : suggestion.reasons) reasons.Append(reason);
  return Json::Object()
      .Add("name", suggestion.name)
      .Add("clients", std::move(clients))
      .Add("reasons", std::move(reasons))
      .Add("mails", suggestion.mails)
      .Add("came_back", suggestion.came_back)
      .Add("senders", suggestion.senders.size())
      .Add("recipients", suggestion.recipients.size())
      .Add("points", suggestion.points())
      .Add("last", rules::PrintTime(suggestion.last));
}

void PrintSuggestions(std::ostream& out, const Chosen& suggestions) {
  Columns columns({"name", "points", "came back", "senders", "recipients", "clients", "turned away for", "last"});
  for (const admin::Suggestion& one : suggestions) {
    columns.Add({one.name, std::to_string(one.points()),
                 std::to_string(one.came_back) + "/" + std::to_string(one.mails), std::to_string(one.senders.size()),
                 std::to_string(one.recipients.size()), std::to_string(one.clients.size()),
                 admin::Joined({one.reasons.begin(), one.reasons.end()}), admin::ShownTime(one.last)});
  }
  if (columns.empty()) {
    out << "no client without a listing that was turned away came back properly with mail of several senders to "
           "several "
           "recipients\n";
    return;
  }
  columns.Print(out);
  out << "Proven is the forward-confirmed name alone; senders and recipients are what these clients claimed.\n"
      << "To accept one: sekimorictl suggest " << suggestions.front().name << "; all from so many points on: --apply "
      << suggestions.front().points() << '\n';
}

// Those that were named or have enough points; an error names the first that is not there.
rules::Result<Chosen> Choose(const Chosen& suggestions, const SuggestOptions& options) {
  Chosen chosen;
  for (const std::string& text : options.names) {
    const auto name = rules::NormalizeHostName(text);
    const auto found = std::find_if(suggestions.begin(), suggestions.end(),
                                    [&](const admin::Suggestion& one) { return name && one.name == *name; });
    if (found == suggestions.end())
      return rules::Error{"\"" + Shown(text) + "\" is not suggested; nothing was changed"};
    const bool is_known = std::any_of(chosen.begin(), chosen.end(), [&](const auto& one) { return one.name == *name; });
    if (!is_known) chosen.push_back(*found);
  }
  if (!options.apply) return chosen;
  std::copy_if(suggestions.begin(), suggestions.end(), std::back_inserter(chosen),
               [&](const admin::Suggestion& one) { return one.points() >= *options.apply; });
  return chosen;
}

admin::ListEdit EditOf(const Context& context, const Chosen& chosen, const rules::ListEntry& common) {
  admin::ListEdit edit{.author = common.author, .command = "suggest", .now = context.now};
  for (const admin::Suggestion& one : chosen) {
    rules::ListEntry entry = common;
    entry.target = {rules::Target::Kind::kHost, one.name};
    if (entry.comment.empty()) entry.comment = SeenOf(one);
    edit.changes.push_back({.entry = std::move(entry)});
  }
  return edit;
}

ExitStatus Show(Context& context, Chosen suggestions, std::size_t limit) {
  if (suggestions.size() > limit) suggestions.resize(limit);
  if (!context.is_json) {
    PrintSuggestions(context.out, suggestions);
    return kDone;
  }
  Json array = Json::Array();
  for (const admin::Suggestion& one : suggestions) array.Append(ToJson(one));
  context.out << Json::Object().Add("suggestions", std::move(array)).Dump() << '\n';
  return kDone;
}

ExitStatus Accept(Context& context, const cache::Stores& stores, const admin::ListEdit& edit) {
  const auto applied = admin::Apply(stores, edit);
  if (!applied) return Fail(context, kStoreError, applied.error().message);
  Json accepted = Json::Array();
  for (const admin::ListChange& change : edit.changes) {
    accepted.Append(admin::EntryToJson(change.entry));
    if (!context.is_json)
      context.out << "added to the whitelist: " << admin::Describe(change.entry, admin::ShownTime) << '\n';
  }
  if (context.is_json) {
    context.out << Json::Object().Add("accepted", std::move(accepted)).Dump() << '\n';
  } else if (edit.changes.empty()) {
    context.out << "nobody has so many points; nothing was changed\n";
  }
  return kDone;
}

}  // namespace

ExitStatus RunSuggest(Context& context, const SuggestOptions& options) {
  const auto since = admin::ParseSince(options.since, context.now);
  if (!since) return Fail(context, kUsage, since.error().message);
  if (!options.names.empty() && options.apply) return Fail(context, kUsage, "expected names or --apply, got both");
  const auto common = admin::MakeEntry({context.login, context.now}, rules::ListKind::kWhitelist,
                                       {.comment = options.comment, .expires = options.expires, .by = options.by});
  if (!common) return Fail(context, kUsage, common.error().message);
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;

  auto suggestions = admin::Suggestions(*store.stores, *store.config.policy, *since, context.now);
  if (options.names.empty() && !options.apply) return Show(context, std::move(suggestions), options.limit);
  const auto chosen = Choose(suggestions, options);
  if (!chosen) return Fail(context, kNoSuchThing, chosen.error().message);
  return Accept(context, *store.stores, EditOf(context, *chosen, *common));
}

}  // namespace policyd::ctl
