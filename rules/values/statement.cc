// sentence = *( text / "{" place "}" )
#include "rules/values/statement.h"

#include <algorithm>
#include <cassert>

namespace rules {
namespace {

const Statement::Value* Find(const Statement& statement, std::string_view place) {
  const auto found = std::find_if(statement.about.begin(), statement.about.end(),
                                  [place](const auto& one) { return one.first == place; });
  return found == statement.about.end() ? nullptr : &found->second;
}

// What stands in the places of the sentence in `text`; nothing where it is no such sentence.
std::optional<Statement> MatchOf(std::string_view text, const StatementRow& row) {
  Statement statement{.kind = row.kind};
  std::string_view sentence = row.text;
  const std::size_t first = std::min(sentence.find('{'), sentence.size());
  if (text.substr(0, first) != sentence.substr(0, first)) return std::nullopt;
  text.remove_prefix(first);
  sentence.remove_prefix(first);
  while (!sentence.empty()) {
    const std::size_t close = sentence.find('}');
    const std::string_view place = sentence.substr(1, close - 1);
    sentence.remove_prefix(close + 1);
    const std::string_view behind = sentence.substr(0, std::min(sentence.find('{'), sentence.size()));
    const bool is_last = behind.size() == sentence.size();
    const bool ends_so = text.size() >= behind.size() && text.ends_with(behind);
    const std::size_t end = !is_last  ? text.find(behind)
                            : ends_so ? text.size() - behind.size()
                                      : std::string_view::npos;
    if (end == std::string_view::npos) return std::nullopt;
    statement.about.emplace_back(place, std::string(text.substr(0, end)));
    text.remove_prefix(end + behind.size());
    sentence.remove_prefix(behind.size());
  }
  if (!text.empty()) return std::nullopt;
  return statement;
}

}  // namespace

std::string PrintValue(const Statement::Value& value) {
  if (const auto* duration = std::get_if<seconds>(&value)) return PrintDuration(*duration);
  if (const auto* time = std::get_if<TimePoint>(&value)) return PrintTime(*time);
  return std::get<std::string>(value);
}

std::string Worded(std::string_view sentence, const Statement& statement, const ValuePrinter& print) {
  std::string text;
  while (!sentence.empty()) {
    const std::size_t open = std::min(sentence.find('{'), sentence.size());
    const std::size_t close = sentence.find('}', open);
    text += sentence.substr(0, close == std::string_view::npos ? sentence.size() : open);
    if (close == std::string_view::npos) break;
    if (const auto* value = Find(statement, sentence.substr(open + 1, close - open - 1))) text += print(*value);
    sentence.remove_prefix(close + 1);
  }
  return text;
}

std::optional<Statement> ReadBack(std::string_view text, std::span<const StatementRow> rows) {
  for (const StatementRow& row : rows) {
    if (auto statement = MatchOf(text, row)) return statement;
  }
  return std::nullopt;
}

std::string InEnglish(const Statement& statement, std::span<const StatementRow> rows) {
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const StatementRow& one) { return one.kind == statement.kind; });
  assert(row != rows.end() && "there is a row of its kind");
  return row == rows.end() ? statement.kind : Worded(row->text, statement);
}

}  // namespace rules
