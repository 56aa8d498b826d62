#include "policyd/admin/import/import_rows.h"

#include <algorithm>
#include <optional>

namespace policyd::admin {
namespace {

cache::TripletId IdOf(const ImportedRows::TripletRow& row) {
  return {.client_key = row.client_key, .sender = row.sender, .recipient = row.recipient};
}

// The record to write, or nothing if the existing one says as much.
template <class Record>
std::optional<Record> Better(const std::optional<Record>& known, const Record& record) {
  if (!known) return record;
  const Record both = Joined(*known, record);
  return both == *known ? std::nullopt : std::optional(both);
}

// Triplets first, then clients, each once.  REQUIRES: the writer's lock is held, so that what is read stays so.
class Step {
 public:
  Step(const cache::Stores& stores, const ImportedRows& rows) : stores_(stores), rows_(rows) {}

  std::size_t size() const { return rows_.triplets().size() + rows_.passes().size(); }

  // Without a transaction it only counts the rows.
  rules::Result<ImportCounts> Run(cache::WriteTransaction* transaction, std::size_t begin, std::size_t end) const {
    ImportCounts counts;
    for (std::size_t i = begin; i < end; ++i) {
      const auto is_new = i < rows_.triplets().size()
                              ? RunOne(transaction, rows_.triplets()[i])
                              : RunOne(transaction, rows_.passes()[i - rows_.triplets().size()]);
      if (!is_new) return is_new.error();
      ++(*is_new ? counts.added : counts.known);
    }
    return counts;
  }

 private:
  rules::Result<bool> RunOne(cache::WriteTransaction* transaction, const ImportedRows::TripletRow& row) const {
    cache::ReadTransaction snapshot(stores_.records_environment());
    const auto better = Better(stores_.triplets().Get(snapshot, IdOf(row)), row.record);
    if (!better || !transaction) return better.has_value();
    const auto put = stores_.triplets().Put(*transaction, IdOf(row), *better);
    if (!put) return put.error();
    return true;
  }

  rules::Result<bool> RunOne(cache::WriteTransaction* transaction, const ImportedRows::PassesRow& row) const {
    cache::ReadTransaction snapshot(stores_.records_environment());
    const auto better = Better(stores_.triplets().GetPasses(snapshot, row.name), row.count);
    if (!better || !transaction) return better.has_value();
    const auto put = stores_.triplets().PutPasses(*transaction, row.name, *better);
    if (!put) return put.error();
    return true;
  }

  const cache::Stores& stores_;
  const ImportedRows& rows_;
};

}  // namespace

ImportCounts CountNew(const cache::Stores& stores, const ImportedRows& rows) {
  const Step step(stores, rows);
  const auto counts = step.Run(nullptr, 0, step.size());
  return counts ? *counts : ImportCounts{};
}

rules::Result<ImportCounts> WriteRows(const cache::Stores& stores, const ImportedRows& rows) {
  const Step step(stores, rows);
  ImportCounts all;
  for (std::size_t begin = 0; begin < step.size(); begin += cache::kRowsPerStep) {
    const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
    if (!transaction) return transaction.error();
    const auto counts = step.Run(transaction->get(), begin, std::min(begin + cache::kRowsPerStep, step.size()));
    if (!counts) return counts.error();
    if (const auto committed = (*transaction)->Commit(); !committed) return committed.error();
    all.added += counts->added;
    all.known += counts->known;
  }
  return all;
}

}  // namespace policyd::admin
