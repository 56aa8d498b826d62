#include "policyd/ctl/greylist.h"

#include <algorithm>
#include <functional>
#include <ostream>
#include <vector>

#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/option_values.h"
#include "policyd/admin/times.h"
#include "policyd/ctl/columns.h"
#include "policyd/runtime/json.h"
#include "rules/greylist/greylist.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::ctl {
namespace {

// The client keys under which rows of a client may stand, and the name that its passes are counted under.
struct ClientKeys {
  std::vector<std::string> keys;
  std::string passes_name;
};

rules::Result<ClientKeys> ParseClientKeys(std::string_view text, const rules::Policy& policy) {
  if (const auto address = rules::ReadAddress(text)) {
    return ClientKeys{.keys = {rules::NetworkKey(*address, policy.greylist)},
                      .passes_name = rules::EarnedKey(*address)};
  }
  if (const auto network = rules::ReadNetwork(text)) {
    return ClientKeys{.keys = {network->ToString()}, .passes_name = network->ToString()};
  }
  const auto name = rules::ReadHostName(text);
  if (!name) return rules::Error{"expected an address, a network or a host name, got \"" + Shown(text) + "\""};
  ClientKeys result{.keys = {*name}, .passes_name = *name};
  const std::string domain = policy.suffixes ? policy.suffixes->RegisteredDomain(*name) : "";
  if (!domain.empty() && domain != *name) result.keys.push_back(domain);
  return result;
}

constexpr std::size_t kStep = 1000;  // rows a transaction: the daemon's writer waits meanwhile

using Rows = std::vector<cache::TripletRow>;

Rows OldestFirst(Rows rows) {
  std::sort(rows.begin(), rows.end(),
            [](const auto& a, const auto& b) { return a.record.first_seen < b.record.first_seen; });
  return rows;
}

Rows RowsThatMatch(const cache::Stores& stores, const GreylistListOptions& options) {
  const std::string wanted = rules::LowerAscii(options.match);
  Rows rows;
  cache::ReadTransaction snapshot(stores.records_environment());
  stores.triplets().Scan(snapshot, [&](const cache::TripletRow& row) {
    const std::string text = row.client_key + "\n" + row.sender + "\n" + row.recipient;
    if (text.find(wanted) != std::string::npos) rows.push_back(row);
    return rows.size() < options.limit;
  });
  return OldestFirst(std::move(rows));
}

Rows RowsOf(const cache::Stores& stores, const ClientKeys& client) {
  Rows rows;
  cache::ReadTransaction snapshot(stores.records_environment());
  for (const std::string& key : client.keys) {
    stores.triplets().ScanClient(snapshot, key, [&rows](const cache::TripletRow& row) {
      rows.push_back(row);
      return true;
    });
  }
  return OldestFirst(std::move(rows));
}

rules::Result<std::uint64_t> RemoveRowsOf(const cache::Stores& stores, const std::string& client_key) {
  for (std::uint64_t removed = 0;;) {
    const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
    if (!transaction) return transaction.error();
    const auto step = stores.triplets().RemoveWaiting(**transaction, client_key, kStep);
    if (!step) return step.error();
    const auto committed = (*transaction)->Commit();
    if (!committed) return committed.error();
    removed += *step;
    if (*step < kStep) return removed;
  }
}

// When a client that waits may come back, and until when that counts.
rules::TimePoint OpensAt(const cache::TripletRow& row, const rules::GreylistSettings& settings) {
  return row.record.first_seen + settings.delay;
}

rules::TimePoint ClosesAt(const cache::TripletRow& row, const rules::GreylistSettings& settings) {
  return row.record.first_seen + settings.retry_window;
}

void PrintTriplets(std::ostream& out, const std::vector<cache::TripletRow>& rows,
                   const rules::GreylistSettings& settings) {
  Columns columns({"client", "sender", "recipient", "first seen", "may come back", "until"});
  for (const cache::TripletRow& row : rows) {
    columns.Add({row.client_key, "<" + row.sender + ">", "<" + row.recipient + ">",
                 admin::ShownTime(row.record.first_seen), admin::ShownTime(OpensAt(row, settings)),
                 admin::ShownTime(ClosesAt(row, settings))});
  }
  if (!columns.empty()) columns.Print(out);
}

Json TripletsToJson(const std::vector<cache::TripletRow>& rows, const rules::GreylistSettings& settings) {
  Json array = Json::Array();
  for (const cache::TripletRow& row : rows) {
    array.Append(Json::Object()
                     .Add("client", row.client_key)
                     .Add("sender", row.sender)
                     .Add("recipient", row.recipient)
                     .Add("first_seen", rules::PrintTime(row.record.first_seen))
                     .Add("last_seen", rules::PrintTime(row.record.last_seen))
                     .Add("may_come_back", rules::PrintTime(OpensAt(row, settings)))
                     .Add("until", rules::PrintTime(ClosesAt(row, settings))));
  }
  return array;
}

std::optional<rules::AutoWhitelistCount> ReadPasses(const cache::Stores& stores, const std::string& name) {
  cache::ReadTransaction snapshot(stores.records_environment());
  return stores.triplets().GetPasses(snapshot, name);
}

struct Exempt {
  std::string name;
  rules::AutoWhitelistCount count;
};

ExitStatus PrintAutoWhitelist(Context& context, const cache::Stores& stores, const rules::GreylistSettings& settings,
                              const GreylistListOptions& options) {
  const std::string wanted = rules::LowerAscii(options.match);
  std::vector<Exempt> exempt;
  {
    cache::ReadTransaction snapshot(stores.records_environment());
    stores.triplets().ScanPasses(snapshot, [&](std::string_view name, const rules::AutoWhitelistCount& count) {
      const bool is_wanted = name.find(wanted) != std::string_view::npos;
      if (is_wanted && rules::IsEarnedKey(name) && rules::IsAutoWhitelisted(count, context.now, settings)) {
        exempt.push_back({std::string(name), count});
      }
      return exempt.size() < options.limit;
    });
  }
  std::sort(exempt.begin(), exempt.end(),
            [](const Exempt& a, const Exempt& b) { return a.count.last_pass > b.count.last_pass; });
  Json array = Json::Array();
  Columns columns({"client", "passes", "last pass", "exempt until"});
  for (const auto& [name, count] : exempt) {
    const rules::TimePoint until = count.last_pass + settings.remember;
    columns.Add({name, std::to_string(count.passes), admin::ShownTime(count.last_pass), admin::ShownTime(until)});
    array.Append(Json::Object()
                     .Add("client", name)
                     .Add("passes", count.passes)
                     .Add("last_pass", rules::PrintTime(count.last_pass))
                     .Add("exempt_until", rules::PrintTime(until)));
  }
  if (context.is_json) {
    context.out << Json::Object().Add("auto_whitelist", std::move(array)).Dump() << '\n';
    return kDone;
  }
  if (!columns.empty()) columns.Print(context.out);
  if (exempt.size() == options.limit) context.out << "only the first " << exempt.size() << ": see --limit, --match\n";
  return kDone;
}

}  // namespace

