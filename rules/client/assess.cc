// The Signals.  Each is one function: Facts in, certain points or an interval out.
//
// An interval is sound if it holds every value that the missing answers could bring, also through what they would open.

#include <algorithm>
#include <string>
#include <utility>

#include "rules/client/dynamic_name.h"
#include "rules/evaluate.h"
#include "rules/values/dns_name.h"

namespace rules {
namespace {

void AddCertain(Assessment& assessment, Signal signal) {
  if (signal.points == Points{}) return;
  assessment.score += {signal.points, signal.points};
  assessment.signals.push_back(std::move(signal));
}

// The interval of "one of these, or nothing".
ScoreRange AnyOf(std::initializer_list<Points> points) {
  const auto [lowest, highest] = std::minmax(points);
  return {std::min(lowest, Points{}), std::max(highest, Points{})};
}

std::optional<SignalKind> SignalOf(const ReverseDnsView& reverse) {
  switch (*reverse.state) {
    case ReverseDns::kConfirmed:
      return std::nullopt;
    case ReverseDns::kNoPtr:
      return SignalKind::kNoPtr;
    case ReverseDns::kNoForward:
      return SignalKind::kNoForward;
    case ReverseDns::kMismatch:
      return SignalKind::kMismatch;
    case ReverseDns::kUnavailable:
      // A failure of DNS must not cost anybody mail; but the owner of a reverse zone must not switch the rules off by
      // not answering.
      if (reverse.blames_name) return SignalKind::kUnavailableName;
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Signal> LooksDynamic(const Policy& policy, const NameVerdict& verdict) {
  if (!policy.has_name_rules) return std::nullopt;
  switch (verdict.name_class) {
    case NameClass::kDynamic:
      return Signal{SignalKind::kDynamicName, policy.PointsOf(SignalKind::kDynamicName), std::string(verdict.rule), {}};
    case NameClass::kCloud:
      return Signal{SignalKind::kCloudName, policy.PointsOf(SignalKind::kCloudName), std::string(verdict.rule), {}};
    case NameClass::kMail:
    case NameClass::kPlain:
      break;
  }
  return std::nullopt;
}

// The first rule that says more than DUNNO in the tables that decide, or in those that count.  Postfix's
// check_client_access: a table is asked for the client's name ("unknown" where it is not confirmed), then, unless a
// rule held, for its address.
std::optional<TableDecision> InTables(const Policy& policy, const ReverseDnsView& reverse, const IpAddress& client,
                                      bool decides) {
  // A failure of DNS must not cost anybody mail: then an unknown name is no reason.
  if (reverse.state == ReverseDns::kUnavailable && !reverse.blames_name) return std::nullopt;
  for (const ClientTable& table : policy.dynamic_tables) {
    if (table.decides != decides) continue;
    auto match = table.patterns->Find(reverse.is_confirmed() ? reverse.name : "unknown");
    if (!match) match = table.patterns->Find(client.ToString());
    if (!match) continue;
    TableAction action = ParseTableAction(match->action);
    if (action.kind == TableAction::Kind::kNextTable) continue;
    return TableDecision{std::move(action), table.shown + ':' + std::to_string(match->line)};
  }
  return std::nullopt;
}

bool HasDecidingTable(const Policy& policy) {
  return std::any_of(policy.dynamic_tables.begin(), policy.dynamic_tables.end(),
                     [](const ClientTable& table) { return table.decides; });
}

void AddReverseDns(ClientAssessment& assessment, const Policy& policy, const IpAddress& client) {
  const ReverseDnsView& reverse = assessment.reverse;
  if (!reverse.state) {
    assessment.open = reverse.open;
    assessment.may_be_decided = HasDecidingTable(policy);
    assessment.may_lack_favour = true;
    assessment.score += AnyOf({policy.PointsOf(SignalKind::kNoPtr), policy.PointsOf(SignalKind::kNoForward),
                               policy.PointsOf(SignalKind::kMismatch), policy.PointsOf(SignalKind::kUnavailableName)});
    assessment.score += AnyOf({policy.PointsOf(SignalKind::kDynamicName), policy.PointsOf(SignalKind::kCloudName),
                               policy.PointsOf(SignalKind::kTable)});
    return;
  }
  if (reverse.state == ReverseDns::kUnavailable) assessment.lacks_favour = assessment.lacks_answers = true;
  if (const auto kind = SignalOf(reverse)) AddCertain(assessment, {*kind, policy.PointsOf(*kind), {}, {}});

  assessment.decision = InTables(policy, reverse, client, true);
  const NameVerdict name =
      reverse.name.empty() ? NameVerdict{} : ClassifyName(reverse.name, client, policy.ignored_name_words);
  assessment.has_shared_name = name.name_class == NameClass::kDynamic || name.name_class == NameClass::kCloud;
  const auto look = LooksDynamic(policy, name);
  if (look) AddCertain(assessment, *look);
  // A table adds names that the rules do not know: one name is not counted twice.
  if (look && look->kind == SignalKind::kDynamicName) return;
  auto rule = InTables(policy, reverse, client, false);
  if (!rule || !rule->action.turns_away()) return;
  assessment.has_shared_name = true;
  AddCertain(assessment, {SignalKind::kTable, policy.PointsOf(SignalKind::kTable), std::move(rule->rule), {}});
}

// The answers of one zone, for one name or several.
struct ZoneAnswers {
  Addresses records;
  bool is_open = false;
  bool is_unavailable = false;
};

void AddZone(Assessment& assessment, SignalKind kind, const Zone& zone, const ZoneAnswers& answers,
             const std::string& name) {
  const Points certain = zone.PointsFor(answers.records);
  if (certain != Points{}) AddCertain(assessment, {kind, certain, zone.shown, name});
  // The largest, not the sum: points in favour of another name of the mail must not take back a verdict that was given
  // early.
  assessment.is_listed |= zone.Lists(answers.records);
  if (answers.is_open) {
    // The entries that did not match yet may still do so.
    ScoreRange rest;
    for (const Zone::Entry& entry : zone.entries) {
      if (!zone.Matches(entry, answers.records)) rest += AnyOf({entry.points});
    }
    assessment.score += rest;
    assessment.may_become_listed |= rest.highest > Points{};
    assessment.may_lack_favour |= zone.has_negative_points();
  }
  assessment.lacks_answers |= answers.is_unavailable;
  assessment.lacks_favour |= answers.is_unavailable && zone.has_negative_points();
}

// Adds the Fact of one question to what a zone said, or the question to what is open.
bool Collect(ZoneAnswers& answers, const Fact* fact) {
  if (!fact) {
    answers.is_open = true;
    return false;
  }
  answers.is_unavailable |= fact->is_unavailable();
  const auto& records = fact->Get<Addresses>();
  answers.records.insert(answers.records.end(), records.begin(), records.end());
  return true;
}

void AddZones(Assessment& assessment, const std::vector<Zone>& zones, const Health& health, const IpAddress& client,
              const Facts& facts) {
  const ZoneFamily family = client.is_v4() ? ZoneFamily::kIpv4 : ZoneFamily::kIpv6;
  for (const Zone& zone : zones) {
    if (!health.HasFamily(zone.name, family)) continue;
    ZoneAnswers answers;
    if (!health.Counts(zone.name, family)) {
      answers.is_unavailable = true;
    } else if (!Collect(answers, facts.Find(Question::Kind::kList, {}, zone.name))) {
      assessment.open.push_back(Question::List(zone.name));
    }
    AddZone(assessment, SignalKind::kDnsbl, zone, answers, {});
  }
}

}  // namespace

Assessment& Assessment::operator+=(const Assessment& other) {
  score += other.score;
  signals.insert(signals.end(), other.signals.begin(), other.signals.end());
  open.insert(open.end(), other.open.begin(), other.open.end());
  is_listed |= other.is_listed;
  may_become_listed |= other.may_become_listed;
  lacks_favour |= other.lacks_favour;
  may_lack_favour |= other.may_lack_favour;
  lacks_answers |= other.lacks_answers;
  return *this;
}

ClientAssessment Assess(const Policy& policy, const Health& health, const IpAddress& client, const Facts& facts) {
  ClientAssessment assessment;
  assessment.reverse = ViewReverseDns(client, facts);
  AddReverseDns(assessment, policy, client);
  AddZones(assessment, policy.zones, health, client, facts);
  return assessment;
}

Assessment AssessZones(const std::vector<Zone>& zones, const Health& health, const IpAddress& client,
                       const Facts& facts) {
  Assessment assessment;
  AddZones(assessment, zones, health, client, facts);
  return assessment;
}

Assessment AssessNames(const Policy& policy, const Health& health, const Request& request,
                       const ReverseDnsView& reverse, const Facts& facts) {
  if (policy.name_zones.empty()) return {};
  std::vector<std::string> names;
  const auto add = [&names](const std::string& text) {
    const auto name = NormalizeHostName(text);
    const bool is_public_name = name && name->find('.') != std::string::npos && !IpAddress::Parse(*name);
    if (is_public_name && std::find(names.begin(), names.end(), *name) == names.end()) names.push_back(*name);
  };
  if (reverse.is_confirmed()) add(reverse.name);
  add(request.helo_name);
  add(DomainOf(request.sender));

  Assessment assessment;
  for (const Zone& zone : policy.name_zones) {
    ZoneAnswers answers;
    std::string listed;
    answers.is_open = !reverse.state.has_value();  // a name may still come
    answers.is_unavailable = !health.Counts(zone.name, ZoneFamily::kNames);
    for (const std::string& name : names) {
      if (answers.is_unavailable) break;
      Question question = Question::NameList(name, zone.name);
      const Fact* fact = facts.Find(question);
      if (!Collect(answers, fact)) assessment.open.push_back(std::move(question));
      if (fact && fact->is_present() && listed.empty()) listed = name;
    }
    AddZone(assessment, SignalKind::kNameList, zone, answers, listed);
  }
  return assessment;
}

}  // namespace rules
