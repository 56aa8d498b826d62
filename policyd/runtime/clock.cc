#include "policyd/runtime/clock.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace policyd::runtime {
namespace {

constexpr std::size_t kOffsetBytes = 8;

std::int64_t ReadLittleEndian(const void* bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kOffsetBytes; ++i) {
    value |= std::uint64_t{static_cast<const volatile std::uint8_t*>(bytes)[i]} << (8 * i);
  }
  return static_cast<std::int64_t>(value);
}

}  // namespace

rules::Result<std::unique_ptr<const WallClock>> WallClock::FromEnvironment() {
  auto clock = std::make_unique<WallClock>();
  const char* file = std::getenv("SEKIMORI_TEST_CLOCK");
  if (!file) return std::unique_ptr<const WallClock>(std::move(clock));

  const auto fail = [file](const char* what) {
    return rules::Error{std::string("SEKIMORI_TEST_CLOCK=") + file + ": expected a file of 8 bytes, " + what};
  };
  const int fd = open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(std::strerror(errno));
  const bool is_long_enough = lseek(fd, 0, SEEK_END) >= static_cast<off_t>(kOffsetBytes);
  void* mapping = is_long_enough ? mmap(nullptr, kOffsetBytes, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
  close(fd);
  if (!is_long_enough) return fail("it is shorter");
  if (mapping == MAP_FAILED) return fail(std::strerror(errno));
  clock->offset_ = mapping;
  return std::unique_ptr<const WallClock>(std::move(clock));
}

rules::seconds FromUtc(rules::TimePoint time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm local{};
  return rules::seconds{localtime_r(&seconds, &local) ? local.tm_gmtoff : 0};
}

WallClock::~WallClock() {
  if (offset_) munmap(const_cast<void*>(offset_), kOffsetBytes);
}

rules::TimePoint WallClock::Now() const {
  const auto now = rules::TimePoint(rules::seconds{std::time(nullptr)});
  return offset_ ? now + rules::seconds{ReadLittleEndian(offset_)} : now;
}

}  // namespace policyd::runtime
