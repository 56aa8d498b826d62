// Reads the text of Postfix's alias maps, aliases(5) and virtual(5), into values: a name and what it leads to.
//
// Pure: nothing is opened, no included file either.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/values/result.h"

namespace policyd::admin {

struct AliasTarget {
  enum class Kind : std::uint8_t {
    kAddress,  // in one form (rules::ComparableAddress); one without '@' is a name of this machine
    kDomain,   // "@there.example": the same local part there; virtual(5) only
    kCommand,  // "|command"
    kFile,     // "/var/mail/archive"
    kInclude,  // ":include:/etc/postfix/members": the path
  };

  Kind kind = Kind::kAddress;
  std::string text;

  bool operator==(const AliasTarget&) const = default;
};

struct AliasEntry {
  std::string name;   // in one form: "ann", "ann@ours.example", "@ours.example"
  std::string place;  // "/etc/aliases:12"
  std::vector<AliasTarget> targets;

  bool operator==(const AliasEntry&) const = default;
};

enum class AliasForm : std::uint8_t { kAliases, kVirtual };

struct AliasMap {
  AliasForm form = AliasForm::kAliases;
  std::vector<AliasEntry> entries;
  std::vector<std::string> domains;  // kVirtual: those that it gives addresses to
};

// The form is that of the first line: "name: ..." is one of aliases(5).  `file` is only named, in places and errors:
// "FILE:LINE: what was expected".
rules::Result<AliasMap> ParseAliasMap(std::string_view file, std::string_view text);

// What stands in an included file: targets in lines.
std::vector<AliasTarget> ParseIncluded(std::string_view text);

}  // namespace policyd::admin
