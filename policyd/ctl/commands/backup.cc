#include "policyd/ctl/commands_memory.h"

#include <ostream>

#include "policyd/admin/stores/store_copy.h"
#include "policyd/runtime/json.h"

namespace policyd::ctl {

ExitStatus RunBackup(Context& context, const BackupOptions& options) {
  const auto config = ReadConfig(context);
  if (!config) return kBadConfiguration;
  admin::StoreCopy copy(options.directory);
  if (const auto prepared = copy.Prepare(config->store.directory); !prepared) return Fail(context, prepared.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  if (const auto taken = copy.Take(*store.stores); !taken) return Fail(context, taken.error());
  if (context.is_json) {
    context.out << runtime::Json::Object().Add("directory", options.directory).Dump() << '\n';
  } else {
    context.out << "copied records/ and lists/ to " << options.directory << '\n';
  }
  return kDone;
}

ExitStatus RunRestore(Context& context, const RestoreOptions& options) {
  const auto config = ReadConfig(context);
  if (!config) return kBadConfiguration;
  const auto restored = admin::Restore(*config, options.from);
  if (!restored) return Fail(context, restored.error());
  const std::string& directory = config->store.directory;
  if (context.is_json) {
    return PrintJson(context, runtime::Json::Object().Add("directory", directory).Add("from", options.from));
  }
  context.out << "restored " << options.from << " to " << directory << ": start sekimorid\n";
  return kDone;
}

}  // namespace policyd::ctl
