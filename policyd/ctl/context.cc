#include "policyd/ctl/context.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "policyd/config/config.h"
#include "policyd/runtime/file.h"
#include "policyd/runtime/shown.h"

namespace policyd::ctl {
namespace {

ExitStatus StatusOf(cache::Stores::OpenError::Kind kind) {
  switch (kind) {
    case cache::Stores::OpenError::Kind::kAlreadyRunning:
      return kAlreadyRunning;
    case cache::Stores::OpenError::Kind::kStore:
      return kStoreError;
    case cache::Stores::OpenError::Kind::kPermission:
      return kNotPermitted;
  }
  return kStoreError;
}

}  // namespace

ExitStatus StatusOf(admin::Error::Kind kind) {
  switch (kind) {
    case admin::Error::Kind::kUsage:
      return kUsage;
    case admin::Error::Kind::kBadInput:
    case admin::Error::Kind::kConflict:
      return kBadInput;
    case admin::Error::Kind::kNotFound:
      return kNoSuchThing;
    case admin::Error::Kind::kUnreachable:
      return kUnreachable;
    case admin::Error::Kind::kStore:
      return kStoreError;
    case admin::Error::Kind::kAlreadyRunning:
      return kAlreadyRunning;
    case admin::Error::Kind::kNotPermitted:
      return kNotPermitted;
    case admin::Error::Kind::kConfiguration:
      return kBadConfiguration;
  }
  return kStoreError;
}

ExitStatus Fail(Context& context, ExitStatus status, std::string_view message) {
  context.error << "sekimorictl: " << runtime::Shown(message) << '\n';
  return status;
}

ExitStatus Fail(Context& context, const admin::Error& error) {
  const ExitStatus status = StatusOf(error.kind);
  for (const admin::Error& detail : error.details) Fail(context, detail);
  if (!error.input) return Fail(context, status, error.message);
  std::string option = *error.input;
  std::replace(option.begin(), option.end(), '_', '-');
  return Fail(context, status, "--" + option + ": " + error.message);
}

ExitStatus PrintJson(Context& context, const runtime::Json& json) {
  context.out << json.Dump() << '\n';
  return kDone;
}

std::optional<config::Config> ReadConfig(Context& context, Needs needs) {
  auto read = config::LoadConfig(context.config_file, context.is_default_config);
  if (auto* config = std::get_if<config::Config>(&read)) return std::move(*config);
  const config::ConfigErrors& errors = *std::get_if<config::ConfigErrors>(&read);
  const auto text = needs == Needs::kStoreOrSocket ? runtime::ReadFile(context.config_file) : rules::Error{};
  auto salvaged = text ? config::SalvageConfig(context.config_file, *text, errors) : std::nullopt;
  const char* severity = salvaged ? "sekimorictl: warning: " : "";
  for (const std::string& error : errors) context.error << severity << runtime::Shown(error) << '\n';
  if (salvaged) {
    context.error << "sekimorictl: warning: the configuration has errors and is taken without them; the store is "
                  << salvaged->store.directory << '\n';
  }
  return salvaged;
}

OpenedStore OpenStore(Context& context, Needs needs) {
  OpenedStore result;
  auto config = ReadConfig(context, needs);
  if (!config) {
    result.status = kBadConfiguration;
    return result;
  }
  result.config = std::move(*config);

  const auto owner_is_root = cache::BecomeOwnerOf(result.config.store.directory);
  if (!owner_is_root) {
    result.status = Fail(context, kStoreError, owner_is_root.error().message);
    return result;
  }
  if (*owner_is_root) {
    context.error << "sekimorictl: warning: " << result.config.store.directory
                  << " belongs to root: expected a user of its own, such as sekimori\n";
  }

  auto opened = cache::Stores::OpenForTool(result.config.store);
  if (auto* stores = std::get_if<std::unique_ptr<cache::Stores>>(&opened)) {
    result.stores = std::move(*stores);
    return result;
  }
  const auto& error = *std::get_if<cache::Stores::OpenError>(&opened);
  result.status = Fail(context, StatusOf(error.kind), error.message);
  return result;
}

}  // namespace policyd::ctl
