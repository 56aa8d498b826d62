#include "policyd/ctl/commands_memory.h"

#include <algorithm>
#include <ostream>

#include "policyd/admin/option_values.h"
#include "policyd/admin/times.h"
#include "policyd/ctl/rows.h"
#include "policyd/ctl/terminal.h"

namespace policyd::ctl {
namespace {

void PrintTriplets(std::ostream& out, const std::vector<cache::TripletRow>& rows,
                   const rules::GreylistSettings& settings) {
  Columns columns({"client", "sender", "recipient", "first seen", "may come back", "until"});
  for (const cache::TripletRow& row : rows) {
    columns.Add({row.client_key, "<" + row.sender + ">", "<" + row.recipient + ">",
                 admin::ShownTime(row.record.first_seen), admin::ShownTime(admin::OpensAt(row, settings)),
                 admin::ShownTime(admin::ClosesAt(row, settings))});
  }
  if (!columns.empty()) columns.Print(out);
}

void PrintExempt(std::ostream& out, const std::vector<admin::ExemptClient>& exempt) {
  Columns columns({"client", "passes", "last pass", "exempt until"});
  for (const auto& [name, count, until] : exempt) {
    columns.Add({name, std::to_string(count.passes), admin::ShownTime(count.last_pass), admin::ShownTime(until)});
  }
  if (!columns.empty()) columns.Print(out);
}

void SayLimit(std::ostream& out, std::size_t printed, std::size_t limit) {
  if (printed == limit) out << "only the first " << printed << ": see --limit, --match\n";
}

constexpr std::uint64_t kBarWidth = 40;

// "45 s", "3 min", "2 h", "4 d": bounds are whole in one of them.
std::string PrintSpan(std::int64_t span) {
  if (span < 60) return std::to_string(span) + " s";
  if (span < 3600) return std::to_string(span / 60) + " min";
  if (span < 86400) return std::to_string(span / 3600) + " h";
  return std::to_string(span / 86400) + " d";
}

std::string TitleOf(std::size_t bucket) {
  const auto& bounds = rules::RetryTimes::kBounds;
  return bucket < bounds.size() ? "within " + PrintSpan(bounds[bucket]) : "later";
}

void PrintRetries(std::ostream& out, const rules::RetryTimes& times) {
  if (times.total() == 0) return;
  out << "\nHow long clients took to come back (" << times.total() << " first passes)\n";
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < rules::RetryTimes::kBuckets; ++i) most = std::max(most, times.count(i));
  for (std::size_t i = 0; i < rules::RetryTimes::kBuckets; ++i) {
    if (times.count(i) == 0) continue;
    const std::string title = TitleOf(i);
    const std::string count = std::to_string(times.count(i));
    out << "  " << title << std::string(14 - std::min<std::size_t>(title.size(), 13), ' ')
        << std::string(10 - std::min<std::size_t>(count.size(), 9), ' ') << count << "  "
        << std::string((times.count(i) * kBarWidth + most - 1) / most, '#') << '\n';
  }
  for (const unsigned percent : admin::kRetryPercents) {
    const auto reached = times.Percentile(percent);
    out << "  " << percent << " % " << (reached ? "within " + PrintSpan(reached->count()) : "later") << '\n';
  }
}

}  // namespace

ExitStatus RunGreylistList(Context& context, const GreylistListOptions& options) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const rules::GreylistSettings& settings = store.config.policy->greylist;
  if (options.shows_auto) {
    const auto exempt = admin::FindExempt(*store.stores, settings, options, context.now);
    if (context.is_json) return PrintJson(context, admin::ToJson(exempt));
    PrintExempt(context.out, exempt);
    SayLimit(context.out, exempt.size(), options.limit);
    return kDone;
  }
  const auto rows = admin::FindWaiting(*store.stores, options);
  if (context.is_json) return PrintJson(context, admin::WaitingToJson(rows, settings));
  PrintTriplets(context.out, rows, settings);
  SayLimit(context.out, rows.size(), options.limit);
  return kDone;
}

ExitStatus RunGreylistShow(Context& context, const GreylistClientOptions& options) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const rules::GreylistSettings& settings = store.config.policy->greylist;
  const auto client = admin::FindGreylisted(store.config, *store.stores, options, context.now);
  if (!client) return Fail(context, client.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(*client, settings));
  PrintTriplets(context.out, client->waiting, settings);
  if (client->passes) {
    context.out << client->passes_name << ": passed " << client->passes->passes << " times, last "
                << admin::ShownTime(client->passes->last_pass) << (client->is_exempt ? ", exempt from greylisting" : "")
                << '\n';
  }
  return kDone;
}

ExitStatus RunGreylistRemove(Context& context, const GreylistClientOptions& options) {
  const auto author = admin::ParseAuthor(options.by, context.login);
  if (!author) return Fail(context, author.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto removed = admin::RemoveGreylisted(store.config, *store.stores, {context.login, context.now}, options);
  if (!removed) return Fail(context, removed.error());
  if (context.is_json) return PrintJson(context, runtime::Json::Object().Add("removed", *removed));
  context.out << "removed " << *removed << (*removed == 1 ? " waiting triplet of " : " waiting triplets of ")
              << options.client << '\n';
  return kDone;
}

ExitStatus RunGreylistStats(Context& context, const GreylistStatsOptions&) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const admin::StoreFigures figures = admin::ReadFigures(*store.stores, store.config.store.directory);
  const auto shown = admin::GreylistFigures(figures);
  if (context.is_json) {
    runtime::Json json = admin::FiguresToJson(shown, figures.daemon);
    json.Add("retries", admin::ToJson(figures.retries));
    return PrintJson(context, json);
  }
  PrintFigures(context, shown, figures.daemon);
  PrintRetries(context.out, figures.retries);
  return kDone;
}

}  // namespace policyd::ctl
