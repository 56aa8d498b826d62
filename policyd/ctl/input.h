// Files and standard input that a command reads whole, before it opens the store; and of a database that is imported,
// what its own dump program prints.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "policyd/admin/import/import.h"
#include "policyd/ctl/context.h"
#include "rules/values/result.h"

namespace policyd::ctl {

// The content of a regular file or a pipe, or of standard input for "-", as UTF-8 (rules/values/plain_text.h).  Errors
// say which file; more than 64 MiB is one.
rules::Result<std::string> ReadInput(Context& context, const std::string& file);

// The first bytes of standard input.  The rest is read, too, up to 64 MiB, and dropped: whoever writes it is not cut
// off.
std::string ReadBeginning(Context& context, std::size_t most);

// Is there something to read under this name that is not a folder?
bool IsReadableFile(const std::string& file);

// Runs db5.3_dump for a Berkeley DB file and sqlite3 for an SQLite file; reads anything else, and standard input for
// "-". A folder is taken for postgrey's: both its databases.  Errors say what was expected.
rules::Result<std::vector<admin::ImportSource>> ReadSources(Context& context, const std::string& file);

}  // namespace policyd::ctl
