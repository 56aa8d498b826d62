#include "policyd/admin/stores/greylist.h"

#include <algorithm>
#include <set>
#include <utility>

#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/option_values.h"
#include "policyd/admin/verdicts/row_signals.h"
#include "policyd/runtime/shown.h"
#include "rules/greylist/greylist.h"
#include "rules/greylist/sender_form.h"
#include "rules/spf/record.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

using Rows = std::vector<cache::TripletRow>;

// The client keys under which rows of a client may stand, and the name that its passes are counted under.
struct ClientKeys {
  std::vector<std::string> keys;
  std::string passes_name;
};

Result<ClientKeys> ParseClientKeys(std::string_view text, const rules::Policy& policy) {
  if (const auto address = rules::ReadAddress(text)) {
    return ClientKeys{.keys = {rules::NetworkKey(*address, policy.greylist)},
                      .passes_name = rules::EarnedKey(*address)};
  }
  if (const auto network = rules::ReadNetwork(text)) {
    return ClientKeys{.keys = {network->ToString()}, .passes_name = network->ToString()};
  }
  const bool is_of_sender = text.starts_with(rules::kSenderDomainPrefix);
  const auto name = rules::ReadHostName(is_of_sender ? text.substr(rules::kSenderDomainPrefix.size()) : text);
  if (name && is_of_sender) {
    const std::string key = rules::SenderDomainKey(*name);
    return ClientKeys{.keys = {key}, .passes_name = key};
  }
  if (!name) {
    return Error{.kind = Error::Kind::kBadInput,
                 .message = "expected an address, a network or a host name, got \"" + runtime::Shown(text) + "\""};
  }
  ClientKeys result{.keys = {*name}, .passes_name = *name};
  const std::string domain = policy.suffixes ? policy.suffixes->RegisteredDomain(*name) : "";
  if (!domain.empty() && domain != *name) result.keys.push_back(domain);
  return result;
}

Rows OldestFirst(Rows rows) {
  std::sort(rows.begin(), rows.end(),
            [](const auto& a, const auto& b) { return a.record.first_seen < b.record.first_seen; });
  return rows;
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
    const auto step = stores.triplets().RemoveWaiting(**transaction, client_key, cache::kRowsPerStep);
    if (!step) return step.error();
    const auto committed = (*transaction)->Commit();
    if (!committed) return committed.error();
    removed += *step;
    if (*step < cache::kRowsPerStep) return removed;
  }
}

