#include "policyd/admin/explain/explain.h"

#include <cmath>
#include <utility>

#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/stores/facts.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "policyd/dns/zones/zone_reasons.h"
#include "policyd/runtime/shown.h"
#include "rules/explanation.h"
#include "rules/greylist/greylisting.h"
#include "rules/reference.h"
#include "rules/values/as_written.h"
#include "rules/values/nat64.h"

namespace policyd::admin {
namespace {

// The request to explain, and its verdict of then if a reference finds one.
struct Case {
  rules::Request request;
  std::optional<cache::JournalRow> then;
};

// The sender if none is named: not the null sender, which is allowed more, and without a domain that lists could be
// asked about.
constexpr std::string_view kSomebody = "somebody";

rules::Request RequestOf(const ExplainOptions& options) {
  rules::Request request;
  request.state = rules::ProtocolState::kRcpt;
  request.helo_name = options.helo.value_or(std::string());
  request.sender = !options.sender ? kSomebody : *options.sender == "<>" ? "" : *options.sender;
  request.recipient = options.recipient.value_or(std::string());
  rules::UseALabels(request.sender);
  rules::UseALabels(request.recipient);
  return request;
}

Case CaseOf(const ExplainOptions& options, cache::JournalRow row) {
  Case found{RequestOf(options), std::move(row)};
  found.request.client = found.then->client;
  if (!options.helo) found.request.helo_name = found.then->helo;
  if (!options.sender) found.request.sender = found.then->sender;
  if (!options.recipient) found.request.recipient = found.then->recipient;
  return found;
}

// The reply with its reference only where that finds a verdict: this decision itself is kept nowhere.
std::string ReplyOf(const rules::Policy& policy, const cache::Stores& stores,
                    const serve::Inquiry::Finished& finished) {
  std::string reply = finished.reply;
  if (!finished.reference || !FindRows(stores, {*finished.reference}).empty()) return reply;
  const std::string reference = finished.reference->ToString();
  const auto replace = [&reply](const std::string& text, std::string_view by) {
    for (std::size_t at = 0; (at = reply.find(text, at)) != std::string::npos;) reply.replace(at, text.size(), by);
  };
  replace(' ' + policy.reply.why_url + '/' + reference, "");
  replace(reference, "none");
  return reply;
}

std::optional<ComeBack> ComeBackOf(const rules::Policy& policy, const rules::Verdict& verdict, rules::TimePoint now) {
  if (verdict.action != rules::Action::kGreylist) return std::nullopt;
  const rules::GreylistSettings& settings = policy.greylist;
  const rules::TimePoint from = now + verdict.wait;
  return ComeBack{.from = from, .until = from - settings.delay + settings.retry_window};
}

std::optional<Conduct> ConductOf(const config::Config& config, const cache::Stores& stores, const Explained& explained,
                                 rules::TimePoint now) {
  const rules::ClientAssessment& assessment = explained.result.assessment;
  const rules::ReverseDnsView& reverse = assessment.reverse;
  const bool has_failed = reverse.state == rules::ReverseDns::kUnavailable && !reverse.blames_name;
  if (!reverse.state || has_failed) return std::nullopt;
  Conduct conduct{.client_key = rules::ClientKey(*config.policy, *explained.request.client, assessment), .view = {}};
  cache::ReadTransaction snapshot(stores.records_environment());
  conduct.view =
      rules::ViewReputation(stores.reputations().Get(snapshot, stores.triplets().HashOf(conduct.client_key)), now);
  return conduct;
}

runtime::Json ConductToJson(const std::optional<Conduct>& conduct) {
  if (!conduct) return {};
  const rules::ConductFigures& figures = conduct->view.figures;
  runtime::Json because = runtime::Json::Array();
  for (const rules::Statement& statement : conduct->view.because) {
    because.Append(rules::InEnglish(statement, rules::ReputationRows()));
  }
  const auto jump = figures.jump();
  return runtime::Json::Object()
      .Add("client_key", conduct->client_key)
      .Add("rating", rules::Name(conduct->view.reputation))
      .Add("yesterday", figures.yesterday)
      .Add("month_mean", figures.month_mean())
      .Add("magnitudes", jump ? runtime::Json(std::round(10 * *jump) / 10) : runtime::Json())
      .Add("days_with_mail", std::uint64_t{figures.all_days})
      .Add("because", std::move(because));
}

runtime::Json ComeBackToJson(const Explained& explained) {
  const rules::Verdict& verdict = explained.result.finished.verdict;
  if (!verdict.triplet) return {};
  const auto& back = explained.come_back;
  return runtime::Json::Object()
      .Add("state", SeenBefore(verdict))
      .Add("wait", back ? runtime::Json(verdict.wait.count()) : runtime::Json())
      .Add("may_come_back", back ? runtime::Json(rules::PrintTime(back->from)) : runtime::Json())
      .Add("until", back ? runtime::Json(rules::PrintTime(back->until)) : runtime::Json());
}

// The address or the reference that the subject names, if any.
struct Named {
  std::optional<rules::IpAddress> client;
  std::optional<rules::Reference> reference;
};

Named NamedBy(const std::string& subject) {
  const auto client = rules::ReadAddress(subject);
  if (client) return {.client = *client, .reference = {}};
  return {.client = {}, .reference = ParseReference(subject)};
}

Result<Case> FindCase(const config::Config& config, const cache::Stores& stores, const ExplainOptions& options) {
  const Named named = NamedBy(options.subject);
  if (named.client) {
    Case about{RequestOf(options), {}};
    about.request.client = rules::WithoutNat64(*named.client, config.policy->nat64_prefixes);
    return about;
  }
  auto rows = AwaitRows(
      config.store.directory, [&] { return FindRows(stores, {*named.reference}); }, options.stop);
  if (!rows.empty()) return CaseOf(options, std::move(rows.front()));
  return Error{.kind = Error::Kind::kNotFound,
               .message = "no verdict with the reference " + named.reference->ToString() + " is kept (" +
                          HowLongKept(config, stores) + ")"};
}

}  // namespace

const std::vector<rules::Signal>& Explained::signals() const {
  const rules::Verdict& verdict = result.finished.verdict;
  return verdict.entry ? result.assessment.signals : verdict.signals;
}

Status Check(const ExplainOptions& options) {
  const Named named = NamedBy(options.subject);
  if (!named.client && !named.reference) {
    return Error{
        .kind = Error::Kind::kBadInput,
        .message = "expected a client's address or a reference, got \"" + runtime::Shown(options.subject) + "\""};
  }
  if (options.sender && options.sender->empty()) return ErrorIn("sender", "expected an address or <>, got \"\"");
  if (options.recipient && options.recipient->empty()) return ErrorIn("recipient", "expected an address, got \"\"");
  return CheckHelo(options.helo);
}

Result<Explained> Explain(const config::Config& config, const cache::Stores& stores, const ExplainOptions& options,
                          rules::TimePoint now) {
  if (const auto checked = Check(options); !checked) return checked.error();
  auto about = FindCase(config, stores, options);
  if (!about) return about.error();
  const serve::DnsSource dns = options.is_from_cache ? serve::DnsSource::kStore : serve::DnsSource::kServers;
  Explained explained{.request = about->request,
                      .then = std::move(about->then),
                      .result = DecideOffline(config, stores, about->request, dns, now, options.known, options.stop),
                      .dns_facts = {},
                      .reply = {},
                      .conduct = {},
                      .come_back = {},
                      .remedies = {},
                      .is_of_anybody = about->request.sender == kSomebody};
  const serve::Inquiry::Finished& finished = explained.result.finished;
  for (const auto& [question, fact] : explained.result.facts.all()) {
    if (rules::AsksDns(question.kind)) explained.dns_facts.emplace_back(question, fact);
  }
  explained.reply = ReplyOf(*config.policy, stores, finished);
  explained.conduct = ConductOf(config, stores, explained, now);
  explained.come_back = ComeBackOf(*config.policy, finished.verdict, now);
  explained.remedies = rules::WhatWouldChange(*config.policy, explained.request, finished.verdict);
  return explained;
}

// ", would reject"
std::string BesideAction(const serve::Inquiry::Finished& finished) {
  const rules::Action intended = finished.verdict.action;
  return finished.answered == intended ? std::string() : std::string(", would ") + rules::Name(intended);
}

const char* SeenBefore(const rules::Verdict& verdict) {
  if (!verdict.triplet) return "it is not asked";
  switch (verdict.triplet->state) {
    case rules::TripletState::kNew:
      return verdict.triplet->is_expired ? "seen too long ago" : "not seen before";
    case rules::TripletState::kEarly:
      return "waits";
    case rules::TripletState::kPassed:
      return "has waited: passes now";
    case rules::TripletState::kKnown:
      return "came back before: passes";
  }
  return "";
}

runtime::Json ToJson(const config::Config& config, const Explained& explained, rules::TimePoint now) {
  const auto& finished = explained.result.finished;
  const rules::Verdict& verdict = finished.verdict;
  runtime::Json signals = runtime::Json::Array();
  for (const rules::Signal& signal : explained.signals()) {
    signals.Append(runtime::Json::Object()
                       .Add("signal", rules::Name(signal.kind))
                       .Add("points", signal.points.tenths / 10.0)
                       .Add("detail", signal.detail)
                       .Add("name", signal.name));
  }
  runtime::Json left_out = runtime::Json::Array();
  for (const cache::ZoneStateRow& row : explained.result.left_out) {
    left_out.Append(runtime::Json::Object()
                        .Add("list", row.shown)
                        .Add("state", rules::Name(row.state))
                        .Add("reason", dns::ZoneReasonText(row.reason)));
  }
  runtime::Json remedies = runtime::Json::Array();
  for (const rules::Statement& remedy : explained.remedies) {
    remedies.Append(rules::InEnglish(remedy, rules::RemedyRows()));
  }
  runtime::Json document = runtime::Json::Object();
  document.Add("client", explained.request.client->ToString())
      .Add("name", explained.result.assessment.reverse.name)
      .Add("reverse_dns", rules::Name(explained.result.assessment.reverse.state))
      .Add("facts", FactsToJson(config, explained.dns_facts, now))
      .Add("signals", std::move(signals))
      .Add("lists_without_points", std::move(left_out))
      .Add("score", verdict.score.tenths / 10.0)
      .Add("action", rules::Name(finished.answered))
      .Add("would", finished.answered == verdict.action ? runtime::Json() : runtime::Json(rules::Name(verdict.action)))
      .Add("reason", rules::Name(verdict.reason))
      .Add("mode", rules::Name(verdict.mode))
      .Add("recipient_class", verdict.recipient_class.value_or(std::string()))
      .Add("bands", rules::PrintBands(rules::TreatmentOf(*config.policy, explained.request.recipient)))
      .Add("entry", verdict.entry ? EntryToJson(*verdict.entry) : runtime::Json())
      .Add("table", verdict.table_rule ? runtime::Json(*verdict.table_rule) : runtime::Json())
      .Add("greylist", ComeBackToJson(explained))
      .Add("reputation", ConductToJson(explained.conduct))
      .Add("reply", explained.reply)
      .Add("what_would_change_it", std::move(remedies))
      .Add("then", explained.then ? RowToJson(*explained.then) : runtime::Json());
  return document;
}

}  // namespace policyd::admin
