#include "cache/shares/pushed_out.h"

#include <sys/mman.h>

#include <algorithm>

namespace cache {
namespace {

constexpr std::size_t kPerRow = 16;  // marks: a line of the processor's cache
constexpr std::size_t kRows = PushedOut::kMarks / kPerRow;
constexpr std::size_t kBytes = PushedOut::kMarks * sizeof(std::uint32_t);
constexpr unsigned kTimeBits = 18;  // three days of seconds: more than a triplet waits by default
constexpr std::uint32_t kTimeMask = (1U << kTimeBits) - 1;

std::atomic_ref<std::uint32_t> At(std::uint32_t* row, std::size_t place) {
  return std::atomic_ref<std::uint32_t>(row[place]);
}

std::uint32_t TimeOf(rules::TimePoint time) {
  return static_cast<std::uint32_t>(time.time_since_epoch().count()) & kTimeMask;
}

// How long before `now` a mark was seen; what lies ahead counts as very old.
std::uint32_t AgeOf(std::uint32_t mark, rules::TimePoint now) {
  return (TimeOf(now) - mark) & kTimeMask;
}

// 0 is the mark of an empty place.
std::uint32_t FingerprintOf(std::uint64_t hash) {
  const auto fingerprint = static_cast<std::uint32_t>(hash >> (64 - (32 - kTimeBits)));
  return std::max(fingerprint, 1U);
}

}  // namespace

PushedOut::PushedOut() {
  void* mapped = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped != MAP_FAILED) marks_ = static_cast<std::uint32_t*>(mapped);
}

PushedOut::~PushedOut() {
  if (marks_) munmap(marks_, kBytes);
}

std::uint32_t* PushedOut::RowOf(std::uint64_t hash) const {
  return marks_ + hash % kRows * kPerRow;
}

void PushedOut::Add(std::uint64_t hash, rules::TimePoint first_seen) {
  if (!marks_) return;
  is_used_.store(true, std::memory_order_relaxed);
  latest_ = latest_ ? std::max(*latest_, first_seen) : first_seen;
  const std::uint32_t fingerprint = FingerprintOf(hash);
  std::uint32_t* row = RowOf(hash);
  std::size_t chosen = 0;
  std::uint32_t oldest = 0;
  for (std::size_t place = 0; place < kPerRow; ++place) {
    const std::uint32_t mark = At(row, place).load(std::memory_order_relaxed);
    if (mark == 0 || mark >> kTimeBits == fingerprint) {
      chosen = place;
      break;
    }
    const std::uint32_t age = AgeOf(mark, *latest_);
    if (age < oldest) continue;
    oldest = age;
    chosen = place;
  }
  At(row, chosen).store(fingerprint << kTimeBits | TimeOf(first_seen), std::memory_order_relaxed);
}

std::optional<rules::TimePoint> PushedOut::Find(std::uint64_t hash, rules::TimePoint now) const {
  if (!is_used_.load(std::memory_order_relaxed)) return std::nullopt;
  std::uint32_t* row = RowOf(hash);
  for (std::size_t place = 0; place < kPerRow; ++place) {
    const std::uint32_t mark = At(row, place).load(std::memory_order_relaxed);
    if (mark == 0) return std::nullopt;
    if (mark >> kTimeBits == FingerprintOf(hash)) return now - rules::seconds{AgeOf(mark, now)};
  }
  return std::nullopt;
}

void PushedOut::ClearIfOlder(rules::TimePoint before) {
  if (!latest_ || *latest_ >= before) return;
  madvise(marks_, kBytes, MADV_DONTNEED);  // reads as zeros from here on
  latest_.reset();
  is_used_.store(false, std::memory_order_relaxed);
}

}  // namespace cache