ExitStatus RunGreylistList(Context& context, const GreylistListOptions& options) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const rules::GreylistSettings& settings = store.config.policy->greylist;
  if (options.shows_auto) return PrintAutoWhitelist(context, *store.stores, settings, options);
  const Rows rows = RowsThatMatch(*store.stores, options);
  if (context.is_json) {
    context.out << Json::Object().Add("waiting", TripletsToJson(rows, settings)).Dump() << '\n';
    return kDone;
  }
  PrintTriplets(context.out, rows, settings);
  if (rows.size() == options.limit) context.out << "only the first " << rows.size() << ": see --limit, --match\n";
  return kDone;
}

ExitStatus RunGreylistShow(Context& context, const GreylistClientOptions& options) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const rules::GreylistSettings& settings = store.config.policy->greylist;
  const auto client = ParseClientKeys(options.client, *store.config.policy);
  if (!client) return Fail(context, kBadInput, client.error().message);

  const Rows rows = RowsOf(*store.stores, *client);
  auto passes = ReadPasses(*store.stores, client->passes_name);
  if (!rules::IsEarnedKey(client->passes_name)) passes.reset();
  if (rows.empty() && !passes) {
    return Fail(context, kNoSuchThing, options.client + ": nothing of it waits, and it never came back");
  }
  const bool is_exempt = passes && rules::IsAutoWhitelisted(*passes, context.now, settings);
  if (context.is_json) {
    context.out << Json::Object()
                       .Add("waiting", TripletsToJson(rows, settings))
                       .Add("passes", passes ? passes->passes : 0U)
                       .Add("last_pass", passes ? Json(rules::PrintTime(passes->last_pass)) : Json())
                       .Add("auto_whitelisted", is_exempt)
                       .Dump()
                << '\n';
    return kDone;
  }
  PrintTriplets(context.out, rows, settings);
  if (passes) {
    context.out << client->passes_name << ": passed " << passes->passes << " times, last "
                << admin::ShownTime(passes->last_pass) << (is_exempt ? ", exempt from greylisting" : "") << '\n';
  }
  return kDone;
}

ExitStatus RunGreylistRemove(Context& context, const GreylistClientOptions& options) {
  const auto author = admin::ParseAuthor(options.by, context.login);
  if (!author) return Fail(context, kUsage, author.error().message);
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto client = ParseClientKeys(options.client, *store.config.policy);
  if (!client) return Fail(context, kBadInput, client.error().message);

  const Rows waiting = RowsOf(*store.stores, *client);
  if (waiting.empty()) return Fail(context, kNoSuchThing, options.client + ": nothing of it waits");
  // Told before it is done: a change without its trace would be worse than a trace without its change.
  cache::AuditRow row;
  row.time = context.now;
  row.author = *author;
  row.command = "greylist remove " + options.client;
  row.target = options.client;
  row.before = Json::Object().Add("waiting", waiting.size()).Dump();
  const auto told = admin::AppendAudit(*store.stores, row);
  if (!told) return Fail(context, kStoreError, told.error().message);
  std::uint64_t removed = 0;
  for (const std::string& key : client->keys) {
    const auto gone = RemoveRowsOf(*store.stores, key);
    if (!gone) return Fail(context, kStoreError, gone.error().message);
    removed += *gone;
  }
  if (context.is_json) {
    context.out << Json::Object().Add("removed", removed).Dump() << '\n';
  } else {
    context.out << "removed " << removed << (removed == 1 ? " waiting triplet of " : " waiting triplets of ")
                << options.client << '\n';
  }
  return kDone;
}

}  // namespace policyd::ctl
