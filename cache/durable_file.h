// Files and directories that are still there after a power cut.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rules/result.h"

namespace cache {

using rules::Error;
using rules::Result;
using rules::Status;

// "PATH: No such file or directory", from errno.
Error SystemError(const std::string& path);

// Creates it with mode 0750 unless it is there, and syncs its parent.
Status MakeDirectory(const std::string& path);

// Writes a file of mode 0640 whole or not at all.
Status ReplaceFile(const std::string& path, std::string_view text);

// The first `limit` bytes, or nothing where it cannot be read.
std::optional<std::string> ReadSmallFile(const std::string& path, std::size_t limit);

// fsync of a file or a directory.
Status SyncPath(const std::string& path);

}  // namespace cache
