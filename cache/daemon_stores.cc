#include "cache/store_layout.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "cache/lists/list_store.h"
#include "cache/repair/boot_mark.h"
#include "cache/repair/lists_copy.h"
#include "cache/repair/store_check.h"

namespace cache {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Limit for all three environments together: checking a gigabyte would delay the start.
constexpr milliseconds kLookMayTake{120};
constexpr milliseconds kThoroughLookMayTake{60'000};

bool CanBeRead(Environment::Options options) {
  options.create = false;
  options.is_read_only = true;
  return Environment::Open(options).ok();
}

class Opener {
 public:
  Opener(const StoreSettings& settings, rules::TimePoint now)
      : settings_(settings), now_(now), look_until_(steady_clock::now() + kLookMayTake) {}

  Status Open();
  DaemonEnvironments Take() { return std::move(opened_); }

 private:
  // The state in which an environment was found, once a damaged one is out of the way.
  struct Found {
    bool is_usable = true;  // else something damaged is still there
    bool is_gone = false;   // there is nothing
    bool was_damaged = false;
  };

  Found MakeWay(const std::string& name, const Environment::Options& options);
  Result<std::unique_ptr<Environment>> OpenOne(const std::string& name, const Environment::Options& options,
                                               bool is_usable);
  Status OpenLists();
  Status OpenFacts();
  bool PrepareFacts(const std::string& directory);
  // Returns whether entries were lost; if so, puts their copy in place if there is one.
  void MendLists(const Found& found);
  bool HasLostEntries(const KnownLists& known) const;
  void Raise(const std::string& store, StoreState state, rules::Statement what, bool lasts = true);

  const StoreSettings& settings_;
  const rules::TimePoint now_;
  const steady_clock::time_point look_until_;
  DaemonEnvironments opened_;
};

Status Opener::Open() {
  if (Status lists = OpenLists(); !lists) return lists;
  const Environment::Options options = RecordOptions(settings_);
  auto records = OpenOne("records", options, MakeWay("records", options).is_usable);
  if (!records) return records.error();
  opened_.records = std::move(*records);
  return OpenFacts();
}

void Opener::Raise(const std::string& store, StoreState state, rules::Statement what, bool lasts) {
  Alarm alarm{.store = store, .state = state, .what = std::move(what), .when = now_};
  if (lasts && KeepAlarm(settings_.directory, alarm)) return;
  opened_.alarms.push_back(std::move(alarm));
}

Opener::Found Opener::MakeWay(const std::string& name, const Environment::Options& options) {
  const Suspicion suspicion = TakeSuspicion(options.directory);
  const auto left = std::chrono::ceil<milliseconds>(look_until_ - steady_clock::now());
  StoreCheck check =
      CheckStore(options, suspicion == Suspicion::kNone ? std::max(left, milliseconds{10}) : kThoroughLookMayTake);
  // On a busy machine the short look does not even come to the end of a head.
  if (check.state == StoreCheck::State::kSound && !CanBeRead(options)) {
    check = CheckStore(options, kThoroughLookMayTake);
  }
  // A process may crash on a store whose pages are all sound: this must not happen twice.
  const bool is_worth_a_second_try = name != "facts" && suspicion != Suspicion::kAgain;
  if (check.state == StoreCheck::State::kSound && suspicion >= Suspicion::kOnce && !is_worth_a_second_try) {
    check = {.state = StoreCheck::State::kDamaged, .why = AlarmOf("crashed")};
  }
  if (check.state != StoreCheck::State::kDamaged) {
    return {.is_usable = true, .is_gone = check.state == StoreCheck::State::kAbsent, .was_damaged = false};
  }
  const Result<std::string> moved = MoveAside(settings_.directory, name);
  if (!moved) return {.is_usable = false, .is_gone = false, .was_damaged = true};
  Raise(name, StoreState::kReplaced,
        rules::With(AlarmOf("damaged", {{"store", name}, {"moved", *moved}}), "why", *check.why));
  return {.is_usable = true, .is_gone = true, .was_damaged = true};
}

Result<std::unique_ptr<Environment>> Opener::OpenOne(const std::string& name, const Environment::Options& options,
                                                     bool is_usable) {
  rules::Statement why = AlarmOf("cannot_be_moved");
  if (is_usable) {
    Environment::Options wanted = options;
    wanted.create = true;
    auto opened = Environment::Open(wanted);
    if (opened) return opened;
    const std::string& error = opened.error().message;
    why = rules::InOwnWords(error);
    wanted.create = false;
    wanted.is_read_only = true;
    if (auto readable = Environment::Open(wanted)) {
      Raise(name, StoreState::kReadOnly, AlarmOf("read_only", {{"store", name}, {"error", error}}), false);
      return readable;
    }
  }
  Raise(name, StoreState::kInMemory, rules::With(AlarmOf("in_memory", {{"store", name}}), "why", why), false);
  return Environment::OpenInMemory(options);
}

Status Opener::OpenLists() {
  const Environment::Options options = ListOptions(settings_);
  const Found found = MakeWay("lists", options);
  const auto known = ReadKnownLists(settings_.directory);
  if (found.is_gone && (found.was_damaged || (known && known->entries > 0))) MendLists(found);
  auto lists = OpenOne("lists", options, found.is_usable);
  if (!lists) return lists.error();
  opened_.lists = std::move(*lists);
  if (found.is_gone || !known || !HasLostEntries(*known)) return rules::Done{};

  // Somebody replaced lists/ with empty ones.
  opened_.lists.reset();
  if (const auto moved = MoveAside(settings_.directory, "lists")) MendLists({});
  lists = OpenOne("lists", options, true);
  if (!lists) return lists.error();
  opened_.lists = std::move(*lists);
  return rules::Done{};
}

bool Opener::HasLostEntries(const KnownLists& known) const {
  ReadTransaction snapshot(*opened_.lists);
  const KnownLists there = KnownIn(snapshot, *opened_.lists, ListStore(*opened_.lists));
  return known.entries > 0 && there.entries == 0 && there.generation < known.generation;
}

void Opener::MendLists(const Found& found) {
  const auto known = ReadKnownLists(settings_.directory);
  const auto what = AlarmOf(found.was_damaged ? "lists_were_damaged" : "lists_were_gone");
  const rules::Statement before = known ? rules::InOwnWords(std::to_string(known->entries)) : AlarmOf("unknown");
  const auto raise = [&](StoreState state, rules::Statement alarm) {
    Raise("lists", state, rules::With(rules::With(std::move(alarm), "what", what), "before", before));
  };
  const Result<ListsCopy> restored = RestoreLists(settings_);
  if (!restored) {
    if (known && known->entries == 0) return;
    return raise(StoreState::kLost, AlarmOf("lists_lost", {{"error", restored.error().message}}));
  }
  const bool is_older = !known || known->generation != restored->known.generation;
  raise(StoreState::kRestored,
        AlarmOf(is_older ? "lists_restored_older" : "lists_restored",
                {{"taken", restored->taken}, {"entries", std::to_string(restored->known.entries)}}));
}

// Returns whether facts/ on disk may be used.
bool Opener::PrepareFacts(const std::string& directory) {
  const std::string boot_id = CurrentBootId();
  if (!MakeDirectory(directory)) return false;
  if (!AreFactsSound(directory, boot_id) && !StartAnew(directory)) return false;
  if (MarkInUse(directory, boot_id)) return opened_.has_boot_mark = true;
  // No space for the mark: without it facts/ begins anew after the next crash of the process or the machine.
  return unlink((directory + "/boot").c_str()) == 0 && SyncPath(directory).ok();
}

Status Opener::OpenFacts() {
  const Environment::Options options = FactOptions(settings_, Durability::kLazy);
  const bool is_usable = MakeWay("facts", options).is_usable && PrepareFacts(options.directory);
  auto facts = OpenOne("facts", options, is_usable);
  if (facts && (*facts)->is_read_only()) {
    // Facts that the disk cannot keep are kept in memory, so that not every mail asks DNS again.
    facts->reset();
    facts = Environment::OpenInMemory(options);
  }
  if (!facts) return facts.error();
  opened_.facts = std::move(*facts);
  return rules::Done{};
}

}  // namespace

Result<DaemonEnvironments> OpenForDaemon(const StoreSettings& settings, rules::TimePoint now) {
  Opener opener(settings, now);
  if (const Status opened = opener.Open(); !opened) return opened.error();
  return opener.Take();
}

}  // namespace cache
