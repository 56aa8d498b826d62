#include <ostream>

#include "policyd/admin/shared/new_key.h"
#include "policyd/admin/shared/shared_status.h"
#include "policyd/ctl/commands_shared.h"
#include "policyd/runtime/shown.h"

namespace policyd::ctl {
namespace {

void PrintStatus(std::ostream& out, const admin::SharedStatus& status) {
  out << "state    " << status.state;
  if (status.state == "off") out << (status.servers.empty() ? " (shared.servers is empty)" : " (restart the daemon)");
  const shared::TroubleRow& row = shared::RowOf(status.trouble);
  const bool is_well = status.trouble == shared::Trouble::kNone;
  if (!is_well) out << ": " << row.name;
  out << '\n';
  if (!status.servers.empty()) out << "servers ";
  for (const std::string& server : status.servers) out << ' ' << server;
  if (!status.servers.empty()) out << '\n';
  if (!is_well) out << "cause    " << row.text << "\nwhat to do  " << row.hint << '\n';
}

}  // namespace

ExitStatus RunSharedNewKey(Context& context, const NewKeyOptions& options) {
  const auto made = admin::MakeSharedKey(options.file);
  if (!made) return Fail(context, made.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(*made));
  context.out << "made " << runtime::Shown(made->file)
              << ": copy it to each host, let the daemon's group read it (chgrp sekimori), and name it in "
                 "shared.key_file\n";
  return kDone;
}

ExitStatus RunSharedStatus(Context& context, const SharedStatusOptions& options) {
  const auto config = ReadConfig(context, Needs::kStoreOrSocket);
  if (!config) return kBadConfiguration;
  const auto status = admin::ReadSharedStatus(*config, options.patience);
  if (!status) return Fail(context, status.error());
  if (context.is_json) {
    PrintJson(context, admin::ToJson(*status));
  } else {
    PrintStatus(context.out, *status);
  }
  return status->is_well() ? kDone : kNoSuchThing;
}

}  // namespace policyd::ctl
