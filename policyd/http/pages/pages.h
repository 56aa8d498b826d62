// The pages for those who run mail: the status page, verdicts and look-up, as pure functions from values to text, and
// the routes that serve them.
//
// Every page works without script.  With it the page refreshes itself, shows the numbers under the pointer, filters,
// zooms, and changes lists through the API with a token.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policyd/admin/explain/look_up.h"
#include "policyd/admin/overview/overview.h"
#include "policyd/admin/report/report.h"
#include "policyd/http/exchange.h"
#include "policyd/http/pages/frame.h"

namespace policyd::http::pages {

HttpResponse OverviewPage(const Frame& frame, const admin::Overview& overview);

struct VerdictSearchForm {
  std::string client, sender, recipient, action, since;
};
// `error`: what is wrong with the form, in the reader's language; then there are no rows.
HttpResponse VerdictsPage(const Frame& frame, const VerdictSearchForm& form, const std::vector<cache::JournalRow>& rows,
                          const std::string& error);

struct ShownVerdict {
  cache::JournalRow row;
  admin::MailSince since;                 // what became of the mail
  std::optional<admin::Explained> now{};  // what would be decided with what is remembered; nothing where nobody can say
};
HttpResponse VerdictPage(const Frame& frame, const ShownVerdict& verdict);

// With nothing asked, the form alone; `error` where it could not be answered.
struct ShownLookUp {
  const admin::LookedUp* found = nullptr;
  const admin::Report* report = nullptr;  // where it was asked for
};
HttpResponse LookUpPage(const Frame& frame, const config::Config& config, const admin::ExplainOptions& asked,
                        const ShownLookUp& shown, const std::string& error);
void AddReport(Html& html, const Frame& frame, const admin::Report& report);

// For a page that may not be read without a token: asks for one, if there is a script; 401.
HttpResponse LockedPage(const HttpRequest& request);

struct PageSources {
  std::function<std::shared_ptr<const config::Config>()> config;
  const cache::Stores& stores;
  std::function<rules::TimePoint()> now;
  std::function<admin::Overview(const admin::OverviewSpan&)> overview;
  std::function<bool()> takes_changes;  // is there a token with which lists can be changed?
  // The newest verdicts since then, where somebody has them at hand: else the journal is looked through.
  std::function<std::optional<std::vector<cache::JournalRow>>(rules::TimePoint since, std::size_t limit)> newest{};
};

// GET of /, /verdicts, /verdicts/REF, /lookup and /assets/...; `sources` is copied, what it refers to outlives it.
std::vector<Route> PageRoutes(const PageSources& sources);

}  // namespace policyd::http::pages
