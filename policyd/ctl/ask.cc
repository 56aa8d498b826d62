#include "policyd/ctl/commands_decisions.h"

#include <ostream>

#include "policyd/runtime/shown.h"

namespace policyd::ctl {

ExitStatus RunAsk(Context& context, const AskOptions& options) {
  if (const auto checked = admin::Check(options); !checked) return Fail(context, checked.error());
  const auto config = ReadConfig(context, Needs::kStoreOrSocket);
  if (!config) return kBadConfiguration;
  const auto answer = admin::Ask(*config, options);
  if (!answer) return Fail(context, answer.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(*answer));
  context.out << Shown(answer->action) << '\n';
  return kDone;
}

}  // namespace policyd::ctl
