// sentence = *( text / "{" place "}" )
// line     = kind *( TAB place value ) / own words
// kind     = 1*( lower case / digit / "_" / "." ), with a "."
// value    = "=" text / "@" seconds since 1970 / "~" seconds / ":" kind of a phrase
#include "rules/values/statement.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "rules/values/ascii.h"

namespace rules {
namespace {

const Statement::Value* Find(const Statement& statement, std::string_view place) {
  const auto found = std::find_if(statement.about.begin(), statement.about.end(),
                                  [place](const auto& one) { return one.first == place; });
  return found == statement.about.end() ? nullptr : &found->second;
}

constexpr std::string_view kOwnWords = "own_words";

bool IsOfKey(char c) {
  return (c >= 'a' && c <= 'z') || IsDigit(c) || c == '_' || c == '.';
}

bool IsKind(std::string_view text) {
  return text.find('.') != std::string_view::npos && std::all_of(text.begin(), text.end(), IsOfKey);
}

std::string WithoutControls(std::string text) {
  constexpr char kDelete = 0x7f;
  std::replace_if(
      text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == kDelete; }, ' ');
  return text;
}

std::string PrintField(const Statement::Value& value) {
  if (const auto* duration = std::get_if<seconds>(&value)) return "~" + std::to_string(duration->count());
  if (const auto* time = std::get_if<TimePoint>(&value)) {
    return "@" + std::to_string(time->time_since_epoch().count());
  }
  if (const auto* phrase = std::get_if<Phrase>(&value)) return ":" + phrase->kind;
  return "=" + WithoutControls(std::get<std::string>(value));
}

std::optional<Statement::Value> ParseField(std::string_view field) {
  if (field.empty()) return std::nullopt;
  const std::string_view text = field.substr(1);
  if (field.front() == '=') return std::string(text);
  if (field.front() == ':' && IsKind(text)) return Phrase{std::string(text)};
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  if (field.front() == '~') return seconds{number};
  if (field.front() == '@') return TimePoint{seconds{number}};
  return std::nullopt;
}

const StatementRow* RowOf(std::string_view kind, std::span<const StatementRow> rows) {
  const auto row = std::find_if(rows.begin(), rows.end(), [kind](const StatementRow& one) { return one.kind == kind; });
  return row == rows.end() ? nullptr : &*row;
}

}  // namespace

std::string PrintValue(const Statement::Value& value) {
  if (const auto* duration = std::get_if<seconds>(&value)) return PrintDuration(*duration);
  if (const auto* time = std::get_if<TimePoint>(&value)) return PrintTime(*time);
  if (const auto* phrase = std::get_if<Phrase>(&value)) return phrase->kind;
  return std::get<std::string>(value);
}

Statement InOwnWords(std::string text) {
  return {.kind = std::string(kOwnWords), .about = {{"text", std::move(text)}}};
}

const std::string* OwnWordsOf(const Statement& statement) {
  if (statement.kind != kOwnWords) return nullptr;
  const auto* text = Find(statement, "text");
  return text ? std::get_if<std::string>(text) : nullptr;
}

Statement With(Statement statement, std::string place, const Statement& part) {
  if (const std::string* words = OwnWordsOf(part)) {
    statement.about.emplace_back(std::move(place), *words);
    return statement;
  }
  statement.about.emplace_back(std::move(place), Phrase{part.kind});
  statement.about.insert(statement.about.end(), part.about.begin(), part.about.end());
  return statement;
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

std::string InEnglish(const Statement& statement, std::span<const StatementRow> rows) {
  if (const std::string* words = OwnWordsOf(statement)) return *words;
  const StatementRow* row = RowOf(statement.kind, rows);
  if (!row) return statement.kind;
  return Worded(row->text, statement, [&](const Statement::Value& value) {
    const auto* phrase = std::get_if<Phrase>(&value);
    const StatementRow* of_phrase = phrase ? RowOf(phrase->kind, rows) : nullptr;
    return of_phrase ? Worded(of_phrase->text, statement) : PrintValue(value);
  });
}

std::string ToLine(const Statement& statement) {
  if (const std::string* words = OwnWordsOf(statement)) return WithoutControls(*words);
  std::string line = statement.kind;
  for (const auto& [place, value] : statement.about) line += '\t' + place + PrintField(value);
  return line;
}

Statement FromLine(std::string_view line) {
  const auto fields = Split(line, '\t');
  Statement statement{.kind = std::string(fields.front())};
  if (!IsKind(statement.kind)) return InOwnWords(std::string(line));
  for (const std::string_view field : std::span(fields).subspan(1)) {
    const auto end = std::find_if_not(field.begin(), field.end(), IsOfKey);
    const auto size = static_cast<std::size_t>(end - field.begin());
    auto value = ParseField(field.substr(size));
    if (!value) return InOwnWords(std::string(line));
    statement.about.emplace_back(field.substr(0, size), *std::move(value));
  }
  return statement;
}

}  // namespace rules
