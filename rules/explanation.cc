#include "rules/explanation.h"

#include <optional>
#include <string_view>
#include <utility>

namespace rules {
namespace {

std::string Remedy(const Signal& signal, const std::string& client, const std::string& name) {
  switch (signal.kind) {
    case SignalKind::kNoPtr:
      return "a PTR record for " + client + " with a name that has this address";
    case SignalKind::kNoForward:
      return "an address record of " + name + " with " + client;
    case SignalKind::kMismatch:
      return "the address " + client + " among those of " + name;
    case SignalKind::kUnavailableName:
      return "name servers for the reverse zone of " + client + " and for its name that answer";
    case SignalKind::kDynamicName:
    case SignalKind::kCloudName:
    case SignalKind::kTable:
      return "a name that says mail server instead of " + (name.empty() ? client : name);
    case SignalKind::kDnsbl:
      return "taking " + client + " off the list " + signal.detail;
    case SignalKind::kNameList:
      return "taking " + signal.name + " off the list " + signal.detail;
    case SignalKind::kHeloLiteral:
    case SignalKind::kHeloNotPublic:
    case SignalKind::kHeloLocalhost:
    case SignalKind::kHeloOwnName:
    case SignalKind::kHeloUnrelated:
    case SignalKind::kHeloMatch:
    case SignalKind::kSenderMatch:
      return "a HELO name that is a host name of the client";
  }
  return {};
}

}  // namespace

std::string PrintBands(const Bands& bands) {
  const std::pair<const char*, const std::optional<Points>&> limits[] = {
      {"tag", bands.tag}, {"greylist", bands.greylist}, {"defer", bands.defer}, {"reject", bands.reject}};
  std::string text;
  for (const auto& [name, limit] : limits) {
    if (!text.empty()) text += "; ";
    text += std::string(name) + (limit ? " from " + PrintPoints(*limit) : " off");
  }
  return text;
}

std::vector<std::string> WhatWouldChange(const Policy& policy, const Request& request, const Verdict& verdict) {
  std::vector<std::string> sentences;
  if (verdict.entry) {
    const char* list = Name(verdict.entry->list);
    sentences.push_back("removing the entry: sekimorictl " + std::string(list) + " remove " +
                        verdict.entry->target.text);
  }
  if (verdict.action == Action::kPass || !request.client) return sentences;
  const std::string client = request.client->ToString();
  if (verdict.action == Action::kGreylist) {
    sentences.push_back("sending the same mail again in " + PrintDuration(verdict.wait) + " or later, within " +
                        PrintDuration(policy.greylist.retry_window));
  }
  for (const Signal& signal : verdict.signals) {
    if (signal.points <= Points{}) continue;
    sentences.push_back(Remedy(signal, client, verdict.name) + " (" + PrintPoints(signal.points) + " points)");
  }
  const bool is_confirmed = verdict.reverse_dns == ReverseDns::kConfirmed;
  sentences.push_back("an entry here: sekimorictl whitelist add " + (is_confirmed ? verdict.name : client));
  return sentences;
}

}  // namespace rules
