// A sentence for people as a value: what kind it is and what it is about.  The tool words it in English, a page in the
// language of its reader, so whoever states it knows no language.
//
//     Statement{"remedy.send_again", {{"wait", seconds{180}}}}    "sending the same mail again in {wait} or later"
//
// What is kept (records/, STORE/alarms) or carried through the program is the Statement; its sentence is made where it
// is shown.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rules/values/time.h"

namespace rules {

// A part of a sentence that each language words, too: "(shut down in 2017)".  Its places are those of the statement.
struct Phrase {
  std::string kind;  // the key of its text

  bool operator==(const Phrase&) const = default;
};

struct Statement {
  // A name, an address, a command: the same in all languages; or a duration, a time, a phrase, which each language
  // prints.
  using Value = std::variant<std::string, seconds, TimePoint, Phrase>;

  std::string kind{};  // the key of its sentence, "remedy.send_again"
  std::vector<std::pair<std::string, Value>> about{};

  bool operator==(const Statement&) const = default;
};

// What a kind says in English: {place} stands for what it is about.
struct StatementRow {
  std::string kind, text;
};

using StatementPlaces = std::vector<std::pair<std::string, Statement::Value>>;

// What others said, or what was kept before there were kinds: it is shown as it is, in English, in all languages.
Statement InOwnWords(std::string text);
// The words of such a one, else null.
const std::string* OwnWordsOf(const Statement& statement);

// With the other as a part of it, at `place`.  REQUIRES: both are about different places, and the other has no phrases.
Statement With(Statement statement, std::string place, const Statement& part);

// "3m", "2026-11-21T08:30:00Z", and a text as it is.
std::string PrintValue(const Statement::Value& value);

// The sentence with its places filled in; a place that the statement says nothing of stays empty.
using ValuePrinter = std::function<std::string(const Statement::Value&)>;
std::string Worded(std::string_view sentence, const Statement& statement, const ValuePrinter& print = PrintValue);

// In English, by the row of its kind, and of its phrases.  The kind itself where there is none: a newer version may
// have kept it.
std::string InEnglish(const Statement& statement, std::span<const StatementRow> rows);

// As one line without control characters, to be kept.  A line of no such form, as older versions kept them, is in its
// own words.
std::string ToLine(const Statement& statement);
Statement FromLine(std::string_view line);

}  // namespace rules
