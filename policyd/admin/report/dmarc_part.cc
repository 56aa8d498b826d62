#include <algorithm>

#include "policyd/admin/report/part_writers.h"
#include "rules/sender_records/dmarc.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

using rules::DmarcPolicy;
using rules::RecordType;

constexpr std::size_t kMostReceivers = 5;

std::string At(const std::string& domain) {
  return "_dmarc." + domain;
}

void AddTags(Draft& draft, LineState state, const char* kind, const std::vector<std::string>& tags) {
  if (tags.empty()) return;
  draft.Add(state, kind, {{"tags", rules::Joined(tags)}}, 1).means = std::string(kind) + "_means";
}

// The domain of a mail address in "mailto:"; empty for all else.
std::string ReceiverOf(const std::string& uri) {
  constexpr std::string_view kScheme = "mailto:";
  if (!rules::LowerAscii(uri).starts_with(kScheme)) return {};
  const auto domain = rules::NormalizeHostName(rules::DomainOf(uri.substr(kScheme.size())));
  return domain.value_or(std::string());
}

// Who takes reports for others has to say so (RFC 9990, section 4).
void WriteReceivers(Draft& draft, const rules::DmarcFound& found) {
  std::vector<std::string> receivers;
  for (const std::string& uri : found.record->reports_to) {
    const std::string receiver = ReceiverOf(uri);
    const bool is_outside = !receiver.empty() && !rules::IsUnder(receiver, found.organisation);
    if (is_outside && receivers.size() < kMostReceivers && std::ranges::find(receivers, receiver) == receivers.end()) {
      receivers.push_back(receiver);
    }
  }
  for (const std::string& receiver : receivers) {
    const std::string name = found.at + "._report._dmarc." + receiver;
    const Seen seen = draft.Look(name, RecordType::kTxt);
    if (seen.is_open()) continue;
    if (!seen.is_present() && !seen.is_missing()) {
      draft.AddWithoutAnswer(seen, name, RecordType::kTxt, 1);
      continue;
    }
    const bool agrees = std::ranges::any_of(seen.texts(), [](const std::string& text) { return rules::IsDmarc(text); });
    ReportLine& line = draft.Add(agrees ? LineState::kFine : LineState::kWarning,
                                 agrees ? "report.dmarc.receiver" : "report.dmarc.no_receiver",
                                 {{"name", receiver}, {"at", found.at}}, 1);
    if (agrees) continue;
    line.means = "report.dmarc.no_receiver_means";
    line.record = TextLine(name, "v=DMARC1");
    line.command = DigCommand(name, RecordType::kTxt);
  }
}

void WritePolicy(Draft& draft, const std::string& domain, const rules::DmarcFound& found) {
  const DmarcPolicy policy = found.at == domain ? found.record->ForItself() : found.record->ForBelow(true);
  const bool only_watches = policy == DmarcPolicy::kNone;
  ReportLine& line =
      draft.Add(only_watches ? LineState::kWarning : LineState::kFine,
                only_watches ? "report.dmarc.watching" : "report.dmarc.policy",
                {{"name", domain}, {"policy", std::string(Name(policy))}, {"organisation", found.organisation}}, 1);
  line.means = only_watches ? "report.dmarc.watching_means" : "report.dmarc.policy_means";
  if (found.record->is_test) draft.Add(LineState::kWarning, "report.dmarc.test", {{"name", found.at}}, 1);
}

void WriteRecord(Draft& draft, const std::string& domain, const rules::DmarcFound& found) {
  const std::string proposal = "v=DMARC1; p=none; rua=mailto:postmaster@" + found.at;
  ReportLine& line = draft.Add(LineState::kFine, "report.record", {{"name", At(found.at)}, {"record", found.text}});
  line.command = DigCommand(At(found.at), RecordType::kTxt);
  if (found.at != domain) {
    draft.Add(LineState::kFine, "report.dmarc.inherited", {{"name", domain}, {"at", found.at}}, 1);
  }
  if (!found.record->holds()) {
    ReportLine& wrong =
        draft.Add(LineState::kWrong, "report.dmarc.void", {{"tags", rules::Joined(found.record->bad_tags)}}, 1);
    wrong.means = "report.dmarc.void_means";
    wrong.record = TextLine(At(found.at), proposal);
    return;
  }
  WritePolicy(draft, domain, found);
  AddTags(draft, LineState::kWrong, "report.dmarc.bad_tags", found.record->bad_tags);
  AddTags(draft, LineState::kWarning, "report.dmarc.former_tags", found.record->former_tags);
  AddTags(draft, LineState::kWarning, "report.dmarc.unknown_tags", found.record->unknown_tags);
  if (found.record->reports_to.empty()) {
    ReportLine& silent = draft.Add(LineState::kWarning, "report.dmarc.no_reports", {{"name", found.at}}, 1);
    silent.means = "report.dmarc.no_reports_means";
    silent.record = TextLine(
        At(found.at), found.text + (found.text.ends_with(';') ? "" : ";") + " rua=mailto:postmaster@" + found.at);
  }
  WriteReceivers(draft, found);
}

}  // namespace

std::optional<rules::DmarcFound> FindDmarcOf(Draft& draft, const std::string& domain) {
  std::vector<rules::DmarcTexts> answers;
  bool is_open = false;
  for (const std::string& at : rules::DmarcDomains(domain)) {
    const Seen seen = draft.Look(At(at), RecordType::kTxt);
    is_open |= seen.is_open();
    answers.push_back({.domain = at, .is_answered = seen.is_present() || seen.is_missing(), .texts = seen.texts()});
  }
  if (is_open) return std::nullopt;
  return rules::FindDmarc(answers);
}

void WriteDmarc(Draft& draft, const std::string& domain) {
  draft.Begin(ReportSection::kDmarc);
  const auto found = FindDmarcOf(draft, domain);
  if (!found) return;
  if (found->record && found->is_certain) return WriteRecord(draft, domain, *found);
  if (!found->is_certain) {
    const Seen own = draft.Look(At(domain), RecordType::kTxt);
    const bool own_failed = !own.is_present() && !own.is_missing();
    if (own_failed) return draft.AddWithoutAnswer(own, At(domain), RecordType::kTxt);
    draft.Add(LineState::kNoAnswer, "report.dmarc.no_answer_above", {{"name", domain}});
    return;
  }
  ReportLine& line = draft.Add(found->has_several ? LineState::kWrong : LineState::kNotThere,
                               found->has_several ? "report.dmarc.several" : "report.dmarc.none", {{"name", domain}});
  line.means = found->has_several ? "report.several_means" : "report.dmarc.none_means";
  line.record = TextLine(At(domain), "v=DMARC1; p=none; rua=mailto:postmaster@" + domain);
  line.command = DigCommand(At(domain), RecordType::kTxt);
}

}  // namespace policyd::admin
