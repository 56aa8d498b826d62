#include "cache/repair/mending.h"

#include <fcntl.h>
#include <unistd.h>

#include "cache/lmdb/durable_file.h"
#include "cache/repair/alarms.h"
#include "cache/repair/lists_copy.h"
#include "cache/repair/store_check.h"

namespace cache {
namespace {

using std::chrono::steady_clock;

constexpr const char* kNames[] = {"records", "facts", "lists"};
constexpr std::chrono::seconds kStepEvery{1};
constexpr std::chrono::milliseconds kReadersMayTake{2000};  // workers let go within a second
constexpr std::chrono::minutes kTrustAfter{10};

// Can a page be written to the disk?
bool TakesWrites(const std::string& folder) {
  const std::string file = folder + "/probe";
  const int fd = OpenOwnFile(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (fd < 0) return false;
  const bool takes = posix_fallocate(fd, 0, 64 * 1024) == 0;
  close(fd);
  unlink(file.c_str());
  return takes;
}

}  // namespace

void Mending::Step(rules::TimePoint now) {
  if (steady_clock::now() < next_) return;
  next_ = steady_clock::now() + kStepEvery;
  for (const char* name : kNames) Mend(name, now);
  if (!has_forgotten_ && steady_clock::now() - began_ > kTrustAfter) ForgetSuspicions();
}

void Mending::Mend(const std::string& name, rules::TimePoint now) {
  Environment& environment = stores_.environment(name);
  if (environment.is_in_memory()) return;
  // A failure here is tried again in a second; Stores::Alarms() says that the store fails.
  [[maybe_unused]] Status done = rules::Done{};
  switch (environment.fault()) {
    case Environment::Fault::kNone: {
      const bool is_to_be_tried = environment.is_read_only() && TakesWrites(environment.directory());
      if (is_to_be_tried) done = environment.Reopen(kReadersMayTake);
      return;
    }
    case Environment::Fault::kPanic:
    case Environment::Fault::kClosed:
      done = environment.Reopen(kReadersMayTake);
      return;
    case Environment::Fault::kDamage:
      done = environment.Reopen(kReadersMayTake, [&] { return Replace(name, now); });
      if (done && name == "records") done = stores_.KeepSecret();
      return;
  }
}

Status Mending::Replace(const std::string& name, rules::TimePoint now) {
  const std::string& store = stores_.settings().directory;
  const Result<std::string> moved = MoveAside(store, name);
  if (!moved) return moved.error();
  Alarm alarm{.store = name,
              .state = StoreState::kReplaced,
              .what = AlarmOf("damaged_in_use", {{"store", name}, {"moved", *moved}}),
              .when = now};
  if (name == "lists") {
    const Result<ListsCopy> copy = RestoreLists(stores_.settings());
    alarm.state = copy ? StoreState::kRestored : StoreState::kLost;
    alarm.what = copy ? AlarmOf("lists_restored_in_use", {{"moved", *moved}, {"taken", copy->taken}})
                      : AlarmOf("lists_lost_in_use", {{"moved", *moved}});
  }
  return KeepAlarm(store, alarm);
}

void Mending::ForgetSuspicions() {
  has_forgotten_ = true;
  for (const char* name : kNames) ForgetSuspicion(stores_.environment(name).directory());
}

}  // namespace cache