runtime::Json TripletsToJson(const std::vector<cache::TripletRow>& rows, const rules::GreylistSettings& settings) {
  runtime::Json array = runtime::Json::Array();
  for (const cache::TripletRow& row : rows) {
    array.Append(runtime::Json::Object()
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

Error NothingWaits(const GreylistClientOptions& options, const char* else_what) {
  return {.kind = Error::Kind::kNotFound, .message = options.client + ": nothing of it waits" + else_what};
}

}  // namespace

std::vector<GreylistedTriplet> TripletsOf(const rules::Policy& policy, const cache::JournalRow& row) {
  std::vector<std::string> keys{rules::NetworkKey(row.client, policy.greylist)};
  // Rows are stored under the name, too, if it is confirmed and not of a shared pool; otherwise there is no such row.
  if (policy.suffixes && HasConfirmedName(row)) keys.push_back(policy.suffixes->RegisteredDomain(row.name));
  if (policy.greylist.spf_domain && row.spf == rules::Name(rules::SpfResult::kPass))
    keys.push_back(rules::SenderDomainKey(rules::DomainOf(row.sender)));
  std::vector<GreylistedTriplet> triplets;
  for (std::string& key : keys) {
    triplets.push_back({.client_key = std::move(key),
                        .sender = rules::NormalizeSender(row.sender, row.recipient),
                        .recipient = rules::LowerAscii(row.recipient)});
  }
  return triplets;
}

std::vector<GreylistedTriplet> WaitingTriplets(const cache::Stores& stores, const rules::Policy& policy,
                                               const std::vector<cache::JournalRow>& rows) {
  cache::ReadTransaction snapshot(stores.records_environment());
  std::vector<GreylistedTriplet> waiting;
  std::set<std::string> seen;
  for (const cache::JournalRow& row : rows) {
    for (GreylistedTriplet& triplet : TripletsOf(policy, row)) {
      if (!seen.insert(triplet.client_key + '\n' + triplet.sender + '\n' + triplet.recipient).second) continue;
      const auto record = stores.triplets().Get(snapshot, triplet.Id());
      if (record && record->is_waiting()) waiting.push_back(std::move(triplet));
    }
  }
  return waiting;
}

rules::Result<std::uint64_t> Release(const cache::Stores& stores, const std::vector<GreylistedTriplet>& triplets) {
  std::uint64_t released = 0;
  for (std::size_t begin = 0; begin < triplets.size(); begin += cache::kRowsPerStep) {
    const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
    if (!transaction) return transaction.error();
    std::uint64_t removed = 0;
    for (std::size_t i = begin; i < std::min(begin + cache::kRowsPerStep, triplets.size()); ++i) {
      const auto was_there = stores.triplets().Remove(**transaction, triplets[i].Id());
      if (!was_there) return was_there.error();
      removed += *was_there ? 1U : 0U;
    }
    const auto committed = (*transaction)->Commit();
    if (!committed) return committed.error();
    released += removed;
  }
  return released;
}

std::vector<cache::TripletRow> FindWaiting(const cache::Stores& stores, const GreylistListOptions& options) {
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

rules::TimePoint OpensAt(const cache::TripletRow& row, const rules::GreylistSettings& settings) {
  return row.record.first_seen + settings.delay;
}

rules::TimePoint ClosesAt(const cache::TripletRow& row, const rules::GreylistSettings& settings) {
  return row.record.first_seen + settings.retry_window;
}

runtime::Json WaitingToJson(const std::vector<cache::TripletRow>& rows, const rules::GreylistSettings& settings) {
  return runtime::Json::Object().Add("waiting", TripletsToJson(rows, settings));
}

std::vector<ExemptClient> FindExempt(const cache::Stores& stores, const rules::GreylistSettings& settings,
                                     const GreylistListOptions& options, rules::TimePoint now) {
  const std::string wanted = rules::LowerAscii(options.match);
  std::vector<ExemptClient> exempt;
  cache::ReadTransaction snapshot(stores.records_environment());
  stores.triplets().ScanPasses(snapshot, [&](std::string_view name, const rules::AutoWhitelistCount& count) {
    const bool is_wanted = name.find(wanted) != std::string_view::npos;
    if (is_wanted && rules::IsEarnedKey(name) && rules::IsAutoWhitelisted(count, now, settings)) {
      exempt.push_back({.name = std::string(name), .count = count, .until = count.last_pass + settings.remember});
    }
    return exempt.size() < options.limit;
  });
  std::sort(exempt.begin(), exempt.end(),
            [](const auto& a, const auto& b) { return a.count.last_pass > b.count.last_pass; });
  return exempt;
}

runtime::Json ToJson(const std::vector<ExemptClient>& exempt) {
  runtime::Json array = runtime::Json::Array();
  for (const auto& [name, count, until] : exempt) {
    array.Append(runtime::Json::Object()
                     .Add("client", name)
                     .Add("passes", count.passes)
                     .Add("last_pass", rules::PrintTime(count.last_pass))
                     .Add("exempt_until", rules::PrintTime(until)));
  }
  return runtime::Json::Object().Add("auto_whitelist", std::move(array));
}

Result<GreylistedClient> FindGreylisted(const config::Config& config, const cache::Stores& stores,
                                        const GreylistClientOptions& options, rules::TimePoint now) {
  const auto keys = ParseClientKeys(options.client, *config.policy);
  if (!keys) return keys.error();
  GreylistedClient client{.waiting = RowsOf(stores, *keys), .passes_name = keys->passes_name, .passes = {}};
  if (rules::IsEarnedKey(client.passes_name)) client.passes = ReadPasses(stores, client.passes_name);
  if (client.waiting.empty() && !client.passes) return NothingWaits(options, ", and it never came back");
  client.is_exempt = client.passes && rules::IsAutoWhitelisted(*client.passes, now, config.policy->greylist);
  return client;
}

runtime::Json ToJson(const GreylistedClient& client, const rules::GreylistSettings& settings) {
  const auto& passes = client.passes;
  return WaitingToJson(client.waiting, settings)
      .Add("passes", passes ? passes->passes : 0U)
      .Add("last_pass", passes ? runtime::Json(rules::PrintTime(passes->last_pass)) : runtime::Json())
      .Add("auto_whitelisted", client.is_exempt);
}

Result<std::uint64_t> RemoveGreylisted(const config::Config& config, const cache::Stores& stores, const Caller& caller,
                                       const GreylistClientOptions& options) {
  const auto author = ParseAuthor(options.by, caller.login);
  if (!author) return author.error();
  const auto client = ParseClientKeys(options.client, *config.policy);
  if (!client) return client.error();
  const Rows waiting = RowsOf(stores, *client);
  if (waiting.empty()) return NothingWaits(options, "");
  // The audit row is written first: a change without its row would be worse than a row without its change.
  cache::AuditRow row;
  row.time = caller.now;
  row.author = *author;
  row.command = "greylist remove " + options.client;
  row.target = options.client;
  row.before = runtime::Json::Object().Add("waiting", waiting.size()).Dump();
  const auto told = AppendAudit(stores, row);
  if (!told) return As(Error::Kind::kStore, told.error());
  std::uint64_t removed = 0;
  for (const std::string& key : client->keys) {
    const auto gone = RemoveRowsOf(stores, key);
    if (!gone) return As(Error::Kind::kStore, gone.error());
    removed += *gone;
  }
  return removed;
}

runtime::Json ToJson(const rules::RetryTimes& times) {
  runtime::Json buckets = runtime::Json::Array();
  for (std::size_t i = 0; i < rules::RetryTimes::kBuckets; ++i) {
    const auto& bounds = rules::RetryTimes::kBounds;
    buckets.Append(runtime::Json::Object()
                       .Add("within_seconds", i < bounds.size() ? runtime::Json(bounds[i]) : runtime::Json())
                       .Add("count", times.count(i)));
  }
  runtime::Json json = runtime::Json::Object();
  json.Add("total", times.total()).Add("buckets", std::move(buckets));
  for (const unsigned percent : kRetryPercents) {
    const auto reached = times.Percentile(percent);
    json.Add("p" + std::to_string(percent) + "_seconds", reached ? runtime::Json(reached->count()) : runtime::Json());
  }
  return json;
}

}  // namespace policyd::admin
