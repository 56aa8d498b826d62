#include "rules/explanation.h"

#include <optional>
#include <string_view>
#include <utility>

#include "rules/client/dynamic_name.h"
#include "rules/signal_table.h"

namespace rules {
namespace {

// The text with {client}, {name} and {list} replaced; a client without a name is called by its address.
std::string Remedy(const Signal& signal, const std::string& client, const std::string& name) {
  const std::string& called = signal.name.empty() ? name : signal.name;
  const std::pair<std::string_view, const std::string&> values[] = {
      {"{client}", client}, {"{name}", called.empty() ? client : called}, {"{list}", signal.detail}};
  std::string text = RowOf(signal.kind).remedy;
  for (const auto& [placeholder, value] : values) {
    const std::size_t at = text.find(placeholder);
    if (at != std::string::npos) text.replace(at, placeholder.size(), value);
  }
  return text;
}

// The target of an entry for the client.  The name of a dynamic line or a rented machine means no more than its
// address.
std::string EntryFor(const Verdict& verdict, const IpAddress& client) {
  if (verdict.reverse_dns != ReverseDns::kConfirmed) return client.ToString();
  const NameClass name_class = ClassifyName(verdict.name, client).name_class;
  const bool is_of_address = name_class == NameClass::kDynamic || name_class == NameClass::kCloud;
  return is_of_address ? client.ToString() + " --expires 90d" : verdict.name;
}

}  // namespace

std::string PrintBands(const Treatment& treatment) {
  const auto& [tag, greylist, defer, reject] = treatment.actions;
  const Bands& bands = treatment.bands;
  struct Band {
    Action band, action;
    const std::optional<Points>& limit;
  };
  const Band all[] = {{Action::kTag, tag, bands.tag},
                      {Action::kGreylist, greylist, bands.greylist},
                      {Action::kDefer, defer, bands.defer},
                      {Action::kReject, reject, bands.reject}};
  std::string text;
  for (const auto& [band, action, limit] : all) {
    if (!text.empty()) text += "; ";
    text += std::string(Name(action)) + (limit ? " from " + PrintPoints(*limit) : " off");
    if (action != band) text += std::string(" (") + Name(band) + ")";
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
  if (!verdict.table_rule.empty()) sentences.push_back("another rule than " + verdict.table_rule);
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
  sentences.push_back("an entry here: sekimorictl whitelist add " + EntryFor(verdict, *request.client));
  return sentences;
}

}  // namespace rules
