// What became of many mails: how many got which action, by which signals, with which scores; as tables and as JSON.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "policyd/ctl/columns.h"
#include "policyd/runtime/json.h"
#include "rules/verdict.h"

namespace policyd::ctl {

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

// A row of BandTitles() or SignalTitles() begins with the cells that name the tally.
using Cells = std::vector<std::string>;
Cells BandTitles(Cells names);
void AddBands(Columns& columns, Cells names, const Tally& tally);
Cells SignalTitles(Cells names);

struct NamedTally {
  Cells names;
  const Tally* tally;
};
// A row for each signal and tally that it occurs in: how often, and what became of those.
void PrintSignals(std::ostream& out, const Cells& titles, const std::vector<NamedTally>& tallies);

Json ToJson(const Tally& tally);

// "12.50%"; empty where there is no whole.
std::string Percent(std::uint64_t part, std::uint64_t whole);

}  // namespace policyd::ctl
