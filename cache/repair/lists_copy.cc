// lists.known       = generation " " entries LF
// lists.good/taken  = seconds-since-1970 " " generation " " entries LF
#include "cache/repair/lists_copy.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <sstream>
#include <utility>

#include "cache/lmdb/durable_file.h"
#include "cache/repair/store_check.h"

namespace cache {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNote = 128;
constexpr std::chrono::seconds kLookEvery{1};
constexpr std::chrono::seconds kCheckMayTake{60};
constexpr rules::seconds kCopyEvery{86400};
constexpr rules::seconds kTellEvery{3600};

std::string KnownFile(const std::string& store) {
  return store + "/lists.known";
}

std::string CopyFolder(const std::string& store) {
  return store + "/lists.good";
}

Status WriteKnownLists(const std::string& store, const KnownLists& known) {
  return ReplaceFile(KnownFile(store), std::to_string(known.generation) + " " + std::to_string(known.entries) + "\n");
}

void Remove(const std::string& folder) {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

Status Rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return SystemError(from);
  return rules::Done{};
}

// Writes the whole file or nothing.
Status CopyFile(const std::string& from, const std::string& to) {
  const std::string fresh = to + ".new";
  const int source = OpenOwnFile(from, O_RDONLY);
  if (source < 0) return SystemError(from);
  const int target = OpenOwnFile(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const Error no_target = SystemError(fresh);
  ssize_t more = target < 0 ? -1 : 1;
  while (more > 0) more = sendfile(target, source, nullptr, std::size_t{1} << 20);
  const bool is_whole = more == 0 && fsync(target) == 0;
  const Error failure = target < 0 ? no_target : SystemError(fresh);
  close(source);
  if (target >= 0) close(target);
  if (is_whole) return Rename(fresh, to);
  unlink(fresh.c_str());
  return failure;
}

bool IsSound(Environment::Options options, const std::string& folder) {
  options.directory = folder;
  return CheckStore(options, kCheckMayTake).state == StoreCheck::State::kSound;
}

}  // namespace

KnownLists KnownIn(ReadTransaction& snapshot, const Environment& lists, const ListStore& store) {
  const ListShape shape = store.shape(snapshot);
  KnownLists known{.generation = shape.generation, .entries = snapshot.Count(lists.table(kOutboundEntriesTable))};
  for (const auto& counts : shape.counts) {
    for (const std::uint64_t count : counts) known.entries += count;
  }
  return known;
}

std::optional<KnownLists> ReadKnownLists(const std::string& store) {
  KnownLists known;
  std::istringstream text(ReadSmallFile(KnownFile(store), kMaxNote).value_or(""));
  if (!(text >> known.generation >> known.entries)) return std::nullopt;
  return known;
}

std::optional<ListsCopy> ReadListsCopy(const std::string& store) {
  ListsCopy copy;
  std::int64_t taken = 0;
  std::istringstream text(ReadSmallFile(CopyFolder(store) + "/taken", kMaxNote).value_or(""));
  if (!(text >> taken >> copy.known.generation >> copy.known.entries)) return std::nullopt;
  copy.taken = rules::TimePoint(rules::seconds(taken));
  return copy;
}

Status TakeListsCopy(const StoreSettings& settings, const Environment& lists, const KnownLists& known,
                     rules::TimePoint now) {
  const std::string place = CopyFolder(settings.directory);
  const std::string fresh = place + ".new";
  const std::string before = place + ".old";
  Remove(fresh);
  Status done = lists.CopyTo(fresh);
  if (done && !IsSound(ListOptions(settings), fresh)) done = Error{fresh + ": the copy is damaged"};
  if (done) {
    done = ReplaceFile(fresh + "/taken", std::to_string(now.time_since_epoch().count()) + " " +
                                             std::to_string(known.generation) + " " + std::to_string(known.entries) +
                                             "\n");
  }
  if (!done) {
    Remove(fresh);
    return done;
  }
  Remove(before);
  if (fs::exists(place)) {
    if (done = Rename(place, before); !done) return done;
  }
  if (done = Rename(fresh, place); !done) return done;
  Remove(before);
  return SyncPath(settings.directory);
}

Result<ListsCopy> RestoreLists(const StoreSettings& settings) {
  const std::string place = CopyFolder(settings.directory);
  struct stat there {};
  // The process ended between two renamings.
  if (stat(place.c_str(), &there) != 0) [[maybe_unused]]
    const Status back = Rename(place + ".old", place);
  const auto copy = ReadListsCopy(settings.directory);
  const Environment::Options options = ListOptions(settings);
  if (!copy || !IsSound(options, place)) return Error{place + ": there is no sound copy"};
  if (const Status made = MakeDirectory(options.directory); !made) return made.error();
  unlink((options.directory + "/lock.mdb").c_str());
  const Status copied = CopyFile(place + "/data.mdb", options.directory + "/data.mdb");
  if (!copied) return copied.error();
  if (const Status synced = SyncPath(options.directory); !synced) return synced.error();
  return *copy;
}

ListsKeeper::ListsKeeper(const StoreSettings& settings, const Environment& lists, const ListStore& store,
                         std::function<rules::TimePoint()> now, std::function<void(const std::string&)> failed)
    : settings_(settings),
      lists_(lists),
      store_(store),
      now_(std::move(now)),
      failed_(std::move(failed)),
      noted_(ReadKnownLists(settings.directory)),
      copy_(ReadListsCopy(settings.directory)),
      thread_([this] { Run(); }) {}

ListsKeeper::~ListsKeeper() {
  *is_stopping_.Lock() = true;
  wakes_.notify_one();
  thread_.join();
}

void ListsKeeper::Run() {
  for (bool is_stopping = false; !is_stopping;) {
    Look();
    auto stopping = is_stopping_.Lock();
    stopping.WaitFor(wakes_, kLookEvery, [&stopping] { return *stopping; });
    is_stopping = *stopping;
  }
}

void ListsKeeper::Look() {
  if (lists_.is_in_memory()) return;  // those on the disk are not known
  ReadTransaction snapshot(lists_);
  const KnownLists known = KnownIn(snapshot, lists_, store_);
  const bool is_read = !snapshot.TakeError();
  snapshot.Reset();
  if (!is_read) return;
  const rules::TimePoint now = now_();
  const Status kept = Keep(known, now);
  // After a clock was set back the failure must still be told.
  const bool is_to_be_told = !told_ || now < *told_ || now - *told_ >= kTellEvery;
  if (kept || !is_to_be_told) return;
  told_ = now;
  failed_(kept.error().message);
}

Status ListsKeeper::Keep(const KnownLists& known, rules::TimePoint now) {
  if (known != noted_) {
    if (const Status noted = WriteKnownLists(settings_.directory, known); !noted) return noted;
    noted_ = known;
  }
  if (known.entries == 0) return rules::Done{};  // should that be a mistake, the copy is what is left
  const bool is_old = !copy_ || now < copy_->taken || now - copy_->taken >= kCopyEvery;
  if (!is_old || (copy_ && copy_->known == known)) return rules::Done{};
  if (const Status taken = TakeListsCopy(settings_, lists_, known, now); !taken) return taken;
  copy_ = ListsCopy{.taken = now, .known = known};
  return rules::Done{};
}

}  // namespace cache
