// The text of a file that is imported: the file itself, or, of a database, what
// its own dump program prints.
#pragma once

#include <string>
#include <vector>

#include "policyd/admin/import/import.h"
#include "policyd/ctl/context.h"
#include "rules/values/result.h"

namespace policyd::ctl {

// Runs db5.3_dump for a Berkeley DB file and sqlite3 for an SQLite file; reads
// anything else, and standard input for
// "-".  A folder is taken for postgrey's: both its databases.  Errors say what
// was expected.
rules::Result<std::vector<admin::ImportSource>> ReadSources(Context& context, const std::string& file);

}  // namespace policyd::ctl
