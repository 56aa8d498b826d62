#include "policyd/admin/report/report.h"

namespace policyd::admin {
namespace {

runtime::Json TextOrNull(const std::optional<std::string>& text) {
  return text ? runtime::Json(*text) : runtime::Json();
}

runtime::Json LineToJson(const ReportLine& line) {
  std::optional<std::string> means;
  if (line.means) means = rules::InEnglish({.kind = *line.means, .about = line.what.about}, ReportRows());
  return runtime::Json::Object()
      .Add("state", Name(line.state))
      .Add("depth", line.depth)
      .Add("kind", line.what.kind)
      .Add("text", rules::InEnglish(line.what, ReportRows()))
      .Add("means", TextOrNull(means))
      .Add("publish", TextOrNull(line.record))
      .Add("check", TextOrNull(line.command))
      .Add("removal", TextOrNull(line.link));
}

}  // namespace

const char* Name(ReportSection section) {
  switch (section) {
    case ReportSection::kMail:
      return "mail";
    case ReportSection::kClient:
      return "client";
    case ReportSection::kHelo:
      return "helo";
    case ReportSection::kSpf:
      return "spf";
    case ReportSection::kDkim:
      return "dkim";
    case ReportSection::kDmarc:
      return "dmarc";
    case ReportSection::kMx:
      return "mx";
    case ReportSection::kMtaSts:
      return "mta_sts";
    case ReportSection::kTlsReports:
      return "tls_reports";
    case ReportSection::kDane:
      return "dane";
    case ReportSection::kBimi:
      return "bimi";
    case ReportSection::kLists:
      return "lists";
    case ReportSection::kNow:
      return "now";
  }
  return "";
}

const char* Name(LineState state) {
  switch (state) {
    case LineState::kFine:
      return "fine";
    case LineState::kWarning:
      return "warning";
    case LineState::kWrong:
      return "wrong";
    case LineState::kNotThere:
      return "not_there";
    case LineState::kNotAsked:
      return "not_asked";
    case LineState::kNoAnswer:
      return "no_answer";
  }
  return "";
}

runtime::Json ToJson(const config::Config& config, const Report& report, rules::TimePoint now) {
  runtime::Json parts = runtime::Json::Array();
  for (const ReportPart& part : report.parts) {
    runtime::Json lines = runtime::Json::Array();
    for (const ReportLine& line : part.lines) lines.Append(LineToJson(line));
    parts.Append(runtime::Json::Object().Add("part", Name(part.section)).Add("lines", std::move(lines)));
  }
  return runtime::Json::Object()
      .Add("subject", report.subject)
      .Add("client", report.client ? runtime::Json(report.client->ToString()) : runtime::Json())
      .Add("helo", TextOrNull(report.helo))
      .Add("sender", TextOrNull(report.sender))
      .Add("domain", TextOrNull(report.domain))
      .Add("questions", report.asked)
      .Add("answers", report.answered)
      .Add("parts", std::move(parts))
      .Add("now", report.now ? ToJson(config, *report.now, now) : runtime::Json());
}

}  // namespace policyd::admin
