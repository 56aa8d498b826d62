// Marks that a crash leaves behind for the next start: which environment was being used.
//
// LMDB ends the process where it meets a page that cannot be right (an assertion: SIGABRT), and so does the system
// where a page of a file cannot be read (SIGBUS) or points beyond the map (SIGSEGV).  A file `suspect` in the
// environment's directory then makes the next start look at every page of it (stores.h).
#pragma once

#include <string>

struct MDB_env;

namespace cache {

inline constexpr const char* kSuspectFile = "suspect";
// The process ended, perhaps for another reason: every page is worth a look, no more.
inline constexpr const char* kLookFile = "look";

// From now on faults of memory leave the mark for the environment they happen in, and the weaker one for all where they
// happen elsewhere.  For the daemon.
void MarkSuspectsAtCrash();

// For the tool: a process that would end so leaves the mark and calls `end` with the environment's directory instead.
// `end` does not return, and does nothing that a signal handler may not.
void EndAtDamage(void (*end)(const char* directory));
inline constexpr const char* kDamageHint =
    "restart sekimorid, it moves what is damaged aside and puts back what it can";

// An environment is about to be opened; where its map lies once it is; its end.
void Watch(MDB_env* env, const std::string& directory);
void NoteMap(MDB_env* env);
void Forget(MDB_env* env);

// LMDB found that a page cannot be right: leaves the mark for the environment.  Allocates nothing: for the moment
// before the end.
void MarkSuspect(MDB_env* env);

}  // namespace cache
