#include "policyd/admin/measure/recorded_answers.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rules/evaluate.h"
#include "rules/greylist/greylisting.h"
#include "rules/reputation/reputation.h"
#include "rules/spf/spf.h"
#include "rules/values/ascii.h"

namespace policyd::admin {
namespace {

using rules::Fact;
using rules::Question;

// An address that is not the client's, of its family.
rules::IpAddress AnotherAddress(const rules::IpAddress& client) {
  const char* first = client.is_v4() ? "192.0.2.1" : "2001:db8::1";
  const char* second = client.is_v4() ? "192.0.2.2" : "2001:db8::2";
  const auto address = *rules::IpAddress::Parse(first);
  return address == client ? *rules::IpAddress::Parse(second) : address;
}

Fact AnswerPtr(const LabelledMail& mail) {
  if (mail.name_state == RecordedName::kNoData) return Fact::Unavailable();
  if (mail.name_state == RecordedName::kNone) return Fact::Absent();
  return Fact::Present(rules::HostNames{mail.name});
}

Fact AnswerForward(const LabelledMail& mail) {
  if (mail.name_state == RecordedName::kPtr) return Fact::Unavailable();
  const bool confirms = mail.name_state == RecordedName::kVerified;
  return Fact::Present(rules::Addresses{confirms ? *mail.request.client : AnotherAddress(*mail.request.client)});
}

// A record that says of the client what was recorded.  Of other domains, such as that of the HELO name, nothing is
// known.
Fact AnswerTexts(const LabelledMail& mail, const std::string& domain) {
  const rules::SpfRequest of_sender{.identity = rules::SpfIdentity::kMailFrom,
                                    .client = *mail.request.client,
                                    .helo = mail.request.helo_name,
                                    .sender = mail.request.sender};
  if (!mail.spf || domain != rules::SpfDomainOf(of_sender)) return Fact::Unavailable();
  const auto says = [](std::string record) {
    return Fact::Present(rules::Texts{.whole = {"v=spf1 " + std::move(record)}, .begun = {}});
  };
  const std::string family = mail.request.client->is_v4() ? "ip4:" : "ip6:";
  switch (*mail.spf) {
    case rules::SpfResult::kNone:
      return Fact::Absent();
    case rules::SpfResult::kNeutral:
      return says("?all");
    case rules::SpfResult::kPass:
      return says(family + mail.request.client->ToString() + " -all");
    case rules::SpfResult::kFail:
      return says("-all");
    case rules::SpfResult::kSoftfail:
      return says("~all");
    case rules::SpfResult::kPermerror:
      return says("error");
    case rules::SpfResult::kTemperror:
      return Fact::Unavailable();
  }
  return Fact::Unavailable();
}

// A zone whose name has a key is known by its shown name.
Fact AnswerList(const rules::Policy& policy, const RecordedHits& hits, const LabelledMail& mail,
                std::string_view zone) {
  if (!mail.list_hits) return Fact::Unavailable();
  const auto found = std::find_if(policy.zones.begin(), policy.zones.end(),
                                  [zone](const rules::Zone& candidate) { return candidate.name == zone; });
  const std::string_view shown = found == policy.zones.end() ? zone : std::string_view(found->shown);
  rules::Addresses answers;
  for (const std::string& name : *mail.list_hits) {
    const auto hit = hits.find(name);
    if (hit != hits.end() && (hit->second.zone == zone || hit->second.zone == shown)) {
      answers.push_back(hit->second.answer);
    }
  }
  return answers.empty() ? Fact::Absent() : Fact::Present(std::move(answers));
}

Fact Answer(const RecordedJudge& judge, const LabelledMail& mail, const RecordedJudge::Greylist& greylist,
            const Question& question) {
  switch (question.kind) {
    case Question::Kind::kPtr:
      return AnswerPtr(mail);
    case Question::Kind::kForward:
      return AnswerForward(mail);
    case Question::Kind::kList:
      return AnswerList(judge.policy, judge.hits, mail, question.zone);
    case Question::Kind::kNameList:
    case Question::Kind::kNameMailHosts:
      return Fact::Unavailable();
    case Question::Kind::kNameTexts:
      return AnswerTexts(mail, question.name);
    case Question::Kind::kNameAddresses:
      return Fact::Absent();  // not recorded: the figures may count too much wanted mail as delayed, never too little
    case Question::Kind::kClientEntries:
    case Question::Kind::kNameEntries:
    case Question::Kind::kSenderEntries:
    case Question::Kind::kRecipientEntries:
      return Fact::Present(rules::ListMatches{});
    case Question::Kind::kTriplet:
    case Question::Kind::kAutoWhitelist:
    case Question::Kind::kReputation:
    case Question::Kind::kCorrespondent:
      return greylist(question);
  }
  return Fact::Unavailable();
}

}  // namespace

rules::Result<RecordedHits> ParseRecordedHits(std::string_view text) {
  RecordedHits hits;
  std::size_t number = 0;
  for (const std::string_view line : rules::SplitLines(text)) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const std::vector<std::string_view> fields = rules::Split(line, '\t');
    const auto answer = fields.size() == 3 ? rules::IpAddress::Parse(fields[2]) : std::nullopt;
    if (!answer) return rules::Error{fmt::format("{}: expected NAME<TAB>zone<TAB>address", number)};
    hits.emplace(fields[0], RecordedHit{.zone = std::string(fields[1]), .answer = *answer});
  }
  return hits;
}

rules::Result<RecordedJudge> RecordedJudge::Make(const config::Config& config, bool with_lists) {
  RecordedJudge judge{.policy = *config.policy, .hits = {}};
  judge.policy.name_zones.clear();  // mail logs do not record the answers of name lists
  if (!with_lists) {
    judge.policy.zones.clear();
    return judge;
  }
  auto hits = ParseRecordedHits(DnsblTsv());
  if (!hits) return hits.error();
  judge.hits = *std::move(hits);
  if (!judge.policy.zones.empty()) return judge;
  const auto ready = config::ParseConfig("contrib/dnsbl.toml", DnsblToml());
  const config::Config* ready_set = std::get_if<config::Config>(&ready);
  if (!ready_set) return rules::Error{std::get_if<config::ConfigErrors>(&ready)->front()};
  judge.policy.zones = ready_set->policy->zones;
  return judge;
}

rules::Verdict RecordedJudge::Judge(const LabelledMail& mail, rules::TimePoint now, const Greylist& greylist) const {
  rules::Facts facts;
  for (;;) {
    rules::Outcome outcome = rules::Evaluate(policy, {}, mail.request, facts, now);
    if (outcome.verdict) return *std::move(outcome.verdict);
    for (const Question& question : outcome.open) facts.Add(question, Answer(*this, mail, greylist, question));
  }
}

std::optional<RecordedJudge::Counted> RecordedJudge::CountsOf(const LabelledMail& mail,
                                                              const rules::Verdict& verdict) const {
  const auto counts = rules::CountsOf(verdict, verdict.action);
  if (!counts) return std::nullopt;
  rules::Facts facts;
  for (;;) {
    const auto client = rules::Assess(policy, {}, *mail.request.client, facts);
    if (client.reverse.state) {
      return Counted{.client_key = rules::ClientKey(policy, *mail.request.client, client), .counts = *counts};
    }
    for (const Question& question : client.reverse.open) facts.Add(question, Answer(*this, mail, {}, question));
  }
}

}  // namespace policyd::admin
