// Judges the conduct of a client key, the registered domain of a confirmed name or else a network, by what was counted
// of its mail here: good, neutral or poor.  Pure; the rule is one table in reputation.cc.
//
// What a stranger sends counts for its own key alone.  A jump of volume never makes a reputation poor by itself: new
// senders of newsletters have no past, and honest ones jump.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rules/evaluate.h"
#include "rules/reputation/daily_counts.h"
#include "rules/values/statement.h"

namespace rules {

enum class Reputation : std::uint8_t { kGood, kNeutral, kPoor };

const char* Name(Reputation reputation);  // "good", "neutral", "poor"

// What the table looks at.
struct ConductFigures {
  std::uint64_t yesterday = 0;         // mails
  std::uint64_t month_mails = 0;       // in the 30 days before
  std::uint32_t month_days = 0;        // ... on so many of them
  std::uint64_t let_in = 0;            // in all 60 days
  std::uint32_t all_days = 0;          // with mail, of the 60
  std::chrono::days known_for{0};      // since the first of them
  std::uint32_t recent_days = 0;       // with mail, of the last 14
  std::uint32_t listed_days = 0;       // of these: most of the mail came while a list spoke against the client
  std::uint32_t refused_days = 0;      // ... most of it was turned away
  std::uint64_t first_sights = 0;      // of these days but today: mails that were told to come back
  std::uint32_t first_sight_days = 0;  // ... on so many days
  std::uint64_t came_back = 0;

  // The mean of the month's days with mail; 0 where there were none.
  std::uint64_t month_mean() const { return month_days == 0 ? 0 : (month_mails + month_days / 2) / month_days; }
  // Orders of magnitude by which yesterday was above the mean; nothing without a month, or without mail yesterday.
  std::optional<double> jump() const;
};

ConductFigures FiguresOf(const DailyCounts& days, Day today);

struct ReputationView {
  Reputation reputation = Reputation::kNeutral;
  ConductFigures figures;
  std::vector<Statement> because;  // the rows of the table that hold
};

ReputationView ViewReputation(const DailyCounts& days, TimePoint now);

// The sentences of ReputationView::because in English.
const std::vector<StatementRow>& ReputationRows();

// What is counted of one mail; nothing where people decided, or where the client's key is not known.  `answered`: what
// Postfix was told.
std::optional<DayCounts> CountsOf(const Verdict& verdict, Action answered);

// Do reputations count for the Score?
bool AsksReputation(const Policy& policy);

// The Signal of the reputation under `client_key`; without a key what it may still bring.
Assessment AssessReputation(const Policy& policy, const std::optional<std::string>& client_key, const Facts& facts,
                            TimePoint now);

}  // namespace rules
