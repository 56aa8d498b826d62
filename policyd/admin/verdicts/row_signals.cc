// signals = signal *( "," signal )
// signal  = kind ":" points [ "[" detail "]" ]
#include "policyd/admin/verdicts/row_signals.h"

#include <algorithm>
#include <string_view>

#include "rules/client/dynamic_name.h"
#include "rules/client/reverse_dns.h"
#include "rules/signal.h"
#include "rules/verdict.h"

namespace policyd::admin {
namespace {

// The place behind the signal at the beginning of `text`: a detail may hold commas.
std::size_t EndOfSignal(std::string_view text) {
  const std::size_t comma = std::min(text.find(','), text.size());
  const std::size_t open = text.find('[');
  if (open > comma) return comma;
  const std::size_t close = text.find(']', open);
  return close == std::string_view::npos ? text.size() : std::min(text.find(',', close), text.size());
}

bool IsOfAList(const RowSignal& signal) {
  const bool is_list =
      signal.kind == rules::Name(rules::SignalKind::kDnsbl) || signal.kind == rules::Name(rules::SignalKind::kNameList);
  return is_list && signal.points > rules::Points{};
}

}  // namespace

std::vector<RowSignal> SignalsOf(const cache::JournalRow& row) {
  std::vector<RowSignal> signals;
  for (std::string_view text = row.signals; !text.empty();) {
    const std::size_t end = EndOfSignal(text);
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t colon = one.find(':');
    if (colon == std::string_view::npos) continue;
    const std::size_t open = std::min(one.find('['), one.size());
    const auto points = rules::ParsePoints(one.substr(colon + 1, open - colon - 1));
    if (!points) continue;
    const bool has_detail = open < one.size() && one.ends_with(']');
    signals.push_back({.kind = std::string(one.substr(0, colon)),
                       .points = *points,
                       .detail = std::string(has_detail ? one.substr(open + 1, one.size() - open - 2) : "")});
  }
  return signals;
}

bool IsListed(const cache::JournalRow& row) {
  const auto signals = SignalsOf(row);
  return std::any_of(signals.begin(), signals.end(), IsOfAList);
}

std::string ListsOf(const cache::JournalRow& row) {
  std::string lists;
  for (const RowSignal& signal : SignalsOf(row)) {
    if (!IsOfAList(signal) || signal.detail.empty()) continue;
    lists += (lists.empty() ? "" : ", ") + signal.detail;
  }
  return lists;
}

bool HasConfirmedName(const cache::JournalRow& row) {
  return row.reverse_dns == rules::Name(rules::ReverseDns::kConfirmed) && !row.name.empty();
}

bool HasNameOfALine(const cache::JournalRow& row) {
  if (!HasConfirmedName(row)) return false;
  const rules::NameClass name_class = rules::ClassifyName(row.name, row.client).name_class;
  if (name_class == rules::NameClass::kDynamic || name_class == rules::NameClass::kCloud) return true;
  const auto signals = SignalsOf(row);
  return std::any_of(signals.begin(), signals.end(), [](const RowSignal& signal) {
    const auto kind = rules::ParseSignalKind(signal.kind);
    return kind == rules::SignalKind::kDynamicName || kind == rules::SignalKind::kCloudName ||
           kind == rules::SignalKind::kTable;
  });
}

bool WasNameAsked(const cache::JournalRow& row) {
  if (row.reverse_dns == rules::Name(std::optional<rules::ReverseDns>())) return false;
  // Rows from before these were distinguished.
  if (row.reverse_dns != rules::Name(rules::ReverseDns::kUnavailable)) return true;
  return std::any_of(row.facts.begin(), row.facts.end(),
                     [](const rules::FactText& fact) { return fact.asked == "ptr"; });
}

std::string ReverseDnsOf(const cache::JournalRow& row) {
  return WasNameAsked(row) ? row.reverse_dns : "not_asked";
}

}  // namespace policyd::admin
