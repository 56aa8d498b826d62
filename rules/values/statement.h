// A sentence for people as a value: what kind it is and what it is about.  The tool words it in English, a page in the
// language of its reader, so whoever states it knows no language.
//
//     Statement{"remedy.send_again", {{"wait", seconds{180}}}}    "sending the same mail again in {wait} or later"
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rules/values/time.h"

namespace rules {

struct Statement {
  // A name, an address, a command: the same in all languages; or a duration or a time, which each language prints.
  using Value = std::variant<std::string, seconds, TimePoint>;

  std::string kind{};  // the key of its sentence, "remedy.send_again"
  std::vector<std::pair<std::string, Value>> about{};

  bool operator==(const Statement&) const = default;
};

// What a kind says in English: {place} stands for what it is about.
struct StatementRow {
  std::string kind, text;
};

// "3m", "2026-11-21T08:30:00Z", and a text as it is.
std::string PrintValue(const Statement::Value& value);

// The sentence with its places filled in; a place that the statement says nothing of stays empty.
using ValuePrinter = std::function<std::string(const Statement::Value&)>;
std::string Worded(std::string_view sentence, const Statement& statement, const ValuePrinter& print = PrintValue);

// The statement of which this is the sentence in English: what is kept as a text (records/) has a kind all the same.
// Nothing where no row fits.
std::optional<Statement> ReadBack(std::string_view text, std::span<const StatementRow> rows);

// In English, by the row of its kind.  REQUIRES: there is one.
std::string InEnglish(const Statement& statement, std::span<const StatementRow> rows);

}  // namespace rules
