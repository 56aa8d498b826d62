#include "policyd/ctl/restore.h"

#include <sys/stat.h>
#include <unistd.h>

#include <ostream>

#include "policyd/admin/stores/store_copy.h"
#include "policyd/runtime/json.h"

namespace policyd::ctl {
namespace {

// Was it made for a user of its own?  Then it stays his, whoever owns the backup.
bool HasOwner(const std::string& directory) {
  struct stat about {};
  return stat(directory.c_str(), &about) == 0 && about.st_uid != 0;
}

}  // namespace

ExitStatus RunRestore(Context& context, const RestoreOptions& options) {
  const auto config = ReadConfig(context);
  if (!config) return kBadConfiguration;
  const std::string& directory = config->store.directory;
  for (const char* part : {"/records/data.mdb", "/lists/data.mdb"}) {
    if (access((options.from + part).c_str(), F_OK) == 0) continue;
    return Fail(context, kBadInput, options.from + ": expected a backup, there is no " + std::string(part + 1));
  }
  admin::StoreCopy copy(directory);
  const auto prepared = copy.Prepare(HasOwner(directory) ? directory : options.from);
  if (!prepared) return Fail(context, prepared.error());
  const auto owner = cache::BecomeOwnerOf(directory);
  if (!owner) return Fail(context, kStoreError, owner.error().message);

  const auto opened = cache::Stores::OpenForTool({.directory = options.from, .max_size = config->store.max_size});
  if (const auto* error = std::get_if<cache::Stores::OpenError>(&opened)) {
    const bool is_denied = error->kind == cache::Stores::OpenError::Kind::kPermission;
    return Fail(context, is_denied ? kNotPermitted : kBadInput, error->message + "; nothing was changed");
  }
  const auto taken = copy.Take(**std::get_if<std::unique_ptr<cache::Stores>>(&opened));
  if (!taken) return Fail(context, taken.error());
  if (context.is_json) {
    context.out << Json::Object().Add("directory", directory).Add("from", options.from).Dump() << '\n';
  } else {
    context.out << "restored " << options.from << " to " << directory << ": start sekimorid\n";
  }
  return kDone;
}

}  // namespace policyd::ctl
