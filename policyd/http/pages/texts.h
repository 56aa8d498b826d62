// What the pages say, in each language: texts/LANGUAGE.txt, a line a text, for translators to read.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policyd/http/language.h"

namespace policyd::http::pages {

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
  // A word of ours that the rules print, in this language: Word("reason", "no_ptr"); itself where there is no text.
  std::string Word(std::string_view kind, std::string_view word) const;

  const std::map<std::string, std::string, std::less<>>& all() const { return texts_; }

 private:
  std::map<std::string, std::string, std::less<>> texts_;
};

// A file that the build put into the program.
struct BuiltIn {
  std::string_view name, text;
};
// assets/ and texts/.
const std::vector<BuiltIn>& BuiltIns();
// REQUIRES: there is one of this name.
std::string_view BuiltInText(std::string_view name);

}  // namespace policyd::http::pages
