// Rows of other greylisting programs written into the greylist.
#pragma once

#include <cstdint>

#include "cache/stores.h"
#include "policyd/admin/import/import_rows.h"

namespace policyd::admin {

struct ImportCounts {
  std::uint64_t added = 0;  // triplets and clients that were not there, or that now say more
  std::uint64_t known = 0;  // there already, and saying as much
};

// What would be written.
ImportCounts CountNew(const cache::Stores& stores, const ImportedRows& rows);

// In steps of 1,000 rows, each one transaction: whoever interrupts it calls it
// again, and what is there stays there. What stands in the greylist is never
// made less: a mail that came back, an earlier first sight, more passes.
rules::Result<ImportCounts> WriteRows(const cache::Stores& stores, const ImportedRows& rows);

}  // namespace policyd::admin
