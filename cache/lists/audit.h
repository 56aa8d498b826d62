// Every change by people, append-only (lists/, in the same transaction as the change).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cache/lmdb/lmdb.h"
#include "rules/values/time.h"

namespace cache {

struct AuditRow {
  std::uint64_t number = 0;  // given by Append
  rules::TimePoint time{};
  std::string author;
  std::string command;  // "whitelist add 192.0.2.1 --comment ..."
  std::string target;
  std::optional<std::string> before{};  // the entry that was there, one line of JSON; nothing where there was none
  std::optional<std::string> after{};   // the entry that is there now, likewise
  std::string reason{};                 // why, as its author said
  // The number of the first row of an import, which is undone as a whole; nothing where it is a change of its own.
  std::optional<std::uint64_t> act{};
};

class Audit {
 public:
  explicit Audit(Environment& environment);

  Status Append(WriteTransaction& transaction, AuditRow row) const;
  // The number that the next row will have.
  std::uint64_t Next(WriteTransaction& transaction) const;
  std::optional<AuditRow> Find(ReadTransaction& snapshot, std::uint64_t number) const;
  void Scan(ReadTransaction& snapshot, rules::TimePoint since, const std::function<bool(const AuditRow&)>& visit) const;

 private:
  Table rows_;
};

}  // namespace cache
