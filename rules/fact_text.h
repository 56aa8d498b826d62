// Puts a Fact of DNS into words, for the journal and for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rules/fact.h"
#include "rules/policy.h"
#include "rules/question.h"

namespace rules {

struct FactText {
  std::string asked;                 // "ptr", "forward", "list", "name_list"
  std::string name;                  // forward, name_list: the name that was asked about
  std::string list;                  // list, name_list: as it is shown, since a zone may hold a key
  std::string answer;                // "present", "absent", "unavailable"
  std::vector<std::string> records;  // names, addresses, or texts of strangers, each cut
  std::optional<seconds> age;        // none where no answer came in time

  bool operator==(const FactText&) const = default;
  // Name, list or both; empty for ptr.
  std::string About() const;
};

// REQUIRES: AsksDns(question.kind).
FactText Describe(const Policy& policy, const Question& question, const Fact& fact, TimePoint now);

}  // namespace rules
