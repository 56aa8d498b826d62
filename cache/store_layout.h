// How the three environments of a store are opened: their folders, tables and sizes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cache/lmdb/lmdb.h"

namespace cache {

struct StoreSettings {
  std::string directory = "/var/lib/sekimori";
  std::uint64_t max_size = std::uint64_t{4} << 30;  // bounds facts/ and records/ each

  bool operator==(const StoreSettings&) const = default;
};

// Places in the tables of records/.
inline constexpr std::size_t kMetaTable = 3;
inline constexpr std::size_t kGreylistTable = 5;

// All with create = false.
Environment::Options FactOptions(const StoreSettings& settings, Durability durability);
Environment::Options RecordOptions(const StoreSettings& settings);
Environment::Options ListOptions(const StoreSettings& settings);

}  // namespace cache
