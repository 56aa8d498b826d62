// How databases are recognised:
//
// clang-format off
//   SQLite        the file begins with "SQLite format 3" and a zero (sqlite.org/fileformat.html, 1.3)
//   Berkeley DB   bytes 12 to 15 are 0x00053162 for a B-tree, 0x00061561 for a hash, in the byte order of its machine
// clang-format on
//
// Both formats are those of a library; its own program writes them as text.
#include "policyd/ctl/input.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>
#include <utility>

#include "policyd/admin/import/foreign_program.h"
#include "rules/values/plain_text.h"

namespace policyd::ctl {
namespace {

// A list of a million entries is 30 MB; mail is no larger either.
constexpr std::size_t kLargest = 64U << 20U;
constexpr std::size_t kChunk = 64U << 10U;

rules::Result<std::string> ReadAll(std::istream& in, const std::string& shown) {
  std::string content;
  std::string chunk(kChunk, '\0');
  while (in.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || in.gcount() > 0) {
    content.append(chunk, 0, static_cast<std::size_t>(in.gcount()));
    if (content.size() > kLargest) return rules::Error{shown + ": expected at most 64 MiB"};
  }
  if (in.bad()) return rules::Error{shown + ": expected a readable file: " + std::strerror(errno)};
  return rules::ToUtf8(std::move(content));
}

namespace fs = std::filesystem;

enum class Format : std::uint8_t { kText, kSqlite, kBerkeleyDb };

Format FormatOf(const std::string& file) {
  std::array<char, 16> begin{};
  std::ifstream in(file, std::ios::binary);
  if (!in.read(begin.data(), begin.size())) return Format::kText;
  if (std::memcmp(begin.data(), "SQLite format 3", begin.size()) == 0) return Format::kSqlite;
  const std::string magic(begin.begin() + 12, begin.end());
  for (const std::string& known : {std::string("\x62\x31\x05\x00", 4), std::string("\x61\x15\x06\x00", 4)}) {
    if (magic == known || magic == std::string(known.rbegin(), known.rend())) return Format::kBerkeleyDb;
  }
  return Format::kText;
}

std::vector<std::string> SqliteDump(const std::string& file) {
  return {"sqlite3", "-readonly", file, ".dump"};
}

// A database in use is read through its environment: the newest rows may not stand in the file yet.
std::vector<std::string> BerkeleyDbDump(const std::string& file) {
  const fs::path path = file;
  std::error_code fault;
  if (!fs::exists(path.parent_path() / "__db.001", fault)) return {"db5.3_dump", "-p", path.string()};
  return {"db5.3_dump", "-p", "-h", path.parent_path().string(), path.filename().string()};
}

rules::Result<std::string> ReadOne(Context& context, const std::string& file) {
  if (file == "-") return ReadInput(context, file);
  std::error_code fault;
  const fs::path path = fs::absolute(file, fault);
  if (fault) return rules::Error{file + ": expected a readable file: " + fault.message()};
  switch (FormatOf(file)) {
    case Format::kSqlite:
      return admin::OutputOf({.words = SqliteDump, .package = "sqlite3"}, path.string());
    case Format::kBerkeleyDb:
      return admin::OutputOf({.words = BerkeleyDbDump, .package = "db5.3-util"}, path.string());
    case Format::kText:
      break;
  }
  return ReadInput(context, file);
}

}  // namespace

rules::Result<std::string> ReadInput(Context& context, const std::string& file) {
  if (file == "-") return ReadAll(context.in, "standard input");
  struct stat about {};
  if (stat(file.c_str(), &about) != 0) {
    return rules::Error{file + ": expected a readable file: " + std::strerror(errno)};
  }
  if (S_ISDIR(about.st_mode)) return rules::Error{file + ": expected a file, this is a folder"};
  std::ifstream in(file, std::ios::binary);
  if (!in) return rules::Error{file + ": expected a readable file: " + std::strerror(errno)};
  return ReadAll(in, file);
}

std::string ReadBeginning(Context& context, std::size_t most) {
  std::string beginning;
  std::string chunk(kChunk, '\0');
  for (std::size_t read = 0; read < kLargest;) {
    context.in.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    const auto size = static_cast<std::size_t>(context.in.gcount());
    if (size == 0) break;
    read += size;
    beginning.append(chunk, 0, std::min(size, most - beginning.size()));
  }
  return beginning;
}

bool IsReadableFile(const std::string& file) {
  struct stat about {};
  if (stat(file.c_str(), &about) != 0 || S_ISDIR(about.st_mode)) return false;
  return std::ifstream(file).is_open();
}

rules::Result<std::vector<admin::ImportSource>> ReadSources(Context& context, const std::string& file) {
  std::error_code fault;
  std::vector<std::string> files = {file};
  if (file != "-" && fs::is_directory(file, fault)) {
    files.clear();
    for (const char* name : {"postgrey.db", "postgrey_clients.db"}) {
      if (fs::exists(fs::path(file) / name, fault)) files.push_back((fs::path(file) / name).string());
    }
    if (files.empty()) return rules::Error{file + ": expected a file, or a folder with postgrey.db"};
  }
  std::vector<admin::ImportSource> sources;
  for (const std::string& one : files) {
    auto text = ReadOne(context, one);
    if (!text) return text.error();
    sources.push_back({one == "-" ? "standard input" : one, std::move(*text)});
  }
  return sources;
}

}  // namespace policyd::ctl
