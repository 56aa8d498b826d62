#include "policyd/admin/stores/store_copy.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <optional>

namespace policyd::admin {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as the kernel

class Walk {
 public:
  Walk(const std::string& path, uid_t owner) : owner_(owner) {
    const std::size_t last = path.find_last_not_of('/');
    if (last == std::string::npos) return;  // the root itself
    std::error_code fault;
    Ahead(fs::absolute(path.substr(0, last + 1), fault).parent_path());
  }

  rules::Result<PathPower> Run() {
    if (auto error = Look(here_)) return *std::move(error);
    while (!ahead_.empty()) {
      const fs::path part = ahead_.front();
      ahead_.pop_front();
      if (auto error = Enter(part)) return *std::move(error);
    }
    return power_;
  }

 private:
  void Ahead(const fs::path& path) {
    const fs::path below = path.relative_path();
    ahead_.insert(ahead_.begin(), below.begin(), below.end());
  }

  std::optional<rules::Error> Enter(const fs::path& part) {
    if (part == ".") return std::nullopt;
    if (part == "..") {
      here_ = here_.parent_path();
      return std::nullopt;
    }
    const fs::path next = here_ / part;
    struct stat about {};
    const bool is_there = lstat(next.c_str(), &about) == 0;
    if (!is_there && errno == ENOENT) {
      ahead_.clear();  // the caller sees that the path leads nowhere
      return std::nullopt;
    }
    if (!is_there) return Refused(next, std::strerror(errno));
    if (!S_ISLNK(about.st_mode)) {
      here_ = next;
      return Look(next);
    }
    if (auto error = Owned(next, about)) return error;
    std::error_code fault;
    const fs::path target = fs::read_symlink(next, fault);
    if (fault || ++links_ > kMostLinks) return Refused(next, "a link that leads nowhere");
    if (target.is_absolute()) here_ = "/";
    Ahead(target);
    return std::nullopt;
  }

  std::optional<rules::Error> Look(const fs::path& folder) {
    struct stat about {};
    if (stat(folder.c_str(), &about) != 0) return Refused(folder, std::strerror(errno));
    if (auto error = Owned(folder, about)) return error;
    const bool is_open = (about.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (about.st_mode & S_ISVTX) == 0;
    if (is_open) return Refused(folder, "others may write to it");
    return std::nullopt;
  }

  std::optional<rules::Error> Owned(const fs::path& path, const struct stat& about) {
    if (about.st_uid == 0) return std::nullopt;
    if (about.st_uid != owner_) return Refused(path, "it belongs to user " + std::to_string(about.st_uid));
    power_ = PathPower::kOwner;
    return std::nullopt;
  }

  static rules::Error Refused(const fs::path& path, const std::string& why) {
    return rules::Error{path.string() + ": expected a path that only root and the store's owner can change: " + why};
  }

  const uid_t owner_;
  fs::path here_ = "/";
  std::deque<fs::path> ahead_;
  int links_ = 0;
  PathPower power_ = PathPower::kRoot;
};

}  // namespace

rules::Result<PathPower> PowerOver(const std::string& path, uid_t owner) {
  return Walk(path, owner).Run();
}

}  // namespace policyd::admin
