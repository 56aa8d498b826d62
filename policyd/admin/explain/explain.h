// Tells why mail of a client is let in or turned away, and what would change it.  Changes nothing.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/admin/option_values.h"
#include "policyd/config/config.h"
#include "policyd/dns/lookups.h"
#include "policyd/runtime/json.h"
#include "policyd/runtime/uv_handle.h"
#include "policyd/serve/inquiry.h"
#include "rules/reputation/reputation.h"
#include "rules/values/statement.h"

namespace policyd::admin {

// One Inquiry decided outside of the daemon, by the same code: on a loop of its own, with DNS asked for real, and
// nothing remembered of it.
struct OfflineDecision {
  serve::Inquiry::Finished finished;
  rules::Facts facts;                         // of DNS, also those that the decision could do without
  rules::ClientAssessment assessment;         // of the client on all of them
  std::vector<cache::ZoneStateRow> left_out;  // lists whose state gives no points
};

// `stores` is read only; what is `known` is not looked for.  Where `stop` is requested, what is not known by then
// counts as unknown.
OfflineDecision DecideOffline(const config::Config& config, const cache::Stores& stores, const rules::Request& request,
                              serve::DnsSource dns, rules::TimePoint now, const rules::Facts& known = {},
                              const std::stop_token& stop = {});

struct ExplainOptions {
  std::string subject{};                       // a client's address, or a reference
  OptionalText helo{}, sender{}, recipient{};  // sender: <> for a bounce
  bool is_from_cache = false;                  // else DNS is asked afresh, so that what was mended a minute ago is seen
  std::stop_token stop{};                      // requested: no more is waited for
  rules::Facts known{};                        // what DNS was asked already, and is not asked again
};

// When the mail may come back, where the greylist makes it wait.
struct ComeBack {
  rules::TimePoint from, until;
};

// What is counted of the client's mail by day.
struct Conduct {
  std::string client_key;
  rules::ReputationView view;
};

struct Explained {
  rules::Request request;
  std::optional<cache::JournalRow> then;  // what was decided then, where a reference says so
  OfflineDecision result;
  cache::KnownFacts dns_facts;
  std::string reply;  // with its reference only where that finds a verdict: this decision itself is kept nowhere
  std::optional<Conduct> conduct;          // nothing where the client's key is not known
  std::optional<ComeBack> come_back;       // where the greylist makes the mail wait
  std::vector<rules::Statement> remedies;  // what would change it
  bool is_of_anybody = false;              // no sender was named

  // Where an entry of people decided, the signals are those that it outweighs.
  const std::vector<rules::Signal>& signals() const;
};

// Is the subject an address or a reference, and is nothing given empty?
Status Check(const ExplainOptions& options);

Result<Explained> Explain(const config::Config& config, const cache::Stores& stores, const ExplainOptions& options,
                          rules::TimePoint now);

// ", would reject", where the mode lets in what enforce would not.
std::string BesideAction(const serve::Inquiry::Finished& finished);
// How the greylist knows the mail.
const char* SeenBefore(const rules::Verdict& verdict);

runtime::Json ToJson(const config::Config& config, const Explained& explained, rules::TimePoint now);

}  // namespace policyd::admin
