// waiting: version (1), number
// retries: version (1), number of buckets, number*      buckets: those of rules/greylist/greylist_retries.h
#include "cache/greylist/greylist_figures.h"

#include <algorithm>
#include <optional>

#include "cache/lmdb/bytes.h"

namespace cache {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::string_view kWaiting = "waiting";
constexpr std::string_view kRetries = "retries";

std::uint64_t DecodeCount(std::optional<std::string_view> bytes) {
  if (!bytes) return 0;
  ByteReader reader(*bytes);
  if (reader.Byte() != kVersion) return 0;
  const std::uint64_t count = reader.Number();
  return reader.Finish() ? count : 0;
}

// Figures with other buckets than ours are not used.
rules::RetryTimes DecodeRetries(std::optional<std::string_view> bytes) {
  rules::RetryTimes times;
  if (!bytes) return times;
  ByteReader reader(*bytes);
  if (reader.Byte() != kVersion || reader.Number() != rules::RetryTimes::kBuckets) return {};
  for (std::size_t i = 0; i < rules::RetryTimes::kBuckets; ++i) times.SetCount(i, reader.Number());
  return reader.Finish() ? times : rules::RetryTimes{};
}

}  // namespace

std::uint64_t GreylistFigures::Waiting(ReadTransaction& snapshot) const {
  return DecodeCount(snapshot.Get(table_, kWaiting));
}

rules::RetryTimes GreylistFigures::Retries(ReadTransaction& snapshot) const {
  return DecodeRetries(snapshot.Get(table_, kRetries));
}

Status GreylistFigures::AddWaiting(WriteTransaction& transaction, std::int64_t change) const {
  if (change == 0) return rules::Done{};
  const auto before = static_cast<std::int64_t>(DecodeCount(transaction.Get(table_, kWaiting)));
  ByteWriter record;
  record.Byte(kVersion);
  record.Number(static_cast<std::uint64_t>(std::max<std::int64_t>(before + change, 0)));
  return transaction.Put(table_, kWaiting, record.Take());
}

Status GreylistFigures::CountRetry(WriteTransaction& transaction, rules::seconds waited) const {
  rules::RetryTimes times = DecodeRetries(transaction.Get(table_, kRetries));
  times.Add(waited);
  ByteWriter record;
  record.Byte(kVersion);
  record.Number(rules::RetryTimes::kBuckets);
  for (std::size_t i = 0; i < rules::RetryTimes::kBuckets; ++i) record.Number(times.count(i));
  return transaction.Put(table_, kRetries, record.Take());
}

}  // namespace cache
