// The frame of every command of sekimorictl: its configuration, its streams, the store, and its exit status.
//
// A command is a function `ExitStatus RunX(Context&, const XOptions&)`.  It reads its files and checks all it was given
// before it opens the store: started by root, OpenStore() becomes the store's owner, and what only root can read is out
// of reach from then on.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"
#include "rules/values/time.h"

namespace policyd::ctl {

// sysexits.h where there is a number for it; operators' scripts rely on these.
enum ExitStatus : int {
  kDone = 0,
  kNoSuchThing = 1,
  kUsage = 64,
  kBadInput = 65,  // nothing was changed
  kUnreachable = 69,
  kStoreError = 74,
  kAlreadyRunning = 75,
  kNotPermitted = 77,
  kBadConfiguration = 78,
};

struct Context {
  std::istream& in;
  std::ostream& out;    // the answer: text for people, or one JSON document
  std::ostream& error;  // what went wrong
  std::string config_file{config::kDefaultConfigFile};
  bool is_default_config = true;
  bool is_json = false;
  rules::TimePoint now{};
  std::string login{};  // who typed the command
  // For a command that goes on: waits about a second and says what time it is; nothing where it shall end.
  std::function<std::optional<rules::TimePoint>()> next_look{};
};

ExitStatus StatusOf(admin::Error::Kind kind);

// Says what went wrong; returns `status`.
ExitStatus Fail(Context& context, ExitStatus status, std::string_view message);
ExitStatus Fail(Context& context, const admin::Error& error);

// The answer as one line; returns kDone.
ExitStatus PrintJson(Context& context, const runtime::Json& json);

enum class Needs : std::uint8_t {
  kStoreOrSocket,  // works on with what a configuration with errors still says, and warns
  kWholeConfig,    // decides by the configuration
};

// Nothing where the configuration has errors: they were said, the command ends with kBadConfiguration.
std::optional<config::Config> ReadConfig(Context& context, Needs needs = Needs::kWholeConfig);

struct OpenedStore {
  ExitStatus status = kDone;  // why `stores` is null; that was said
  config::Config config;
  std::unique_ptr<cache::Stores> stores;
};

// Reads the configuration, becomes the owner of the store where the process is root's, and opens it.
OpenedStore OpenStore(Context& context, Needs needs = Needs::kStoreOrSocket);

}  // namespace policyd::ctl
