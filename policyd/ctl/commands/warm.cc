#include "policyd/ctl/commands_memory.h"

#include <chrono>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include "policyd/admin/stores/warm_up.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/terminal.h"
#include "policyd/runtime/json.h"

namespace policyd::ctl {
namespace {

void Print(Context& context, const admin::WarmUp::Counts& counts, std::uint64_t skipped, std::uint64_t not_asked) {
  if (context.is_json) {
    context.out << runtime::Json::Object()
                       .Add("known", counts.known)
                       .Add("learnt", counts.learnt)
                       .Add("failed", counts.failed)
                       .Add("skipped", skipped)
                       .Add("not_asked", not_asked)
                       .Dump()
                << '\n';
    return;
  }
  context.out << "warmed: " << counts.known << (counts.known == 1 ? " client was known, " : " clients were known, ")
              << counts.learnt << " learnt, " << counts.failed << " failed";
  if (skipped > 0)
    context.out << "; " << skipped << (skipped == 1 ? " line" : " lines") << " without an address skipped";
  context.out << '\n';
}

}  // namespace

ExitStatus RunCacheWarm(Context& context, const CacheWarmOptions& options) {
  const auto text = ReadInput(context, options.file);
  if (!text) return Fail(context, kBadInput, text.error().message);
  admin::ClientFile file = admin::ReadClients(*text);
  if (file.clients.empty()) return Fail(context, kBadInput, "expected lines that begin with a client's address");
  const OpenedStore store = OpenStore(context, Needs::kWholeConfig);
  if (!store.stores) return store.status;
  if (!store.stores->facts()) {
    return Fail(context, kStoreError, "what DNS said cannot be kept before sekimorid has started once");
  }

  admin::LeaveOutOwn(*store.config.policy, file.clients);
  const auto began = std::chrono::steady_clock::now();
  const std::size_t total = file.clients.size();
  admin::WarmUp warm_up(store.config, *store.stores, {.rate = options.rate, .now = context.now});
  const auto counts = warm_up.Run(std::move(file.clients), [&](std::size_t done) {
    if (!options.shows_progress || total == 0) return;
    context.error << '\r' << ProgressLine(done, total, std::chrono::steady_clock::now() - began) << std::flush;
  });
  if (options.shows_progress) context.error << '\n';
  if (!counts) return Fail(context, kStoreError, counts.error().message);
  const std::uint64_t not_asked = total - counts->known - counts->learnt - counts->failed;
  Print(context, *counts, file.skipped, not_asked);
  if (!counts->stopped_early) return kDone;
  return Fail(context, kUnreachable,
              fmt::format("stopped: no name server answers; {} clients were not asked about", not_asked));
}

}  // namespace policyd::ctl
