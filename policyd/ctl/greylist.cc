#include "policyd/ctl/greylist.h"

#include <algorithm>
#include <functional>
#include <ostream>
#include <vector>

#include "policyd/ctl/columns.h"
#include "policyd/ctl/list_edit.h"
#include "policyd/ctl/option_values.h"
#include "policyd/ctl/release.h"
#include "policyd/ctl/store_figures.h"
#include "policyd/json.h"
#include "rules/dns_name.h"
#include "rules/greylist.h"

namespace policyd::ctl {
namespace {

// The client keys under which rows of a client may stand, and the name that its passes are counted under.
struct ClientKeys {
  std::vector<std::string> keys;
  std::string passes_name;
};

rules::Result<ClientKeys> ParseClientKeys(std::string_view text, const rules::Policy& policy) {
  if (const auto address = rules::IpAddress::Parse(text)) {
    const std::string key = rules::NetworkKey(*address, policy.greylist);
    return ClientKeys{.keys = {key}, .passes_name = key};
  }
  if (const auto network = rules::Network::Parse(text)) {
    return ClientKeys{.keys = {network->ToString()}, .passes_name = network->ToString()};
  }
  const auto name = rules::NormalizeHostName(text);
  if (!name) return rules::Error{"expected an address, a network or a host name, got \"" + Shown(text) + "\""};
  ClientKeys result{.keys = {*name}, .passes_name = *name};
  if (policy.suffixes) result.keys.push_back(policy.suffixes->RegisteredDomain(*name));
  return result;
}

std::vector<cache::TripletRow> Collect(const cache::Stores& stores, std::size_t limit,
                                       const std::function<bool(const cache::TripletRow&)>& wanted) {
  std::vector<cache::TripletRow> rows;
  {
    cache::ReadTransaction snapshot(stores.records_environment());
    stores.triplets().Scan(snapshot, [&](const cache::TripletRow& row) {
      if (wanted(row)) rows.push_back(row);
      return rows.size() < limit;
    });
  }
  std::sort(rows.begin(), rows.end(),
            [](const auto& a, const auto& b) { return a.record.first_seen < b.record.first_seen; });
  return rows;
}

std::function<bool(const cache::TripletRow&)> OfClient(const ClientKeys& client) {
  return [keys = client.keys](const cache::TripletRow& row) {
    return std::find(keys.begin(), keys.end(), row.client_key) != keys.end();
  };
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
                 rules::PrintTime(row.record.first_seen), rules::PrintTime(OpensAt(row, settings)),
                 rules::PrintTime(ClosesAt(row, settings))});
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

}  // namespace

ExitStatus RunGreylistList(Context& context, const GreylistListOptions& options) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const std::string wanted = rules::LowerAscii(options.match);
  const auto rows = Collect(*store.stores, options.limit, [&](const cache::TripletRow& row) {
    return (row.client_key + "\n" + row.sender + "\n" + row.recipient).find(wanted) != std::string::npos;
  });
  const rules::GreylistSettings& settings = store.config.policy->greylist;
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

  const auto rows = Collect(*store.stores, SIZE_MAX, OfClient(*client));
  const auto passes = ReadPasses(*store.stores, client->passes_name);
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
                << rules::PrintTime(passes->last_pass) << (is_exempt ? ", exempt from greylisting" : "") << '\n';
  }
  return kDone;
}

ExitStatus RunGreylistRemove(Context& context, const GreylistClientOptions& options) {
  const auto author = ParseAuthor(options.by, context.login);
  if (!author) return Fail(context, kUsage, author.error().message);
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto client = ParseClientKeys(options.client, *store.config.policy);
  if (!client) return Fail(context, kBadInput, client.error().message);

  std::vector<WaitingTriplet> waiting;
  for (const auto& row : Collect(*store.stores, SIZE_MAX, OfClient(*client))) {
    waiting.push_back({.client_key = row.client_key, .sender = row.sender, .recipient = row.recipient});
  }
  if (waiting.empty()) return Fail(context, kNoSuchThing, options.client + ": nothing of it waits");
  // Told before it is done: a change without its trace would be worse than a trace without its change.
  cache::AuditRow row;
  row.time = context.now;
  row.author = *author;
  row.command = "greylist remove " + options.client;
  row.target = options.client;
  row.before = Json::Object().Add("waiting", waiting.size()).Dump();
  const auto told = AppendAudit(*store.stores, row);
  if (!told) return Fail(context, kStoreError, told.error().message);
  const auto removed = Release(*store.stores, waiting);
  if (!removed) return Fail(context, kStoreError, removed.error().message);
  if (context.is_json) {
    context.out << Json::Object().Add("removed", *removed).Dump() << '\n';
  } else {
    context.out << "removed " << *removed << " waiting triplets of " << options.client << '\n';
  }
  return kDone;
}

ExitStatus RunGreylistStats(Context& context, const GreylistStatsOptions&) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const StoreFigures figures = ReadFigures(*store.stores, store.config.store.directory);
  PrintFigures(context,
               {{"triplets", "triplets", figures.triplets},
                {"passes", "hosts and networks that came back", figures.passes},
                {"records_bytes", "bytes in records/", figures.records.used},
                {"records_max_bytes", "bytes in records/ at most", figures.records.at_most}},
               figures.daemon);
  return kDone;
}

}  // namespace policyd::ctl
