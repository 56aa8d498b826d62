// What speaks for and against a mail, as tables: shared by the page of one verdict and the look-up.
#pragma once

#include <string>
#include <vector>

#include "policyd/admin/explain/explain.h"
#include "policyd/http/pages/frame.h"
#include "rules/fact_text.h"

namespace policyd::http::pages {

struct Row {
  std::string_view title;  // of a text of ours
  std::string value;
};
void AddRows(Html& html, const std::vector<Row>& rows);

struct ShownSignal {
  std::string kind, points, detail;
};
// `is_let_in`: where there is none, nothing spoke against the mail; else something else decided.
void AddSignals(Html& html, const Frame& frame, const std::vector<ShownSignal>& signals, std::string_view score,
                bool is_let_in);

// What DNS said: reverse and forward first, then each list.
void AddFacts(Html& html, const Frame& frame, const std::vector<rules::FactText>& facts);

// A card with what is counted of the client's mail by day.
void AddConduct(Html& html, const Frame& frame, const std::optional<admin::Conduct>& conduct);

// A card with what would change the decision.  `basis`: the key of a text that says what it rests on.
void AddRemedies(Html& html, const Frame& frame, const admin::Explained& explained, std::string_view basis);

}  // namespace policyd::http::pages
