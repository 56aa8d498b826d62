#include "policyd/config/warning_rows.h"

#include <utility>
#include <variant>
#include <vector>

#include "policyd/runtime/shown.h"
#include "rules/zones/known_zones.h"

namespace policyd::config {

namespace {

std::vector<rules::StatementRow> MakeRows() {
  std::vector<rules::StatementRow> rows;
  for (const WarningRow& row : kWarningRows) rows.push_back({std::string(row.kind), std::string(row.text)});
  const auto of_zones = rules::GoneZoneRows();
  rows.insert(rows.end(), of_zones.begin(), of_zones.end());
  return rows;
}

}  // namespace

std::span<const rules::StatementRow> WarningRows() {
  static const std::vector<rules::StatementRow> kRows = MakeRows();
  return kRows;
}

rules::Statement Warning(WarningKind kind, rules::StatementPlaces about) {
  rules::Statement warning{.kind = std::string(kind.key()), .about = std::move(about)};
  for (auto& [place, value] : warning.about) {
    if (auto* text = std::get_if<std::string>(&value)) *text = runtime::Shown(*text);
  }
  return warning;
}

std::string WarningText(const rules::Statement& warning) {
  return rules::InEnglish(warning, WarningRows());
}

}  // namespace policyd::config
