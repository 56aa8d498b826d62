#include "policyd/shared/trouble.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <string>
#include <utility>

#include "rules/values/ascii.h"

namespace policyd::shared {
namespace {

constexpr std::array<TroubleRow, 16> kRows{{
    {Trouble::kNone, "none", "", ""},
    {Trouble::kUnreachable, "unreachable", "nobody listens at the address", "Start the engine, or mend shared.servers.",
     true},
    {Trouble::kSilent, "silent", "it takes connections, but does not answer",
     "Look whether it hangs, and at what stands between it and this host.", true},
    {Trouble::kProtocol, "protocol", "what answers is neither Redis nor Valkey",
     "Check address and port in shared.servers.", false, true},
    {Trouble::kKey, "key", "the daemon may not read shared.key_file or shared.password_file",
     "Let the daemon's group read them: chgrp sekimori FILE; then restart.", false, true},
    {Trouble::kPassword, "password", "user or password are wrong",
     "Mend shared.user and shared.password_file, or the engine's ACL; then restart.", false, true},
    {Trouble::kPermission, "permission", "its ACL does not allow what is needed",
     "Give the user the commands auth, ping, role, info, get and set, and the keys that begin with shared.prefix.",
     false, true},
    {Trouble::kVersion, "version", "it is older than Redis 6.2", "Update it.", false, true},
    {Trouble::kCluster, "cluster", "it is a Redis Cluster, which is not supported",
     "Run one server for Sekimori; the smallest is large enough.", false, true},
    {Trouble::kEviction, "eviction", "with its maxmemory-policy it throws away what is needed longest",
     "Set maxmemory-policy noeviction or volatile-lru, and run no cache on the same engine.", false, true},
    {Trouble::kReplica, "replica", "it is a replica, or has become one", "Name the master in shared.servers."},
    {Trouble::kLoading, "loading", "it reads its data from disk", "Wait: it goes on by itself."},
    {Trouble::kMemory, "memory", "its memory is full (maxmemory)", "Raise maxmemory."},
    {Trouble::kSnapshot, "snapshot", "it cannot save to disk and takes no writes (MISCONF)",
     "Look into its log; mostly the disk is full."},
    {Trouble::kReplicas, "replicas", "too few of its replicas are there (min-replicas-to-write)",
     "Start them, or lower the number."},
    {Trouble::kOther, "other", "it answers with an error that we do not know", "Look into the daemon's log."},
}};

struct Word {
  std::string_view begin;
  Trouble trouble;
};

constexpr std::array kErrors{
    Word{"WRONGPASS", Trouble::kPassword},
    Word{"NOAUTH", Trouble::kPassword},
    Word{"ERR AUTH", Trouble::kPassword},  // a password where the engine has none
    Word{"ERR Client sent AUTH", Trouble::kPassword},
    Word{"ERR invalid password", Trouble::kPassword},
    Word{"DENIED", Trouble::kPassword},  // protected mode: it wants one and has none
    Word{"NOPERM", Trouble::kPermission},
    Word{"LOADING", Trouble::kLoading},
    Word{"BUSY", Trouble::kLoading},  // a script keeps it busy
    Word{"READONLY", Trouble::kReplica},
    Word{"MASTERDOWN", Trouble::kReplica},
    Word{"OOM", Trouble::kMemory},
    Word{"MISCONF", Trouble::kSnapshot},
    Word{"NOREPLICAS", Trouble::kReplicas},
    Word{"MOVED", Trouble::kCluster},
    Word{"ASK", Trouble::kCluster},
    Word{"CLUSTERDOWN", Trouble::kCluster},
    Word{"CROSSSLOT", Trouble::kCluster},
};

// "redis_mode:standalone" of INFO; empty where there is no such line.
std::string_view FieldOf(std::string_view info, std::string_view name) {
  std::string_view found;
  rules::ForEachLine(info, [&](std::string_view line) {
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ':') {
      found = line.substr(name.size() + 1);
    }
  });
  while (found.ends_with('\r')) found.remove_suffix(1);
  return found;
}

unsigned NumberAtFront(std::string_view text) {
  unsigned number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// "7.0.15"; without one it is no engine that we know.
bool IsRecent(std::string_view version) {
  const unsigned major = NumberAtFront(version);
  const std::size_t dot = version.find('.');
  const unsigned minor = dot == std::string_view::npos ? 0 : NumberAtFront(version.substr(dot + 1));
  return std::pair(major, minor) >= std::pair(6U, 2U);
}

}  // namespace

std::span<const TroubleRow> TroubleRows() {
  return kRows;
}

const TroubleRow& RowOf(Trouble trouble) {
  const TroubleRow& row = kRows[static_cast<std::size_t>(trouble)];
  assert(row.trouble == trouble && "the rows stand in the order of the enum");
  return row;
}

const TroubleRow& TroubleNamed(std::string_view name) {
  const auto found = std::ranges::find(kRows, name, &TroubleRow::name);
  return found == kRows.end() ? kRows.front() : *found;
}

Trouble TroubleOf(std::string_view error) {
  const auto found = std::ranges::find_if(kErrors, [error](const Word& word) { return error.starts_with(word.begin); });
  return found == kErrors.end() ? Trouble::kOther : found->trouble;
}

Trouble TroubleOfRole(const Reply& role) {
  if (role.is_error()) return TroubleOf(role.text);
  const bool is_role = role.kind == Reply::Kind::kArray && !role.items.empty();
  if (!is_role) return Trouble::kProtocol;
  const std::string& name = role.items.front().text;
  if (name == "master") return Trouble::kNone;
  return name == "slave" ? Trouble::kReplica : Trouble::kProtocol;  // "sentinel"
}

Trouble TroubleOfInfo(std::string_view info) {
  const std::string_view version = FieldOf(info, "redis_version");
  if (version.empty()) return Trouble::kProtocol;
  if (!IsRecent(version)) return Trouble::kVersion;
  if (FieldOf(info, "redis_mode") == "cluster" || FieldOf(info, "cluster_enabled") == "1") return Trouble::kCluster;
  if (FieldOf(info, "loading") == "1") return Trouble::kLoading;
  const std::string_view policy = FieldOf(info, "maxmemory_policy");
  // The triplets that wait for their client have the shortest time to live: volatile-ttl would take them first.
  const bool is_sound =
      policy.empty() || policy == "noeviction" || policy == "volatile-lru" || policy == "volatile-lfu";
  const bool has_limit = FieldOf(info, "maxmemory") != "0";
  return has_limit && !is_sound ? Trouble::kEviction : Trouble::kNone;
}

}  // namespace policyd::shared
