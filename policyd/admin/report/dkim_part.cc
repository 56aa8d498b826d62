#include <algorithm>
#include <array>

#include "policyd/admin/report/part_writers.h"
#include "rules/sender_records/dkim_key.h"
#include "rules/sender_records/tag_list.h"

namespace policyd::admin {
namespace {

using rules::DkimKey;
using rules::RecordType;

// Selectors that many senders have, since the programs and providers that sign propose them.
constexpr std::array kCommonSelectors{"default", "google", "selector1", "selector2", "mail",      "dkim",
                                      "k1",      "s1",     "s2",        "fm1",       "protonmail"};

std::string NameOf(const DkimSignature& key) {
  return key.selector + "._domainkey." + key.domain;
}

void AddKey(Draft& draft, LineState state, const std::string& kind, const std::string& name, unsigned bits = 0) {
  ReportLine& line = draft.Add(state, "report.dkim." + kind, {{"name", name}, {"bits", std::to_string(bits)}});
  line.command = DigCommand(name, RecordType::kTxt);
  if (state != LineState::kFine) line.means = line.what.kind + "_means";
}

void JudgeKey(Draft& draft, const std::string& name, const DkimKey& key) {
  if (key.is_revoked) return AddKey(draft, LineState::kWrong, "revoked", name);
  if (key.is_broken()) return AddKey(draft, LineState::kWrong, "broken", name);
  if (key.kind == DkimKey::Kind::kOther) return AddKey(draft, LineState::kWarning, "other_kind", name);
  const bool is_rsa = key.kind == DkimKey::Kind::kRsa;
  if (is_rsa && key.bits < rules::kLeastRsaBits) {
    AddKey(draft, LineState::kWrong, "short", name, key.bits);
  } else if (is_rsa && key.bits < rules::kGoodRsaBits) {
    AddKey(draft, LineState::kWarning, "weak", name, key.bits);
  } else {
    AddKey(draft, LineState::kFine, is_rsa ? "rsa" : "ed25519", name, key.bits);
  }
  if (key.is_test) AddKey(draft, LineState::kWarning, "test", name);
  if (key.is_sha1_only) AddKey(draft, LineState::kWrong, "sha1", name);
}

// The key of a selector that is known to be used, or may be.
void WriteKey(Draft& draft, const DkimSignature& wanted, bool must_exist) {
  const std::string name = NameOf(wanted);
  const Seen seen = draft.Look(name, RecordType::kTxt);
  if (seen.is_open()) return;
  if (!seen.is_present() && !seen.is_missing()) {
    if (must_exist) draft.AddWithoutAnswer(seen, name, RecordType::kTxt);
    return;
  }
  const std::vector<std::string>& texts = seen.texts();
  if (texts.empty() && !must_exist) return;
  if (texts.empty()) return AddKey(draft, LineState::kWrong, "none_at", name);
  if (texts.size() > 1) return AddKey(draft, LineState::kWrong, "several", name);
  const auto key = rules::ParseDkimKey(texts.front());
  if (key) return JudgeKey(draft, name, *key);
  AddKey(draft, must_exist ? LineState::kWrong : LineState::kWarning, "no_key", name);
}

// Selectors cannot be listed; that there are none at all can be known (RFC 8020).
void WriteUnknownSelectors(Draft& draft, const std::string& domain) {
  const std::string name = "_domainkey." + domain;
  const Seen seen = draft.Look(name, RecordType::kTxt);
  if (seen.is_open()) return;
  if (!seen.is_present() && !seen.is_missing()) return draft.AddWithoutAnswer(seen, name, RecordType::kTxt);
  if (seen.state == Seen::State::kNoName) {
    ReportLine& line = draft.Add(LineState::kNotThere, "report.dkim.none", {{"domain", domain}});
    line.means = "report.dkim.none_means";
    line.command = DigCommand(name, RecordType::kTxt);
    return;
  }
  for (const char* selector : kCommonSelectors) WriteKey(draft, {domain, selector}, false);
  draft.Add(LineState::kNotAsked, "report.dkim.other_selectors", {{"domain", domain}}).means =
      "report.dkim.other_selectors_means";
}

}  // namespace

std::optional<LineState> LookDkimKey(Draft& draft, const DkimSignature& key) {
  const Seen seen = draft.Look(NameOf(key), RecordType::kTxt);
  if (seen.is_open()) return std::nullopt;
  if (!seen.is_present() && !seen.is_missing()) return seen.WithoutAnswer();
  const auto found = seen.texts().size() == 1 ? rules::ParseDkimKey(seen.texts().front()) : std::nullopt;
  if (!found || found->is_revoked || found->is_broken() || found->is_sha1_only) return LineState::kWrong;
  const bool is_short = found->kind == DkimKey::Kind::kRsa && found->bits < rules::kLeastRsaBits;
  if (is_short) return LineState::kWrong;
  return found->is_test ? LineState::kWarning : LineState::kFine;
}

void WriteDkim(Draft& draft, const ReportAbout& about) {
  draft.Begin(ReportSection::kDkim);
  for (const DkimSignature& key : about.keys) WriteKey(draft, key, true);
  if (!about.keys.empty() && about.is_mail) draft.Add(LineState::kNotAsked, "report.dkim.not_verified", {});
  if (about.keys.empty() && about.is_mail) {
    draft.Add(LineState::kNotThere, "report.dkim.unsigned", {}).means = "report.dkim.unsigned_means";
  }
  if (about.keys.empty() && !about.domain.empty()) WriteUnknownSelectors(draft, about.domain);
}

}  // namespace policyd::admin
