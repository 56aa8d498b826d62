#include "rules/explanation.h"

#include <optional>
#include <string_view>
#include <utility>

#include "rules/client/dynamic_name.h"
#include "rules/signal_table.h"

namespace rules {
namespace {

std::string KindOf(SignalKind kind) {
  return std::string("remedy.") + Name(kind);
}

// A client without a name is called by its address.
Statement RemedyOf(const Signal& signal, const std::string& client, const std::string& name) {
  const std::string& called = signal.name.empty() ? name : signal.name;
  return {.kind = KindOf(signal.kind),
          .about = {{"client", client},
                    {"name", called.empty() ? client : called},
                    {"list", signal.detail},
                    {"points", PrintPoints(signal.points)}}};
}

// The target of an entry for the client.  The name of a dynamic line or a rented machine means no more than its
// address.
std::string EntryFor(const Verdict& verdict, const IpAddress& client) {
  if (verdict.reverse_dns != ReverseDns::kConfirmed) return client.ToString();
  const NameClass name_class = ClassifyName(verdict.name, client).name_class;
  const bool is_of_address = name_class == NameClass::kDynamic || name_class == NameClass::kCloud;
  return is_of_address ? client.ToString() + " --expires 90d" : verdict.name;
}

}  // namespace

std::array<BandView, 4> BandsOf(const Treatment& treatment) {
  const auto& [tag, greylist, defer, reject] = treatment.actions;
  const Bands& bands = treatment.bands;
  return {{{Action::kTag, tag, bands.tag},
           {Action::kGreylist, greylist, bands.greylist},
           {Action::kDefer, defer, bands.defer},
           {Action::kReject, reject, bands.reject}}};
}

std::string PrintBands(const Treatment& treatment) {
  std::string text;
  for (const auto& [band, action, from] : BandsOf(treatment)) {
    if (!text.empty()) text += "; ";
    text += std::string(Name(action)) + (from ? " from " + PrintPoints(*from) : " off");
    if (action != band) text += std::string(" (") + Name(band) + ")";
  }
  return text;
}

const std::vector<StatementRow>& RemedyRows() {
  static const std::vector<StatementRow> kRows = [] {
    std::vector<StatementRow> rows{
        {"remedy.remove_entry", "removing the entry: sekimorictl {list} remove {target}"},
        {"remedy.other_rule", "another rule than {rule}"},
        {"remedy.send_again", "sending the same mail again in {wait} or later, within {window}"},
        {"remedy.add_entry", "an entry here: sekimorictl whitelist add {target}"}};
    for (std::size_t i = 0; i < kSignalKinds; ++i) {
      const auto kind = static_cast<SignalKind>(i);
      rows.push_back({KindOf(kind), std::string(RowOf(kind).remedy) + " ({points} points)"});
    }
    return rows;
  }();
  return kRows;
}

std::vector<Statement> WhatWouldChange(const Policy& policy, const Request& request, const Verdict& verdict) {
  std::vector<Statement> remedies;
  if (verdict.entry) {
    remedies.push_back({.kind = "remedy.remove_entry",
                        .about = {{"list", Name(verdict.entry->list)}, {"target", verdict.entry->target.text}}});
  }
  if (verdict.table_rule) {
    remedies.push_back({.kind = "remedy.other_rule", .about = {{"rule", *verdict.table_rule}}});
  }
  if (verdict.action == Action::kPass || !request.client) return remedies;
  const std::string client = request.client->ToString();
  if (verdict.action == Action::kGreylist) {
    const seconds window = std::chrono::duration_cast<seconds>(policy.greylist.retry_window);
    remedies.push_back({.kind = "remedy.send_again", .about = {{"wait", verdict.wait}, {"window", window}}});
  }
  for (const Signal& signal : verdict.signals) {
    if (signal.points > Points{}) remedies.push_back(RemedyOf(signal, client, verdict.name));
  }
  remedies.push_back({.kind = "remedy.add_entry", .about = {{"target", EntryFor(verdict, *request.client)}}});
  return remedies;
}

}  // namespace rules
