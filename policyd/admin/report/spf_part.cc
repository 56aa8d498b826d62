#include <algorithm>

#include "policyd/admin/report/part_writers.h"
#include "rules/spf/spf_tree.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

using rules::RecordType;
using rules::SpfNode;

// The record that is proposed where there is none.
std::string Proposal(const ReportAbout& about) {
  const std::string own =
      about.client ? (about.client->is_v4() ? "ip4:" : "ip6:") + about.client->ToString() + " " : "";
  return "v=spf1 " + own + "mx -all";
}

// The same record with the client; empty where it does not fit into one string of a zone file as it stands.
std::string ProposalWith(const rules::IpAddress& client, const std::string& domain, const std::string& record) {
  constexpr std::size_t kVersion = std::string_view("v=spf1").size(), kLongest = 255;
  const std::string term = (client.is_v4() ? " ip4:" : " ip6:") + client.ToString();
  const std::string text = record.substr(0, kVersion) + term + record.substr(kVersion);
  const bool is_plain = text.find_first_of("\"\\") == std::string::npos && rules::IsAscii(text);
  return is_plain && text.size() <= kLongest ? TextLine(domain, text) : std::string();
}

void AddResult(Draft& draft, const ReportAbout& about, const SpfNode& root) {
  if (!about.client) return;
  ReportLine* line = WriteSpfCheck(draft, SenderRequest(about));
  if (!line || line->means != "report.spf.refused_means") return;
  line->record = ProposalWith(*about.client, about.spf_domain, root.record);
}

void AddRoot(Draft& draft, const ReportAbout& about, bool has_several) {
  ReportLine& line = draft.Add(has_several ? LineState::kWrong : LineState::kNotThere,
                               has_several ? "report.spf.several" : "report.spf.none", {{"domain", about.spf_domain}});
  line.means = has_several ? "report.spf.several_means" : "report.spf.none_means";
  line.record = TextLine(about.spf_domain, Proposal(about));
  line.command = DigCommand(about.spf_domain, RecordType::kTxt);
}

void AddNode(Draft& draft, const SpfNode& node) {
  const auto add = [&](LineState state, const char* kind) -> ReportLine& {
    return draft.Add(state, std::string("report.spf.") + kind,
                     {{"domain", node.domain}, {"term", node.term}, {"record", node.record}}, node.depth);
  };
  switch (node.state) {
    case SpfNode::State::kOpen:
      return;
    case SpfNode::State::kRecord:
      add(LineState::kFine, "record").command = DigCommand(node.domain, RecordType::kTxt);
      return;
    case SpfNode::State::kNone:
      add(LineState::kWrong, "include_of_none").means = "report.spf.include_of_none_means";
      return;
    case SpfNode::State::kSeveral:
      add(LineState::kWrong, "include_of_several").means = "report.spf.include_of_none_means";
      return;
    case SpfNode::State::kNoAnswer:
      draft.AddWithoutAnswer(draft.Look(node.domain, RecordType::kTxt), node.domain, RecordType::kTxt, node.depth);
      return;
    case SpfNode::State::kTooLong:
      add(LineState::kWrong, "too_long").means = "report.spf.too_long_means";
      return;
    case SpfNode::State::kLoop:
      add(LineState::kWrong, "loop").means = "report.spf.include_of_none_means";
      return;
    case SpfNode::State::kMacro:
      add(LineState::kNotAsked, "macro");
      return;
    case SpfNode::State::kLeftOut:
      add(LineState::kNotAsked, "left_out");
      return;
  }
}

void JudgeTree(Draft& draft, const ReportAbout& about, const rules::SpfTree& tree) {
  const auto add = [&](LineState state, const std::string& kind) -> ReportLine& {
    ReportLine& line = draft.Add(state, "report.spf." + kind,
                                 {{"domain", about.spf_domain},
                                  {"count", std::to_string(tree.look_ups)},
                                  {"terms", rules::Joined(tree.bad_terms)}});
    line.means = "report.spf." + kind + "_means";
    return line;
  };
  if (tree.fails_all) add(LineState::kFine, "no_mail");
  if (!tree.bad_terms.empty()) add(LineState::kWrong, "bad_terms");
  if (tree.look_ups > rules::kMostSpfLookUps) {
    add(LineState::kWrong, "too_many");
  } else {
    draft.Add(LineState::kFine, "report.spf.count", {{"count", std::to_string(tree.look_ups)}});
  }
  if (tree.allows_all) add(LineState::kWrong, "anybody");
  if (tree.uses_ptr) add(LineState::kWarning, "ptr");
  if (tree.ends_neutral) add(LineState::kWarning, "neutral");
}

}  // namespace

void WriteSpf(Draft& draft, const ReportAbout& about) {
  draft.Begin(ReportSection::kSpf);
  const rules::SpfTree tree =
      rules::DrawSpfTree(about.spf_domain, [&draft](const std::string& name) -> std::optional<rules::SpfTexts> {
        const Seen seen = draft.Look(name, RecordType::kTxt);
        if (seen.is_open()) return std::nullopt;
        return rules::SpfTexts{.is_answered = seen.is_present() || seen.is_missing(),
                               .texts = seen.reply().texts,
                               .is_cut = seen.reply().is_cut};
      });
  const SpfNode& root = tree.nodes.front();
  const bool has_several = root.state == SpfNode::State::kSeveral;
  if (has_several || root.state == SpfNode::State::kNone) return AddRoot(draft, about, has_several);
  for (const SpfNode& node : tree.nodes) AddNode(draft, node);
  if (root.state == SpfNode::State::kRecord && tree.is_certain()) JudgeTree(draft, about, tree);
  AddResult(draft, about, root);
}

}  // namespace policyd::admin
