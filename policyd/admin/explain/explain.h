// Why mail of a client is let in or turned away, and what would change it.  Changes nothing.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/admin/explain/offline_decision.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

struct ExplainOptions {
  std::string subject{};                      // a client's address, or a reference
  std::string helo{}, sender{}, recipient{};  // sender: <> for a bounce
  bool is_from_cache = false;                 // else DNS is asked afresh, so that what was mended a minute ago is seen
  std::stop_token stop{};                     // requested: no more is waited for
};

// When the mail may come back, where the greylist makes it wait.
struct ComeBack {
  rules::TimePoint from, until;
};

struct Explained {
  rules::Request request;
  std::optional<cache::JournalRow> then;  // what was decided then, where a reference says so
  OfflineDecision result;
  cache::KnownFacts dns_facts;
  std::string reply;  // with its reference only where that finds a verdict: this decision itself is kept nowhere
  std::optional<ComeBack> come_back;  // where the greylist makes the mail wait
  std::vector<std::string> remedies;
  bool is_of_anybody = false;  // no sender was named

  // Where an entry of people decided, the signals are those that it outweighs.
  const std::vector<rules::Signal>& signals() const;
};

// Is the subject an address or a reference?
Status Check(const ExplainOptions& options);

Result<Explained> Explain(const Config& config, const cache::Stores& stores, const ExplainOptions& options,
                          rules::TimePoint now);

// ", would reject", where the mode lets in what enforce would not.
std::string BesideAction(const serve::Inquiry::Finished& finished);
// What the greylist knows of the mail.
const char* SeenBefore(const rules::Verdict& verdict);

Json ToJson(const Config& config, const Explained& explained, rules::TimePoint now);

}  // namespace policyd::admin
