// Files and directories that are still there after a power cut.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rules/values/result.h"

namespace cache {

using rules::Error;
using rules::Result;
using rules::Status;

// "PATH: No such file or directory", from errno.
Error SystemError(const std::string& path);

// Creates it with mode 0750 unless it is there, and syncs its parent.
Status MakeDirectory(const std::string& path);

// Opens a regular file of ours, or makes it; -1 and errno where something else stands there.  Never follows a link, and
// never waits as for the other end of a FIFO: the folder may belong to somebody else than the process.
int OpenOwnFile(const std::string& path, int flags, unsigned mode = 0);

// Writes a file of mode 0640 whole or not at all.
Status ReplaceFile(const std::string& path, std::string_view text);

// The first `limit` bytes of a file of ours, or nothing where it cannot be read.
std::optional<std::string> ReadSmallFile(const std::string& path, std::size_t limit);

// fsync of a file or a directory.
Status SyncPath(const std::string& path);

}  // namespace cache
