// What the pages say, in each language: texts/LANGUAGE.txt, a line a text, for translators to read.
//
// Whatever is shown comes from there: words of the rules by Word(), their sentences by Say(), durations by Duration().
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policyd/http/html.h"
#include "policyd/http/language.h"
#include "rules/values/statement.h"

namespace policyd::http {

class Texts {
 public:
  // Lives as long as the program.
  static const Texts& Of(Language language);
  // `KEY = TEXT` a line; lines that begin with '#' and empty ones say nothing.
  static Texts Parse(std::string_view file);

  // The key itself where there is no text: seen, and a test finds it.
  std::string_view operator()(std::string_view key) const;
  bool Has(std::string_view key) const { return texts_.contains(key); }
  // With {0}, {1} filled in.
  std::string Fill(std::string_view key, const std::vector<std::string>& with) const;
  // With HTML in its places, as Filled() does.
  Html Sentence(std::string_view key, const std::vector<Filling>& fillings = {}) const;
  // A word of ours that the rules print, in this language: Word("reason", "no_ptr"); itself where there is no text.
  std::string Word(std::string_view kind, std::string_view word) const;
  // The sentence of its kind; times are the daemon's local time.  What is in its own words, or of a kind that nobody
  // knows, says that it is English.
  Html Say(const rules::Statement& statement) const;
  // "3m", "2d 5h"
  std::string Duration(rules::seconds duration) const;

  const std::map<std::string, std::string, std::less<>>& all() const { return texts_; }

 private:
  std::map<std::string, std::string, std::less<>> texts_;
};

// A file that the build put into the program.
struct BuiltIn {
  std::string_view name, text;
};
// texts/ and the assets/ of pages/ and why/.
const std::vector<BuiltIn>& BuiltIns();
// REQUIRES: there is one of this name.
std::string_view BuiltInText(std::string_view name);

}  // namespace policyd::http
