#include "policyd/ctl/commands_memory.h"

#include <ostream>

#include "policyd/admin/stores/facts.h"
#include "policyd/ctl/rows.h"

namespace policyd::ctl {

ExitStatus RunCacheStats(Context& context, const CacheStatsOptions&) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const admin::StoreFigures figures = admin::ReadFigures(*store.stores, store.config.store.directory);
  PrintFigures(context, admin::CacheFigures(figures), figures.daemon);
  return kDone;
}

ExitStatus RunCacheShow(Context& context, const CacheSubjectOptions& options) {
  if (const auto checked = admin::Check(options); !checked) return Fail(context, checked.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto known = admin::FindFacts(store.config, *store.stores, options);
  if (!known) return Fail(context, known.error());
  if (context.is_json) {
    return PrintJson(context,
                     runtime::Json::Object().Add("facts", admin::FactsToJson(store.config, *known, context.now)));
  }
  PrintFacts(context, store.config, *known);
  return kDone;
}

ExitStatus RunCacheForget(Context& context, const CacheSubjectOptions& options) {
  if (const auto checked = admin::Check(options); !checked) return Fail(context, checked.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto forgotten = admin::ForgetFacts(*store.stores, options);
  if (!forgotten) return Fail(context, forgotten.error());
  if (context.is_json) return PrintJson(context, runtime::Json::Object().Add("forgotten", options.subject));
  context.out << "forgotten: " << options.subject << '\n';
  return kDone;
}

ExitStatus RunCacheFlush(Context& context, const CacheFlushOptions&) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto forgotten = admin::ForgetAllFacts(*store.stores);
  if (!forgotten) return Fail(context, forgotten.error());
  if (context.is_json) return PrintJson(context, runtime::Json::Object().Add("forgotten", *forgotten));
  context.out << "forgotten: the facts of " << *forgotten << " clients and names\n";
  return kDone;
}

ExitStatus RunStats(Context& context, const StatsOptions&) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const admin::StoreFigures figures = admin::ReadFigures(*store.stores, store.config.store.directory);
  PrintFigures(context, admin::AllFigures(figures), figures.daemon);
  return kDone;
}

}  // namespace policyd::ctl
