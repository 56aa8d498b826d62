// The configuration file: TOML, every key with a working default (the table of all keys is in config_keys.cc).
//
// All errors are listed, each `FILE:LINE: key: what was expected`; an unknown key, a wrong type or a bad value is an
// error.
//
// `presets` are read first, in their order, then the files of `include`, each pattern's sorted by name, then the file
// itself: of a key that is given again the last counts, arrays as a whole.  [[recipients]], dnsbl.names and
// dnsbl.test_points are added to what was said before.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cache/facts/lifetime.h"
#include "cache/stores.h"
#include "policyd/config/secret_files.h"
#include "policyd/runtime/log.h"
#include "rules/policy.h"
#include "rules/values/statement.h"

namespace policyd::config {

// "inet:127.0.0.1:10040", "inet:[::1]:10040", "unix:/path"
struct Endpoint {
  bool is_unix = false;
  std::string host;  // an IP address; a path where is_unix
  std::uint16_t port = 0;

  bool operator==(const Endpoint&) const = default;
  std::string ToString() const;
  bool is_loopback() const;
};

struct ServiceSettings {
  std::vector<Endpoint> listen{{.is_unix = false, .host = "127.0.0.1", .port = 10040}};
  unsigned threads = 0;  // 0: one per core
  unsigned max_connections = 8192;
  std::chrono::milliseconds answer_within{4000};

  bool operator==(const ServiceSettings&) const = default;
};

struct JournalSettings {
  rules::seconds keep{14 * 86400};
  std::uint64_t max_verdicts = 1'000'000;

  bool operator==(const JournalSettings&) const = default;
};

// The page for those turned away; its address, why.url, is with the reply texts that tell of it.
struct WhySettings {
  std::optional<Endpoint> listen;       // nothing: there is none
  bool requests = false;                // it takes requests to be let in
  std::optional<std::string> contact;   // whom to write to about the blocklist; nothing: that of the replies
  std::vector<rules::Network> proxies;  // web servers, beside those on this machine, that say whom they ask for

  bool operator==(const WhySettings&) const = default;
};

struct DnsSettings {
  std::vector<Endpoint> servers;  // empty: the system's resolv.conf
  std::chrono::milliseconds timeout{1000};
  unsigned tries = 2;
  unsigned in_flight = 2000;  // open questions per server
  cache::LifetimeLimits lifetime;

  bool operator==(const DnsSettings&) const = default;
};

// Who may ask over HTTP what is not for everybody.
struct HttpAccess {
  std::vector<std::string> hosts{};  // normalised names under which we may be called, beside addresses and "localhost"
  std::optional<std::string> token{};  // nothing: nothing can be changed

  bool operator==(const HttpAccess&) const = default;
};

// Our own outgoing addresses and domains, looked at as others do.
struct WatchSettings {
  std::vector<rules::IpAddress> addresses;
  std::vector<std::string> domains;  // normalised
  std::vector<std::string> lists;    // asked beside those that are asked anyway
  rules::seconds every{3600};

  bool operator==(const WatchSettings&) const = default;
};

// The engine (Redis or Valkey) through which several hosts share what each learns.
struct SharedSettings {
  std::vector<Endpoint> servers;  // the first of them that takes writes is used; empty: nothing is shared
  std::string user;               // empty: the engine's default user
  std::optional<std::string> password;
  std::optional<SharedKey> key;
  bool is_unreadable = false;  // a file of these two is not for this process: to it nothing is shared
  std::string prefix = "sekimori:";
  std::chrono::milliseconds wait{30};

  bool operator==(const SharedSettings&) const = default;
  bool is_on() const { return !servers.empty(); }
};

struct LogSettings {
  enum class Passes : std::uint8_t { kAll, kSampled, kNone };

  runtime::Log::Target target = runtime::Log::Target::kStandardError;
  runtime::Log::Style style = runtime::Log::Style::kKeyValue;
  Passes passes = Passes::kAll;

  bool operator==(const LogSettings&) const = default;
};

// The entries that a zone must have for its self-test, and must not have: addresses, or names of a name list.
struct TestPoints {
  std::vector<std::string> must, must_not;

  bool operator==(const TestPoints&) const = default;
};

struct Config {
  ServiceSettings service;
  std::optional<Endpoint> http = Endpoint{.is_unix = false, .host = "127.0.0.1", .port = 9140};
  HttpAccess http_access;
  WhySettings why;
  WatchSettings watch;
  std::optional<std::string> outbound_notify;  // a file that gets a line for each act on a login; nothing: none
  cache::StoreSettings store;
  JournalSettings journal;
  DnsSettings dns;
  SharedSettings shared;
  LogSettings log;
  std::shared_ptr<const rules::Policy> policy;
  std::shared_ptr<const rules::Policy> shadow;                 // decided beside `policy`, for trial; may be null
  std::vector<std::string> no_test_point;                      // zones counted without a self-test
  std::map<std::string, TestPoints, std::less<>> test_points;  // by zone, instead of those of RFC 5782
  std::vector<rules::Statement> warnings;                      // what the operator should know though it works
  std::vector<std::string> overridden;                         // "KEY: FILE:LINE counts, not FILE:LINE"
  std::vector<std::string> files;                              // all that was read, and will be at each reload
};

inline constexpr std::string_view kDefaultConfigFile = "/etc/sekimori/sekimori.toml";

using ConfigErrors = std::vector<std::string>;

// `text` is the content of `file`; tables that it names are read relative to its directory.
std::variant<Config, ConfigErrors> ParseConfig(const std::string& file, std::string_view text);

// Reads the file.  A default file that is not there counts as empty, another one is an error.
std::variant<Config, ConfigErrors> LoadConfig(const std::string& file, bool is_default);

// The keys of `next` that differ from `running` and need a restart: "policy_service.listen", "store.directory", ...
std::vector<std::string> NeedsRestart(const Config& running, const Config& next);

// Reads as much as a configuration with errors still says: enough for a tool that needs the store and the socket alone,
// while the daemon runs on with what it read before.  The configuration without the lines of its errors, or without all
// tables but those that the tool needs.  Nothing where an error may concern store.directory: no other store must be
// taken for it.
std::optional<Config> SalvageConfig(const std::string& file, std::string_view text, ConfigErrors errors);

}  // namespace policyd::config
