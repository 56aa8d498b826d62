// A report on a sender: a table a part, a row a finding.
#include <optional>
#include <string>

#include "policyd/http/pages/figures.h"
#include "policyd/http/pages/pages.h"

namespace policyd::http::pages {
namespace {

const char* DotOf(admin::LineState state) {
  switch (state) {
    case admin::LineState::kFine:
      return "dot z-healthy";
    case admin::LineState::kWarning:
      return "dot z-slow";
    case admin::LineState::kWrong:
      return "dot z-dead";
    case admin::LineState::kNotThere:
    case admin::LineState::kNotAsked:
    case admin::LineState::kNoAnswer:
      break;
  }
  return "dot z-unknown";
}

void AddCode(Html& html, const Frame& frame, const char* key, const std::optional<std::string>& text) {
  if (!text) return;
  html.Open("span", {{"class", "record"}}).Text(frame.Text(key)).Text(": ");
  html.Open("code").Foreign(*text).Close().Close();
}

void AddLine(Html& html, const Frame& frame, const admin::ReportLine& line) {
  const std::string_view state = Name(line.state);
  html.Open("tr", {{"data-state", state}, {"data-kind", line.what.kind}}).Open("th", {{"scope", "row"}});
  html.Element("i", {{"class", DotOf(line.state)}, {"aria-hidden", "true"}}, "");
  html.Text(frame.texts.Word("report_state", state)).Close().Open("td");
  for (int depth = 0; depth < line.depth; ++depth) html.Text("– ");
  html.Add(frame.texts.Say(line.what));
  if (line.means) {
    html.Open("small", {{"class", "record"}})
        .Add(frame.texts.Say({.kind = *line.means, .about = line.what.about}))
        .Close();
  }
  AddCode(html, frame, "report.publish", line.record);
  if (line.state != admin::LineState::kFine) AddCode(html, frame, "report.check", line.command);
  if (line.link) {
    html.Open("span", {{"class", "record"}}).Text(frame.Text("report.removal")).Text(": ");
    html.Element("a", {Attribute::Href(Url::Elsewhere(*line.link)), {"rel", "noreferrer"}}, *line.link).Close();
  }
  html.Close().Close();
}

}  // namespace

void AddReport(Html& html, const Frame& frame, const admin::Report& report) {
  OpenCard(html, {"report", frame.texts.Fill("report.title", {report.subject}), "wide"});
  html.Element("p", {{"class", "hint"}},
               frame.texts.Fill("report.count", {CountText(report.answered), CountText(report.asked)}));
  for (const admin::ReportPart& part : report.parts) {
    html.Element("h3", {}, frame.texts.Word("report_part", Name(part.section)));
    html.Open("div", {{"class", "scroll"}}).Open("table", {{"class", "facts"}}).Open("tbody");
    for (const admin::ReportLine& line : part.lines) AddLine(html, frame, line);
    html.Close().Close().Close();
  }
  html.Close();
}

}  // namespace policyd::http::pages
