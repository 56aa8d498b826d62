// An LMDB environment in a directory of its own, for the test of one store.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "cache/lmdb/lmdb.h"
#include "tests/support/temp_directory.h"

namespace support {

class StoreEnvironment {
 public:
  explicit StoreEnvironment(std::vector<std::string> tables) : tables_(std::move(tables)) { Reopen(); }

  void Reopen() {
    environment_.reset();
    auto opened = cache::Environment::Open({.directory = directory_ / "env",
                                            .max_size = std::uint64_t{64} << 20,
                                            .durability = cache::Durability::kLazy,
                                            .create = true,
                                            .tables = tables_});
    ASSERT_TRUE(opened) << opened.error().message;
    environment_ = std::move(*opened);
  }

  // Runs `change` in one transaction and commits it.
  void Write(const std::function<void(cache::WriteTransaction&)>& change) {
    auto transaction = cache::WriteTransaction::Begin(*environment_);
    ASSERT_TRUE(transaction) << transaction.error().message;
    change(**transaction);
    ASSERT_TRUE((*transaction)->Commit());
  }

  cache::Environment& operator*() const { return *environment_; }
  cache::Environment* operator->() const { return environment_.get(); }

 private:
  std::vector<std::string> tables_;
  TempDirectory directory_;
  std::unique_ptr<cache::Environment> environment_;
};

}  // namespace support
