#include <ostream>

#include "policyd/admin/shared/new_key.h"
#include "policyd/ctl/commands_shared.h"
#include "policyd/runtime/shown.h"

namespace policyd::ctl {

ExitStatus RunSharedNewKey(Context& context, const NewKeyOptions& options) {
  const auto made = admin::MakeSharedKey(options.file);
  if (!made) return Fail(context, made.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(*made));
  context.out << "made " << runtime::Shown(made->file)
              << ": copy it to each host, let the daemon's group read it (chgrp sekimori), and name it in "
                 "shared.key_file\n";
  return kDone;
}

}  // namespace policyd::ctl
