#include "policyd/http/pages/wording.h"

#include <utility>

#include "policyd/admin/verdicts/row_signals.h"
#include "policyd/http/pages/figures.h"
#include "rules/explanation.h"

namespace policyd::http::pages {
namespace {

// The key of a target's meaning, and what of its text it names.
std::pair<const char*, std::string> MeaningOf(const rules::Target& target) {
  using Kind = rules::Target::Kind;
  const std::string& text = target.text;
  const bool is_below = rules::CoversSubdomains(target);
  switch (target.kind) {
    case Kind::kAddress:
      return {"meaning.address", text};
    case Kind::kNetwork:
      return {"meaning.network", text};
    case Kind::kHost:
      return {"meaning.host", text};
    case Kind::kDomain:
      return {"meaning.domain", text.substr(1)};
    case Kind::kPattern:
      return {"meaning.pattern", text};
    case Kind::kSender:
      return {"meaning.sender", text};
    case Kind::kSenderDomain:
      return {is_below ? "meaning.senders_below" : "meaning.senders", text.substr(is_below ? 2 : 1)};
    case Kind::kRecipient:
      return {"meaning.recipient", text.substr(5)};
    case Kind::kRecipientDomain:
      return {is_below ? "meaning.recipients_below" : "meaning.recipients", text.substr(is_below ? 7 : 6)};
  }
  return {"meaning.address", text};
}

// "{0}; {0}"
Html SaidBy(const Texts& texts, const admin::Finding& finding) {
  Html html;
  for (const rules::Statement& statement : finding.said) {
    if (!html.empty()) html.Text("; ");
    html.Add(texts.Say(statement));
  }
  const bool is_of_store = finding.kind == admin::FindingKind::kNotReady;
  return is_of_store ? texts.Sentence("finding.degraded", {{"0", std::move(html)}}) : html;
}

// Of which words of ours the second thing is that such a finding is about; null where it is a name.
const char* WordsOf(admin::FindingKind kind) {
  if (kind == admin::FindingKind::kListWithoutPoints) return "zone";
  return kind == admin::FindingKind::kWatchProblem ? "watch_check" : nullptr;
}

std::vector<Filling> FillingsOf(const Texts& texts, const admin::Finding& finding) {
  if (!finding.said.empty()) return {{"0", SaidBy(texts, finding)}};
  std::vector<Filling> fillings;
  constexpr std::string_view kPlaces[] = {"0", "1"};
  for (std::size_t i = 0; i < finding.about.size() && i < std::size(kPlaces); ++i) {
    const char* words = i == 1 ? WordsOf(finding.kind) : nullptr;
    Html value;
    value.Text(words ? texts.Word(words, finding.about[i]) : finding.about[i]);
    fillings.push_back({kPlaces[i], std::move(value)});
  }
  return fillings;
}

std::string KeyOf(const admin::Finding& finding) {
  return "finding." + std::string(finding.name());
}

}  // namespace

std::string BandsText(const Texts& texts, const rules::Treatment& treatment) {
  std::vector<std::string> bands;
  for (const rules::BandView& band : rules::BandsOf(treatment)) {
    const std::string action = texts.Word("action", rules::Name(band.action));
    bands.push_back(band.from ? texts.Fill("bands.from", {action, rules::PrintPoints(*band.from)})
                              : texts.Fill("bands.off", {action}));
  }
  return texts.Fill("bands.all", bands);
}

std::string MeaningText(const Texts& texts, const rules::ListEntry& entry) {
  const auto [key, about] = MeaningOf(entry.target);
  const bool is_whitelist = entry.list == rules::ListKind::kWhitelist;
  std::string text = texts.Fill(key, {about});
  if (!is_whitelist) text = texts.Fill("meaning.action", {text, texts.Word("action", rules::Name(entry.action))});
  if (entry.if_confirmed) text = texts.Fill("meaning.if_confirmed", {text, *entry.if_confirmed});
  if (entry.if_spf) text = texts.Fill("meaning.if_spf", {text});
  if (rules::IsForgeable(entry)) text = texts.Fill("meaning.unless_listed", {text});
  if (entry.expires) text = texts.Fill("meaning.until", {text, FullTimeText(*entry.expires)});
  return text;
}

std::string SignalsText(const Texts& texts, const cache::JournalRow& row) {
  std::string text;
  for (const admin::RowSignal& signal : admin::SignalsOf(row)) {
    if (!text.empty()) text += ", ";
    text += texts.Word("signal", signal.kind) + ' ' + rules::PrintPoints(signal.points);
    if (!signal.detail.empty()) text += " (" + signal.detail + ')';
  }
  return text;
}

Html FindingText(const Texts& texts, const admin::Finding& finding) {
  return texts.Sentence(KeyOf(finding), FillingsOf(texts, finding));
}

Html HintText(const Texts& texts, const admin::Finding& finding) {
  return texts.Sentence(KeyOf(finding) + ".hint", FillingsOf(texts, finding));
}

}  // namespace policyd::http::pages
