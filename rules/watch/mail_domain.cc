#include "rules/watch/mail_domain.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "rules/sender_records/dmarc.h"
#include "rules/spf/spf.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace rules {
namespace {

using State = WatchFinding::State;

Fact FactOf(RecordType type, const WatchAnswer& answer) {
  Fact fact{.state = answer.state, .is_cut = answer.is_cut};
  if (!fact.is_present()) return fact;
  switch (type) {
    case RecordType::kPtr:
      fact.records = answer.names;
      break;
    case RecordType::kA:
    case RecordType::kAaaa:
      fact.records = answer.addresses;
      break;
    case RecordType::kTxt:
      fact.records = answer.texts;
      break;
    case RecordType::kMx:
      fact.records = answer.mail_hosts;
      break;
    case RecordType::kTlsa:
      break;
  }
  return fact;
}

bool IsUnavailable(const WatchAnswer& answer) {
  return answer.state == Fact::State::kUnavailable;
}

// Gathers what is wrong with one thing; problems outweigh what is not known.
class Complaints {
 public:
  Complaints(std::string subject, WatchCheck check) : finding_{.subject = std::move(subject), .check = check} {}

  void Wait() { is_open_ = true; }
  void Miss() { is_unknown_ = true; }
  void Add(std::string what) { problems_.push_back(std::move(what)); }

  // Nothing while an answer is out.
  std::optional<WatchFinding> Take() && {
    if (is_open_) return std::nullopt;
    finding_.state = !problems_.empty() ? State::kProblem : is_unknown_ ? State::kUnknown : State::kWell;
    finding_.detail = Joined(problems_);
    return std::move(finding_);
  }

 private:
  WatchFinding finding_;
  std::vector<std::string> problems_;
  bool is_open_ = false, is_unknown_ = false;
};

std::optional<SpfCheck> CheckSpf(const SpfRequest& request, const AskForWatch& ask) {
  Facts facts;
  for (;;) {
    SpfOutcome outcome = EvaluateSpf(request, facts);
    bool has_learnt = false;
    for (const Question& question : outcome.open) {
      const DnsQuestion asked = ToDns(question, request.client);
      const WatchAnswer* answer = ask(asked.name, asked.type);
      if (answer) has_learnt |= facts.Add(question, FactOf(asked.type, *answer));
    }
    if (!has_learnt) return std::move(outcome.check);
  }
}

void JudgeSpfOf(const IpAddress& client, const std::string& domain, const WatchPlan& plan, const AskForWatch& ask,
                Complaints& complaints) {
  const auto check = CheckSpf({.client = client, .helo = plan.helo, .sender = "postmaster@" + domain}, ask);
  if (!check) return complaints.Wait();
  if (check->vouches()) return;
  if (check->result == SpfResult::kTemperror) return complaints.Miss();
  const char* for_anybody = check->is_for_anybody ? " for anybody" : "";
  complaints.Add(client.ToString() + ": " + Name(check->result) + for_anybody);
}

void JudgeSpfRecord(const std::string& domain, const AskForWatch& ask, Complaints& complaints) {
  const WatchAnswer* answer = ask(domain, RecordType::kTxt);
  if (!answer) return complaints.Wait();
  if (IsUnavailable(*answer)) return complaints.Miss();
  const ChosenSpf chosen = ChooseSpfRecord(answer->texts, answer->is_cut);
  const bool is_record = chosen.state == ChosenSpf::State::kOne && ParseSpfRecord(chosen.record).record;
  const bool is_none = chosen.state == ChosenSpf::State::kNone;
  if (!is_record) complaints.Add(Name(is_none ? SpfResult::kNone : SpfResult::kPermerror));
}

std::optional<WatchFinding> ViewSpf(const std::string& domain, const WatchPlan& plan, const AskForWatch& ask) {
  Complaints complaints(domain, WatchCheck::kSpf);
  for (const IpAddress& client : plan.addresses) JudgeSpfOf(client, domain, plan, ask, complaints);
  if (plan.addresses.empty()) JudgeSpfRecord(domain, ask, complaints);
  return std::move(complaints).Take();
}

std::optional<WatchFinding> ViewDmarc(const std::string& domain, const AskForWatch& ask) {
  Complaints complaints(domain, WatchCheck::kDmarc);
  std::vector<DmarcTexts> walk;
  bool is_open = false;
  for (std::string& name : DmarcDomains(domain)) {
    const WatchAnswer* answer = ask("_dmarc." + name, RecordType::kTxt);
    is_open |= answer == nullptr;
    if (!answer) continue;
    walk.push_back({.domain = std::move(name), .is_answered = !IsUnavailable(*answer), .texts = answer->texts.whole});
  }
  if (is_open) return std::nullopt;
  const DmarcFound found = FindDmarc(walk);
  if (found.has_several) {
    complaints.Add("several records");
  } else if (!found.is_certain) {
    complaints.Miss();
  } else if (!found.record) {
    complaints.Add("no record");
  } else if (!found.record->bad_tags.empty()) {
    complaints.Add("_dmarc." + found.at + ": wrong " + Joined(found.record->bad_tags));
  }
  return std::move(complaints).Take();
}

// `name` takes mail: has it addresses, and is no alias?
void JudgeHost(const std::string& name, const AskForWatch& ask, Complaints& complaints) {
  bool is_open = false, is_unknown = false, has_address = false, is_alias = false;
  for (const RecordType type : {RecordType::kA, RecordType::kAaaa}) {
    const WatchAnswer* answer = ask(name, type);
    is_open |= answer == nullptr;
    if (!answer) continue;
    is_unknown |= IsUnavailable(*answer);
    has_address |= !answer->addresses.empty();
    is_alias |= answer->is_alias;
  }
  if (is_open) return complaints.Wait();
  if (is_alias) return complaints.Add(name + ": CNAME");
  if (has_address) return;
  if (is_unknown) return complaints.Miss();
  complaints.Add(name + ": no address");
}

std::optional<WatchFinding> ViewMx(const std::string& domain, const AskForWatch& ask) {
  Complaints complaints(domain, WatchCheck::kMx);
  const WatchAnswer* answer = ask(domain, RecordType::kMx);
  if (!answer) return std::nullopt;
  if (IsUnavailable(*answer)) complaints.Miss();
  for (const MailHost& host : answer->mail_hosts) {
    const bool is_host = NormalizeHostName(host.name) == host.name && !IpAddress::Parse(host.name);
    if (host.name.empty()) {
      complaints.Add("null MX");
    } else if (is_host) {
      JudgeHost(host.name, ask, complaints);
    } else {
      complaints.Add(host.name + ": no host name");
    }
  }
  if (answer->state == Fact::State::kAbsent) JudgeHost(domain, ask, complaints);
  return std::move(complaints).Take();
}

}  // namespace

std::vector<WatchFinding> ViewMailDomain(const std::string& domain, const WatchPlan& plan, const AskForWatch& ask) {
  std::vector<WatchFinding> findings;
  for (auto finding : {ViewSpf(domain, plan, ask), ViewDmarc(domain, ask), ViewMx(domain, ask)}) {
    if (finding) findings.push_back(*std::move(finding));
  }
  return findings;
}

}  // namespace rules
