#include "policyd/ctl/commands_people.h"

#include <ostream>

#include "policyd/admin/appeals/appeals.h"
#include "policyd/admin/times.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "policyd/ctl/terminal.h"

namespace policyd::ctl {
namespace {

void PrintAppeal(std::ostream& out, const admin::Appeal& appeal) {
  const cache::AppealRow& row = appeal.row;
  out << Bold(out, row.reference.ToString()) << "  " << cache::Name(row.state);
  if (row.decided) out << " by " << runtime::Shown(row.by) << " at " << admin::ShownTime(*row.decided);
  if (appeal.standing == admin::AppealStanding::kEnded) {
    out << "; that has ended, " << runtime::Shown(row.target) << " is no longer in the whitelist";
  }
  out << "\n  asked   " << admin::ShownTime(row.asked) << " from " << runtime::Shown(row.asker.value_or("unknown"))
      << "\n  client  " << row.client.ToString();
  if (appeal.verdict) {
    const cache::JournalRow& verdict = *appeal.verdict;
    out << "  " << runtime::Shown(verdict.name.empty() ? "no name" : verdict.name) << "\n  mail    <"
        << runtime::Shown(verdict.sender) << "> to <" << runtime::Shown(verdict.recipient) << ">\n  verdict "
        << verdict.action << ": " << runtime::Shown(admin::WhyOf(verdict)) << '\n';
  } else {
    out << "\n  verdict no longer kept: whitelist add lets it in\n";
  }
  out << "  says    " << (row.text.empty() ? "nothing" : "\"" + runtime::Shown(row.text) + "\"") << '\n';
}

}  // namespace

ExitStatus RunRequestList(Context& context, const RequestListOptions& options) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto appeals = admin::FindAppeals(*store.stores, options.is_all, context.now);
  if (context.is_json) return PrintJson(context, admin::ToJson(appeals));
  if (appeals.empty()) {
    context.out << (options.is_all ? "no requests are kept\n"
                                   : "no requests wait; --all shows those that were decided\n");
  }
  for (const admin::Appeal& appeal : appeals) PrintAppeal(context.out, appeal);
  return kDone;
}

ExitStatus RunRequestAllow(Context& context, const RequestAllowOptions& options) {
  const admin::Caller caller{context.login, context.now};
  if (const auto checked = admin::Check(caller, options); !checked) return Fail(context, checked.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  auto plan = admin::PlanAllowance(store.config, *store.stores, caller, options);
  if (!plan) return Fail(context, plan.error());
  SayPlanned(context, plan->outcome);
  const auto done = admin::Allow(store.config, *store.stores, *plan);
  if (!done) return Fail(context, done.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(*plan));
  SayUnblocked(context.out, plan->outcome);
  return kDone;
}

ExitStatus RunRequestRefuse(Context& context, const RequestRefuseOptions& options) {
  const admin::Caller caller{context.login, context.now};
  if (const auto checked = admin::Check(caller, options); !checked) return Fail(context, checked.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto refused = admin::Refuse(*store.stores, caller, options);
  if (!refused) return Fail(context, refused.error());
  if (context.is_json) return PrintJson(context, admin::RefusedToJson(*refused));
  context.out << "Refused: " << refused->reference.ToString() << "; the same mail cannot ask again\n";
  return kDone;
}

}  // namespace policyd::ctl
