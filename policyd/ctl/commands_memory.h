// The commands that show and tend the stores and the daemon: verdicts, greylist, cache, dnsbl, stats, backup, restore,
// status, reload.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "policyd/admin/status/dnsbl.h"
#include "policyd/admin/stores/facts.h"
#include "policyd/admin/stores/greylist.h"
#include "policyd/admin/verdicts/verdicts.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

using admin::VerdictsOptions;

// The newest first, where they are not followed.
ExitStatus RunVerdicts(Context& context, const VerdictsOptions& options);

using admin::GreylistListOptions;

// The triplets that wait, oldest first; or the auto-whitelist, the latest pass first.
ExitStatus RunGreylistList(Context& context, const GreylistListOptions& options);

using admin::GreylistClientOptions;

// The triplets of one client that wait, and how far it is on the way to the auto-whitelist.
ExitStatus RunGreylistShow(Context& context, const GreylistClientOptions& options);

// The client's waiting triplets go; kNoSuchThing where there is none.
ExitStatus RunGreylistRemove(Context& context, const GreylistClientOptions& options);

struct GreylistStatsOptions {};

ExitStatus RunGreylistStats(Context& context, const GreylistStatsOptions& options);

struct CacheStatsOptions {};

ExitStatus RunCacheStats(Context& context, const CacheStatsOptions& options);

using admin::CacheSubjectOptions;

// Every fact with its age; kNoSuchThing where there is none.
ExitStatus RunCacheShow(Context& context, const CacheSubjectOptions& options);

// The facts go, the next request asks DNS again; kNoSuchThing where there is none.
ExitStatus RunCacheForget(Context& context, const CacheSubjectOptions& options);

struct CacheFlushOptions {};

// All facts go, in short steps.
ExitStatus RunCacheFlush(Context& context, const CacheFlushOptions& options);

struct WatchOptions {
  bool asks_now = false, suggests = false;
  std::optional<std::string> postconf{};  // what `postconf` printed elsewhere
};

// What is wrong with our own addresses and domains, and what was; with asks_now kNoSuchThing where something is.
ExitStatus RunWatch(Context& context, const WatchOptions& options);

// A short overview of all that is remembered.
struct StatsOptions {};
ExitStatus RunStats(Context& context, const StatsOptions& options);

struct CacheWarmOptions {
  std::string file{};   // lines ADDRESS [anything]; "-": standard input
  unsigned rate = 200;  // questions a second at most
  bool shows_progress = false;
};

// Prints how many clients were known, learnt and failed, and how many lines could not be read.  kBadInput where no line
// has an address.
ExitStatus RunCacheWarm(Context& context, const CacheWarmOptions& options);

struct DnsblStatusOptions {};

ExitStatus RunDnsblStatus(Context& context, const DnsblStatusOptions& options);

using admin::DnsblTestOptions;

// Changes nothing: what the daemon knows of a list comes from its own tests.  kNoSuchThing where a list failed, or
// where there is none of this name.
ExitStatus RunDnsblTest(Context& context, const DnsblTestOptions& options);

struct BackupOptions {
  std::string directory{};  // new, or an empty folder
};

// facts/ is left out: DNS can be asked again.  The copy belongs to the store's owner and serves as a store.directory.
ExitStatus RunBackup(Context& context, const BackupOptions& options);

struct RestoreOptions {
  std::string from{};
};

// store.directory must be new or empty: nothing is ever written over.
ExitStatus RunRestore(Context& context, const RestoreOptions& options);

struct StatusOptions {
  std::chrono::milliseconds patience{3000};
};

// Exits as Nagios plug-ins do: 0 OK, 1 WARNING, 2 CRITICAL; the first line says why.
ExitStatus RunStatus(Context& context, const StatusOptions& options);

struct ReloadOptions {
  std::chrono::milliseconds patience{10'000};
};

// Sends SIGHUP and waits for the outcome; kBadConfiguration with its errors where the daemon refused it, kUnreachable
// where none runs.
ExitStatus RunReload(Context& context, const ReloadOptions& options);

}  // namespace policyd::ctl
