#include "policyd/http/why/causes.h"

#include <array>
#include <optional>

#include "policyd/admin/verdicts/row_signals.h"
#include "rules/action.h"
#include "rules/signal.h"
#include "rules/verdict.h"

namespace policyd::http::why {
namespace {

// Nothing for what speaks in favour.
std::optional<CauseKind> KindOf(rules::SignalKind kind) {
  using rules::SignalKind;
  switch (kind) {
    case SignalKind::kNoPtr:
      return CauseKind::kNoPtr;
    case SignalKind::kNoForward:
      return CauseKind::kNoForward;
    case SignalKind::kMismatch:
      return CauseKind::kMismatch;
    case SignalKind::kUnavailableName:
      return CauseKind::kUnavailableName;
    case SignalKind::kDynamicName:
      return CauseKind::kDynamicName;
    case SignalKind::kCloudName:
      return CauseKind::kCloudName;
    case SignalKind::kTable:
      return CauseKind::kTable;
    case SignalKind::kDnsbl:
      return CauseKind::kDnsbl;
    case SignalKind::kNameList:
      return CauseKind::kNameList;
    case SignalKind::kHeloLiteral:
      return CauseKind::kHeloLiteral;
    case SignalKind::kHeloNotPublic:
      return CauseKind::kHeloNotPublic;
    case SignalKind::kHeloLocalhost:
      return CauseKind::kHeloLocalhost;
    case SignalKind::kHeloOwnName:
      return CauseKind::kHeloOwnName;
    case SignalKind::kHeloUnrelated:
      return CauseKind::kHeloUnrelated;
    case SignalKind::kHeloMatch:
    case SignalKind::kSenderMatch:
    case SignalKind::kMailName:
    case SignalKind::kReputationGood:
    case SignalKind::kKnownCorrespondent:
      return std::nullopt;
    case SignalKind::kReputationPoor:
      return CauseKind::kReputation;
    case SignalKind::kSpfFail:
    case SignalKind::kSpfSoftfail:
      return CauseKind::kSpf;
    case SignalKind::kHeloSpfFail:
      return CauseKind::kSpfHelo;
    case SignalKind::kSpfPermerror:
      return CauseKind::kSpfError;
    // Of our own logins, who are not sent to this page.
    case SignalKind::kLimitReached:
    case SignalKind::kJump:
    case SignalKind::kManyNetworks:
    case SignalKind::kStrangers:
    case SignalKind::kForeignDomains:
    case SignalKind::kBounces:
      return std::nullopt;
  }
  return std::nullopt;
}

constexpr std::array<const char*, kCauseKinds> kNames{
    "no_ptr",        "no_forward",     "mismatch",  "unavailable_name", "dynamic_name",    "cloud_name",
    "table",         "dnsbl",          "name_list", "helo_literal",     "helo_not_public", "helo_localhost",
    "helo_own_name", "helo_unrelated", "blocklist", "separate",         "reputation",      "spf",
    "spf_helo",      "spf_error",      "other"};

}  // namespace

const char* Name(CauseKind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<Cause> CausesOf(const cache::JournalRow& row) {
  if (row.reply.find(" 4.5.3 ") != std::string::npos) return {{.kind = CauseKind::kSeparate}};
  // A person decided: what else spoke against the mail did not count.
  if (row.reason == rules::Name(rules::Reason::kBlocklist)) return {{.kind = CauseKind::kBlocklist}};
  if (!row.table.empty()) return {{.kind = CauseKind::kTable}};
  std::vector<Cause> causes;
  for (const admin::RowSignal& signal : admin::SignalsOf(row)) {
    const auto known = rules::ParseSignalKind(signal.kind);
    const auto kind = known ? KindOf(*known) : std::nullopt;
    if (!kind || signal.points <= rules::Points{}) continue;
    const bool is_list = *kind == CauseKind::kDnsbl || *kind == CauseKind::kNameList;
    Cause cause{.kind = *kind, .list = is_list ? signal.detail : std::string()};
    if (std::find(causes.begin(), causes.end(), cause) == causes.end()) causes.push_back(std::move(cause));
  }
  if (causes.empty()) causes.push_back({.kind = CauseKind::kOther});
  return causes;
}

bool IsTold(const cache::JournalRow& row) {
  return row.action == rules::Name(rules::Action::kGreylist) || row.action == rules::Name(rules::Action::kDefer) ||
         row.action == rules::Name(rules::Action::kReject);
}

}  // namespace policyd::http::why
