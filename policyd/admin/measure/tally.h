// Counts the decisions on many mails: how many got which action, by which signals, with which scores; as JSON and as a
// picture of what a limit does: spam held against ham held, as it moves.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "policyd/runtime/json.h"
#include "rules/verdict.h"

namespace policyd::admin {

// The actions that a tally tells of, in their order.
inline constexpr std::array kTalliedActions{rules::Action::kPass, rules::Action::kTag, rules::Action::kGreylist,
                                            rules::Action::kDefer, rules::Action::kReject};

// All figures are sums of weights but `rows`.
struct Tally {
  struct Share {
    std::uint64_t weight = 0;
    std::uint64_t held = 0;  // of these, turned away or delayed
  };

  std::uint64_t rows = 0;
  std::uint64_t weight = 0;
  std::map<rules::Action, std::uint64_t> actions;
  std::map<rules::SignalKind, Share> signals;
  std::map<rules::Points, std::uint64_t> scores;

  void Add(const rules::Verdict& verdict, std::uint64_t mails);
  std::uint64_t Of(rules::Action action) const;
  std::uint64_t held() const;  // greylist, defer and reject
};

runtime::Json ToJson(const Tally& tally);

// "12.50%"; empty where there is no whole.
std::string Percent(std::uint64_t part, std::uint64_t whole);

struct RateCurve {
  std::string name;
  Tally ham, spam;
};

// An SVG document: for each curve a line through the rates at the limits from 0.5 to 10, whole ones marked.  Curves
// without ham or spam are left out.
std::string DrawRates(const std::vector<RateCurve>& curves);

// Percent of the weight whose score reaches the limit.
double RateAt(const Tally& tally, rules::Points limit);

}  // namespace policyd::admin
