// What no single key can tell: values that belong together, files that are named, and what works but should be known.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/config/config_keys.h"

namespace policyd {

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

// Brings what waits in the draft into its policy: zones, pattern tables (read relative to `directory`), names of
// this machine, the public suffix list.
void CompleteDraft(const std::string& directory, ConfigDraft& draft, ErrorList& errors);

// What the operator should know of the endpoints.
std::vector<std::string> ListenWarnings(const Config& config);

// What block lists think of these name servers; nothing where no list is asked.
std::vector<std::string> ResolverWarnings(const rules::Policy& policy, const std::vector<Endpoint>& servers);

// The name servers of a resolv.conf(5).
std::vector<Endpoint> NameServersOf(std::string_view resolv_conf);

}  // namespace policyd
