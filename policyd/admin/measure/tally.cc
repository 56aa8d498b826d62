#include "policyd/admin/measure/tally.h"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace policyd::admin {
using rules::Action;

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

runtime::Json ToJson(const Tally& tally) {
  runtime::Json actions = runtime::Json::Object();
  for (const Action action : kTalliedActions) actions.Add(rules::Name(action), tally.Of(action));
  runtime::Json signals = runtime::Json::Object();
  runtime::Json held = runtime::Json::Object();
  for (const auto& [kind, share] : tally.signals) {
    signals.Add(rules::Name(kind), share.weight);
    held.Add(rules::Name(kind), share.held);
  }
  runtime::Json scores = runtime::Json::Object();
  for (const auto& [score, weight] : tally.scores) scores.Add(rules::PrintScore(score), weight);
  return runtime::Json::Object()
      .Add("rows", tally.rows)
      .Add("weight", tally.weight)
      .Add("actions", std::move(actions))
      .Add("signals", std::move(signals))
      .Add("signals_held", std::move(held))
      .Add("scores", std::move(scores));
}

}  // namespace policyd::admin
