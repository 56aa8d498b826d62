// The lock file of a store: one daemon at a time.  It goes with its holder, however that ends; the file stays.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "rules/values/result.h"

namespace cache {

class StoreLock {
 public:
  struct HeldBy {
    std::optional<int> pid;  // nothing where the file does not tell, as after a full disk

    bool operator==(const HeldBy&) const = default;
  };

  // Takes the lock and writes the pid of this process into the file.
  static std::variant<std::unique_ptr<StoreLock>, HeldBy, rules::Error> Take(const std::string& file);

  // The process that holds it, if one does.  Takes nothing: a daemon that starts at this moment is not disturbed.
  static std::optional<HeldBy> Look(const std::string& file);

  explicit StoreLock(int fd) : fd_(fd) {}
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  int fd_;
};

}  // namespace cache
