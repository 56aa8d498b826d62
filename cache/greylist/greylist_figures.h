// Figures of the greylist that need no count of its rows: how many triplets wait, and how long clients took to come
// back (records/).
//
// Kept in the same transaction as the rows they speak of, so that they are right after any end and at once after a
// start.  Const methods may be called from any thread.
#pragma once

#include <cstdint>

#include "cache/lmdb/lmdb.h"
#include "rules/greylist/greylist_retries.h"

namespace cache {

class GreylistFigures {
 public:
  explicit GreylistFigures(Table table) : table_(table) {}

  std::uint64_t Waiting(ReadTransaction& snapshot) const;
  rules::RetryTimes Retries(ReadTransaction& snapshot) const;

  Status AddWaiting(WriteTransaction& transaction, std::int64_t change) const;
  Status CountRetry(WriteTransaction& transaction, rules::seconds waited) const;

 private:
  Table table_;
};

}  // namespace cache
