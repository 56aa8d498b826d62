#include "policyd/ctl/tally.h"

#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace policyd::ctl {
namespace {

using rules::Action;

constexpr std::array kActions{Action::kPass, Action::kTag, Action::kGreylist, Action::kDefer, Action::kReject};

}  // namespace

void Tally::Add(const rules::Verdict& verdict, std::uint64_t mails) {
  ++rows;
  weight += mails;
  actions[verdict.action] += mails;
  scores[verdict.score] += mails;
  const bool is_held = rules::TurnsAway(verdict.action);
  for (const rules::Signal& signal : verdict.signals) {
    Share& share = signals[signal.kind];
    share.weight += mails;
    if (is_held) share.held += mails;
  }
}

std::uint64_t Tally::Of(Action action) const {
  const auto found = actions.find(action);
  return found == actions.end() ? 0 : found->second;
}

std::uint64_t Tally::held() const {
  return Of(Action::kGreylist) + Of(Action::kDefer) + Of(Action::kReject);
}

std::string Percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? std::string()
                    : fmt::format("{:.2f}%", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

Cells BandTitles(Cells names) {
  for (const char* title : {"ROWS", "WEIGHT", "PASS", "TAG", "GREYLIST", "DEFER", "REJECT", "TURNED AWAY OR DELAYED"}) {
    names.emplace_back(title);
  }
  return names;
}

void AddBands(Columns& columns, Cells names, const Tally& tally) {
  names.push_back(std::to_string(tally.rows));
  names.push_back(std::to_string(tally.weight));
  for (const Action action : kActions) names.push_back(std::to_string(tally.Of(action)));
  names.push_back(Percent(tally.held(), tally.weight));
  columns.Add(std::move(names));
}

Cells SignalTitles(Cells names) {
  names.insert(names.begin(), "SIGNAL");
  for (const char* title : {"WEIGHT", "OF ALL", "TURNED AWAY OR DELAYED"}) names.emplace_back(title);
  return names;
}

void PrintSignals(std::ostream& out, const Cells& titles, const std::vector<NamedTally>& tallies) {
  std::set<rules::SignalKind> kinds;
  for (const NamedTally& named : tallies) {
    for (const auto& [kind, share] : named.tally->signals) kinds.insert(kind);
  }
  Columns columns(SignalTitles(titles));
  for (const rules::SignalKind kind : kinds) {
    for (const NamedTally& named : tallies) {
      const auto found = named.tally->signals.find(kind);
      if (found == named.tally->signals.end()) continue;
      Cells cells = named.names;
      cells.insert(cells.begin(), rules::Name(kind));
      cells.push_back(std::to_string(found->second.weight));
      cells.push_back(Percent(found->second.weight, named.tally->weight));
      cells.push_back(Percent(found->second.held, found->second.weight));
      columns.Add(std::move(cells));
    }
  }
  if (!columns.empty()) columns.Print(out);
}

Json ToJson(const Tally& tally) {
  Json actions = Json::Object();
  for (const Action action : kActions) actions.Add(rules::Name(action), tally.Of(action));
  Json signals = Json::Object();
  Json held = Json::Object();
  for (const auto& [kind, share] : tally.signals) {
    signals.Add(rules::Name(kind), share.weight);
    held.Add(rules::Name(kind), share.held);
  }
  Json scores = Json::Object();
  for (const auto& [score, weight] : tally.scores) scores.Add(rules::PrintScore(score), weight);
  return Json::Object()
      .Add("rows", tally.rows)
      .Add("weight", tally.weight)
      .Add("actions", std::move(actions))
      .Add("signals", std::move(signals))
      .Add("signals_held", std::move(held))
      .Add("scores", std::move(scores));
}

}  // namespace policyd::ctl
