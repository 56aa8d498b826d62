// The text of a file that is imported: the file itself, or, of a database, what
// its own dump program prints.
#pragma once

#include <string>
#include <vector>

#include "policyd/ctl/context.h"
#include "rules/values/result.h"

namespace policyd::ctl {

struct ImportSource {
  std::string name;  // as it is told to people
  std::string text;
};

// Runs db5.3_dump for a Berkeley DB file and sqlite3 for an SQLite file; reads
// anything else, and standard input for
// "-".  A folder is taken for postgrey's: both its databases.  Errors say what
// was expected.
rules::Result<std::vector<ImportSource>> ReadSources(Context& context, const std::string& file);

}  // namespace policyd::ctl
