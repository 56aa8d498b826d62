#include "policyd/admin/report/part_writers.h"
#include "rules/sender_records/dmarc.h"
#include "rules/sender_records/transport_records.h"
#include "rules/values/ascii.h"

namespace policyd::admin {
namespace {

using rules::RecordType;

// Where one of these records stands, and what to publish there.
struct Place {
  const char* kind;  // "report.mta_sts"
  rules::RecordVersion version;
  std::string name;
  std::string proposal;
};

// The one record; nothing where there is none, or no answer: that was said.
std::optional<std::string> LookOne(Draft& draft, const Place& place) {
  const Seen seen = draft.Look(place.name, RecordType::kTxt);
  if (seen.is_open()) return std::nullopt;
  if (!seen.is_present() && !seen.is_missing()) {
    draft.AddWithoutAnswer(seen, place.name, RecordType::kTxt);
    return std::nullopt;
  }
  const rules::OneRecord one = rules::FindOne(seen.texts(), place.version);
  if (one.count == 1) return one.text;
  const std::string kind = place.kind;
  ReportLine& line = draft.Add(one.count == 0 ? LineState::kNotThere : LineState::kWrong,
                               kind + (one.count == 0 ? ".none" : ".several"), {{"name", place.name}});
  line.means = one.count == 0 ? kind + ".none_means" : "report.several_means";
  line.record = TextLine(place.name, place.proposal);
  line.command = DigCommand(place.name, RecordType::kTxt);
  return std::nullopt;
}

void AddRecord(Draft& draft, const Place& place, const std::string& record, bool is_right) {
  ReportLine& line =
      draft.Add(is_right ? LineState::kFine : LineState::kWrong, is_right ? "report.record" : "report.bad_record",
                {{"name", place.name}, {"record", record}});
  line.command = DigCommand(place.name, RecordType::kTxt);
  if (is_right) return;
  line.means = "report.bad_record_means";
  line.record = TextLine(place.name, place.proposal);
}

}  // namespace

void WriteMtaSts(Draft& draft, const std::string& domain) {
  draft.Begin(ReportSection::kMtaSts);
  const Place place{"report.mta_sts", rules::kMtaStsVersion, "_mta-sts." + domain, "v=STSv1; id=1"};
  const auto record = LookOne(draft, place);
  if (!record) return;
  AddRecord(draft, place, *record, rules::MtaStsId(*record).has_value());
  draft.Add(LineState::kNotAsked, "report.mta_sts.policy", {{"name", domain}}, 1).command =
      "curl https://mta-sts." + domain + "/.well-known/mta-sts.txt";
}

void WriteTlsReports(Draft& draft, const std::string& domain) {
  draft.Begin(ReportSection::kTlsReports);
  const Place place{"report.tls_reports", rules::kTlsReportsVersion, "_smtp._tls." + domain,
                    "v=TLSRPTv1; rua=mailto:postmaster@" + domain};
  if (const auto record = LookOne(draft, place)) {
    AddRecord(draft, place, *record, !rules::TlsReportUris(*record).empty());
  }
}

void WriteBimi(Draft& draft, const std::string& domain) {
  draft.Begin(ReportSection::kBimi);
  const Place place{"report.bimi", rules::kBimiVersion, "default._bimi." + domain,
                    "v=BIMI1; l=https://" + domain + "/logo.svg"};
  const auto record = LookOne(draft, place);
  if (!record) return;
  const auto bimi = rules::ParseBimi(*record);
  AddRecord(draft, place, *record, bimi.has_value());
  const auto policy = FindDmarcOf(draft, domain);
  if (!bimi || !policy) return;
  const bool is_enforced = policy->record && policy->record->ForItself() != rules::DmarcPolicy::kNone;
  if (!is_enforced) draft.Add(LineState::kWarning, "report.bimi.without_policy", {{"name", domain}}, 1);
}

}  // namespace policyd::admin
