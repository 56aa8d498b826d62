// A directory of a test's own, removed with all that is in it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace support {

class TempDirectory {
 public:
  enum class Where { kDisk, kMemory };

  // kMemory, where the system has a file system in memory: for thousands of commits, each of which would wait for the
  // disk.
  explicit TempDirectory(Where where = Where::kDisk) {
    if (where == Where::kMemory) Make("/dev/shm");
    if (path_.empty()) Make(std::filesystem::temp_directory_path());
  }
  ~TempDirectory() {
    std::error_code ignored;  // what a failing test left behind must not hide why it failed
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }  // empty where none could be made
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  void Make(const std::filesystem::path& parent) {
    std::string name = (parent / "sekimori-XXXXXX").string();
    if (mkdtemp(name.data())) path_ = name;
  }

  std::string path_;
};

}  // namespace support
