#include <ostream>

#include "policyd/admin/explain/spf_check.h"
#include "policyd/ctl/commands_decisions.h"
#include "policyd/runtime/shown.h"

namespace policyd::ctl {

ExitStatus RunSpf(Context& context, const SpfOptions& options) {
  if (const auto checked = admin::Check(options); !checked) return Fail(context, checked.error());
  const auto config = ReadConfig(context, Needs::kStoreOrSocket);
  if (!config) return kBadConfiguration;
  const auto checked = admin::CheckSpf(*config, options, context.now);
  if (!checked) return Fail(context, checked.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(*checked));
  const rules::SpfCheck& check = checked->check;
  context.out << rules::Name(check.result) << '\n' << admin::WhyOf(*checked) << '\n';
  context.out << check.lookups << " of 10 look-ups, " << check.voids << " of 2 that found nothing\n";
  if (!check.explanation.empty()) {
    context.out << "The domain says: " << runtime::Shown(check.explanation) << '\n';
  }
  return kDone;
}

}  // namespace policyd::ctl
