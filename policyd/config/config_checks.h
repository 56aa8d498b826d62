// Checks of the configuration beyond a single key: values that belong together, files that are named, and warnings of
// what works but should be known.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/config/config_keys.h"
#include "rules/policy.h"
#include "rules/values/statement.h"

namespace policyd::config {

// The errors of a configuration file and of what it includes, in the order of lines.
//
// Lines are counted on through all texts, the file's own first: a number alone says which text and which line of it.
class ErrorList {
 public:
  explicit ErrorList(std::string file, std::string_view text = {}) { AddSource(std::move(file), text); }

  // Another text that is read, too.  Returns what is added to the numbers of its lines.
  int AddSource(std::string file, std::string_view text);
  struct Place {
    std::string file;
    int line = 0;
  };
  Place PlaceOf(int line) const;

  // `FILE:LINE: key: expected ..., got ...`
  void Add(int line, std::string_view key, std::string_view what);
  // Errors of a file that this line names, with their own places.
  void AddForeign(int line, std::string text);

  bool empty() const { return errors_.empty(); }
  ConfigErrors Sorted() const;

 private:
  std::vector<Place> sources_;  // with the number of the line before their first
  int end_ = 0;
  std::vector<std::pair<int, std::string>> errors_;
};

// Tells of each band that begins below a milder one; both keys are `prefix` and the name of the band.
void CheckBands(
    const rules::Bands& bands, std::string_view prefix,
    const std::function<void(std::string_view key, std::string_view milder, const std::string& text)>& tell);

// Brings what waits in the draft into its policy: zones, pattern tables (read relative to `directory`), names of
// this machine, the public suffix list.
void CompleteDraft(const std::string& directory, ConfigDraft& draft, ErrorList& errors);

// Warnings about the endpoints.
std::vector<rules::Statement> ListenWarnings(const Config& config);

// Warnings of block lists that refuse these name servers; nothing where no list is asked.
std::vector<rules::Statement> ResolverWarnings(const rules::Policy& policy, const std::vector<Endpoint>& servers);

// The name servers of a resolv.conf(5).
std::vector<Endpoint> NameServersOf(std::string_view resolv_conf);

// Warnings of settings that have no effect: bands that are never reached, tables of which no line counts, settings of
// lists that are not asked.  `KEY has no effect: WHY (FILE:LINE)`, of keys that were given.  REQUIRES: the draft is
// complete.
std::vector<rules::Statement> EffectWarnings(const ConfigDraft& draft, const ErrorList& places);

// Configured DNS lists that are gone, with what took their place, and entries whose points alone never hold a mail.
// `has_threshold`: the weights were multiplied already.
std::vector<rules::Statement> ZoneWarnings(const rules::Policy& policy, bool has_threshold);

// Checked before a TOML text is parsed at all.  The parser bounds brackets but not dots, and takes tables apart by
// recursion: a key of 100,000 dots used up the stack.
inline constexpr int kMostDotsOfKey = 32;  // our keys have two

// The first line on which a key or a header has more dots; nothing where there is none.
std::optional<int> LineOfDeepKey(std::string_view text);

}  // namespace policyd::config
