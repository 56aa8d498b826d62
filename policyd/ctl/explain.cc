#include "policyd/ctl/explain.h"

#include <algorithm>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "policyd/admin/explain/offline_decision.h"
#include "policyd/admin/lists/entry_json.h"
#include "policyd/admin/times.h"
#include "policyd/admin/verdicts/fact_rows.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "policyd/ctl/colours.h"
#include "policyd/ctl/columns.h"
#include "policyd/ctl/rows.h"
#include "policyd/runtime/json.h"
#include "rules/explanation.h"
#include "rules/reference.h"
#include "rules/values/as_written.h"
#include "rules/values/nat64.h"

namespace policyd::ctl {
namespace {

// Who asks, and what was decided then where a reference says so.
struct Case {
  rules::Request request;
  std::optional<cache::JournalRow> then;
};

// Where nobody is named: not the null sender, to whom more is allowed, and of no domain that lists could be asked
// about.
constexpr std::string_view kSomebody = "somebody";

rules::Request RequestOf(const ExplainOptions& options) {
  rules::Request request;
  request.state = rules::ProtocolState::kRcpt;
  request.helo_name = options.helo;
  request.sender = options.sender.empty() ? kSomebody : options.sender == "<>" ? "" : options.sender;
  request.recipient = options.recipient;
  rules::UseALabels(request.sender);
  rules::UseALabels(request.recipient);
  return request;
}

Case CaseOf(const ExplainOptions& options, cache::JournalRow row) {
  Case found{RequestOf(options), std::move(row)};
  const auto fill = [](std::string& value, const std::string& known) {
    if (value.empty()) value = known;
  };
  found.request.client = found.then->client;
  fill(found.request.helo_name, found.then->helo);
  if (options.sender.empty()) found.request.sender = found.then->sender;
  fill(found.request.recipient, found.then->recipient);
  return found;
}

struct Explained {
  Case about;
  admin::OfflineDecision result;
  const Config& config;
  cache::KnownFacts dns_facts;
  std::vector<std::string> remedies;
  std::string reply;
};

// The reply with its reference only where that finds a verdict: this decision itself is kept nowhere.
std::string ReplyOf(const cache::Stores& stores, const serve::Inquiry::Finished& finished) {
  std::string reply = finished.reply;
  const std::string reference = finished.reference.ToString();
  const std::size_t at = reply.find(reference);
  if (at == std::string::npos || !admin::FindRows(stores, {finished.reference}).empty()) return reply;
  return reply.replace(at, reference.size(), "none");
}

const char* StateOf(const rules::ReverseDnsView& reverse) {
  return rules::Name(reverse.state);
}

// ", would reject"
std::string BesideAction(const serve::Inquiry::Finished& finished) {
  const rules::Action intended = finished.verdict.action;
  return finished.answered == intended ? std::string() : std::string(", would ") + rules::Name(intended);
}

// Where an entry of people decided, the signals are those that it outweighs.
const std::vector<rules::Signal>& SignalsOf(const Explained& explained) {
  const rules::Verdict& verdict = explained.result.finished.verdict;
  return verdict.entry ? explained.result.assessment.signals : verdict.signals;
}

// When the mail may come back, where the greylist makes it wait.
struct ComeBack {
  rules::TimePoint from, until;
};

std::optional<ComeBack> ComeBackOf(const Explained& explained, rules::TimePoint now) {
  const rules::Verdict& verdict = explained.result.finished.verdict;
  if (verdict.action != rules::Action::kGreylist) return std::nullopt;
  const rules::GreylistSettings& settings = explained.config.policy->greylist;
  const rules::TimePoint from = now + verdict.wait;
  return ComeBack{.from = from, .until = from - settings.delay + settings.retry_window};
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

void PrintComeBack(Context& context, const Explained& explained) {
  const rules::Verdict& verdict = explained.result.finished.verdict;
  if (!verdict.triplet) return;
  context.out << "Greylist  " << SeenBefore(verdict);
  if (const auto back = ComeBackOf(explained, context.now)) {
    context.out << "; may come back " << (verdict.wait.count() > 0 ? "in " + rules::PrintDuration(verdict.wait) : "now")
                << ", from " << admin::ShownTime(back->from) << " until " << admin::ShownTime(back->until);
  }
  context.out << '\n';
  const rules::Request& request = explained.about.request;
  if (request.sender != kSomebody) return;
  context.out << "          (each mail waits by itself: name its reference, or --sender and --recipient; all of them: "
                 "sekimorictl greylist show "
              << request.client->ToString() << ")\n";
}

void PrintThenAndNow(Context& context, const Explained& explained) {
  const cache::JournalRow& then = *explained.about.then;
  const serve::Inquiry::Finished& finished = explained.result.finished;
  const rules::Verdict& verdict = finished.verdict;
  const rules::ReverseDnsView& reverse = explained.result.assessment.reverse;
  Columns columns({"about", "then, " + admin::ShownTime(then.last), "now"});
  columns.Add({"verdict", then.would.empty() ? then.action : then.action + ", would " + then.would,
               rules::Name(finished.answered) + BesideAction(finished)});
  columns.Add({"because of", then.reason, rules::Name(verdict.reason)});
  columns.Add({"score", then.score, rules::PrintScore(verdict.score)});
  columns.Add({"signals", then.signals, rules::PrintSignals(SignalsOf(explained))});
  columns.Add({"mode", then.mode, rules::Name(verdict.mode)});
  columns.Add({"name", then.name, reverse.name});
  columns.Add({"reverse DNS", admin::ReverseDnsOf(then), StateOf(reverse)});
  const auto aged = [](const rules::FactText& fact) {
    return admin::AnswerOf(fact) + (fact.age ? " (" + rules::PrintDuration(*fact.age) + " old)" : "");
  };
  std::vector<rules::FactText> now;
  for (const auto& [question, fact] : explained.dns_facts) {
    now.push_back(admin::Describe(explained.config, question, fact, context.now));
  }
  const auto is_same = [](const rules::FactText& a) {
    return [&a](const rules::FactText& b) { return a.asked == b.asked && a.name == b.name && a.list == b.list; };
  };
  for (const rules::FactText& fact : then.facts) {
    const auto again = std::find_if(now.begin(), now.end(), is_same(fact));
    columns.Add({fact.asked + " " + fact.About(), aged(fact), again == now.end() ? "not asked" : aged(*again)});
  }
  for (const rules::FactText& fact : now) {
    if (std::any_of(then.facts.begin(), then.facts.end(), is_same(fact))) continue;
    columns.Add({fact.asked + " " + fact.About(), "not asked", aged(fact)});
  }
  columns.Print(context.out);
}

void PrintSignalRows(std::ostream& out, const std::vector<rules::Signal>& signals) {
  if (signals.empty()) {
    out << "  none\n";
    return;
  }
  Columns columns({"signal", "points", "rests on"});
  for (const rules::Signal& signal : signals) {
    const std::string about = signal.name.empty() ? signal.detail : signal.name + " on " + signal.detail;
    columns.Add({rules::Name(signal.kind), rules::PrintPoints(signal.points), about});
  }
  columns.Print(out);
}

void PrintLeftOut(std::ostream& out, const std::vector<cache::ZoneStateRow>& lists) {
  if (lists.empty()) return;
  out << "\nLists that give no points now\n";
  for (const cache::ZoneStateRow& row : lists) {
    out << "  " << row.shown << ": " << rules::Name(row.state) << (row.reason.empty() ? "" : ", " + row.reason) << '\n';
  }
}

void PrintVerdict(Context& context, const Explained& explained) {
  std::ostream& out = context.out;
  const serve::Inquiry::Finished& finished = explained.result.finished;
  const rules::Verdict& verdict = finished.verdict;
  const rules::Treatment treatment = rules::TreatmentOf(*explained.config.policy, explained.about.request.recipient);
  out << "\nVerdict   " << ColouredAction(out, rules::Name(finished.answered)) << BesideAction(finished) << " ("
      << rules::Name(verdict.reason) << "), score " << rules::PrintScore(verdict.score) << "; "
      << rules::PrintBands(treatment) << '\n';
  if (verdict.entry) {
    out << "Entry     " << rules::Name(verdict.entry->list) << ": " << rules::Meaning(verdict.entry->target) << " (by "
        << Shown(verdict.entry->author) << ", " << admin::ShownTime(verdict.entry->created)
        << (verdict.entry->comment.empty() ? "" : ": " + Shown(verdict.entry->comment)) << ")\n";
  }
  if (!verdict.table_rule.empty()) out << "Table     " << Shown(verdict.table_rule) << '\n';
  if (!treatment.name.empty()) out << "Class     " << Shown(treatment.name) << " (of the recipient)\n";
  if (verdict.mode != rules::Mode::kEnforce)
    out << "Mode      " << rules::Name(verdict.mode) << ": nothing is turned away\n";
  out << "Reply     " << Shown(explained.reply) << '\n';
  PrintComeBack(context, explained);
  if (explained.remedies.empty()) return;
  out << "\nWhat would change it\n";
  for (const std::string& remedy : explained.remedies) out << "  - " << Shown(remedy) << '\n';
}

void PrintText(Context& context, const Explained& explained) {
  const rules::ReverseDnsView& reverse = explained.result.assessment.reverse;
  if (explained.about.then) {
    PrintRow(context.out, *explained.about.then);
    context.out << '\n';
    PrintThenAndNow(context, explained);
    context.out << '\n';
  }
  context.out << "Client    " << explained.about.request.client->ToString() << "  "
              << (reverse.name.empty() ? "no name" : Shown(reverse.name)) << " (" << StateOf(reverse) << ")\n";
  if (!explained.dns_facts.empty()) {
    context.out << '\n';
    PrintFacts(context, explained.config, explained.dns_facts);
  }
  context.out << "\nSignals\n";
  PrintSignalRows(context.out, SignalsOf(explained));
  PrintLeftOut(context.out, explained.result.left_out);
  PrintVerdict(context, explained);
}

Json ComeBackToJson(const Explained& explained, rules::TimePoint now) {
  const rules::Verdict& verdict = explained.result.finished.verdict;
  if (!verdict.triplet) return {};
  const auto back = ComeBackOf(explained, now);
  return Json::Object()
      .Add("state", SeenBefore(verdict))
      .Add("wait", back ? Json(verdict.wait.count()) : Json())
      .Add("may_come_back", back ? Json(rules::PrintTime(back->from)) : Json())
      .Add("until", back ? Json(rules::PrintTime(back->until)) : Json());
}

void PrintJson(Context& context, const Explained& explained) {
  const auto& finished = explained.result.finished;
  const rules::Verdict& verdict = finished.verdict;
  Json signals = Json::Array();
  for (const rules::Signal& signal : SignalsOf(explained)) {
    signals.Append(Json::Object()
                       .Add("signal", rules::Name(signal.kind))
                       .Add("points", signal.points.tenths / 10.0)
                       .Add("detail", signal.detail)
                       .Add("name", signal.name));
  }
  Json left_out = Json::Array();
  for (const cache::ZoneStateRow& row : explained.result.left_out) {
    left_out.Append(
        Json::Object().Add("list", row.shown).Add("state", rules::Name(row.state)).Add("reason", row.reason));
  }
  Json remedies = Json::Array();
  for (const std::string& remedy : explained.remedies) remedies.Append(remedy);
  Json document = Json::Object();
  document.Add("client", explained.about.request.client->ToString())
      .Add("name", explained.result.assessment.reverse.name)
      .Add("reverse_dns", StateOf(explained.result.assessment.reverse))
      .Add("facts", admin::FactsToJson(explained.config, explained.dns_facts, context.now))
      .Add("signals", std::move(signals))
      .Add("lists_without_points", std::move(left_out))
      .Add("score", verdict.score.tenths / 10.0)
      .Add("action", rules::Name(finished.answered))
      .Add("would", finished.answered == verdict.action ? Json() : Json(rules::Name(verdict.action)))
      .Add("reason", rules::Name(verdict.reason))
      .Add("mode", rules::Name(verdict.mode))
      .Add("recipient_class", verdict.recipient_class)
      .Add("bands", rules::PrintBands(rules::TreatmentOf(*explained.config.policy, explained.about.request.recipient)))
      .Add("entry", verdict.entry ? admin::EntryToJson(*verdict.entry) : Json())
      .Add("table", verdict.table_rule.empty() ? Json() : Json(verdict.table_rule))
      .Add("greylist", ComeBackToJson(explained, context.now))
      .Add("reply", explained.reply)
      .Add("what_would_change_it", std::move(remedies))
      .Add("then", explained.about.then ? admin::RowToJson(*explained.about.then) : Json());
  context.out << document.Dump() << '\n';
}

}  // namespace

ExitStatus RunExplain(Context& context, const ExplainOptions& options) {
  const auto client = rules::ReadAddress(options.subject);
  const auto reference = admin::ParseReference(options.subject);
  if (!client && !reference) {
    return Fail(context, kBadInput,
                "expected a client's address or a reference, got \"" + Shown(options.subject) + "\"");
  }
  const OpenedStore opened = OpenStore(context, Needs::kWholeConfig);
  if (!opened.stores) return opened.status;

  Case about{RequestOf(options), {}};
  if (client) about.request.client = rules::WithoutNat64(*client, opened.config.policy->nat64_prefixes);
  if (!client) {
    auto rows =
        admin::AwaitRows(opened.config.store.directory, [&] { return admin::FindRows(*opened.stores, {*reference}); });
    if (rows.empty()) {
      return Fail(context, kNoSuchThing,
                  "no verdict with the reference " + reference->ToString() + " is kept (" +
                      admin::HowLongKept(opened.config, *opened.stores) + ")");
    }
    about = CaseOf(options, std::move(rows.front()));
  }
  const serve::DnsSource dns = options.is_from_cache ? serve::DnsSource::kStore : serve::DnsSource::kServers;
  Explained explained{about,
                      admin::DecideOffline(opened.config, *opened.stores, about.request, dns, context.now),
                      opened.config,
                      {},
                      {},
                      {}};
  for (const auto& [question, fact] : explained.result.facts.all()) {
    if (rules::AsksDns(question.kind)) explained.dns_facts.emplace_back(question, fact);
  }
  explained.reply = ReplyOf(*opened.stores, explained.result.finished);
  explained.remedies = rules::WhatWouldChange(*opened.config.policy, about.request, explained.result.finished.verdict);
  if (context.is_json) {
    PrintJson(context, explained);
  } else {
    PrintText(context, explained);
  }
  return kDone;
}

}  // namespace policyd::ctl
