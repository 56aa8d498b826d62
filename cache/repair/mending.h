// Mends a store while the daemon runs: an environment that LMDB gave up after a failed write of its head is opened
// again; a damaged one is moved aside and begins anew (lists/ as their last good copy); one that could only be read is
// opened for writing once the disk takes it.
//
// Owned by the Writer's thread, which has no transaction open meanwhile.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cache/stores.h"
#include "rules/values/time.h"

namespace cache {

class Mending {
 public:
  explicit Mending(Stores& stores) : stores_(stores) {}

  // Does what is to be done, at most once a second; nothing, most of the time.
  void Step(rules::TimePoint now);

 private:
  void Mend(const std::string& name, rules::TimePoint now);
  Status Replace(const std::string& name, rules::TimePoint now);
  // After a while of service what a crash made suspect is trusted again.
  void ForgetSuspicions();

  Stores& stores_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point next_{};
  bool has_forgotten_ = false;
};

}  // namespace cache
