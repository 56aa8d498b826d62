#include "policyd/ctl/warm.h"

#include <algorithm>
#include <chrono>
#include <ostream>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "policyd/admin/stores/warm_up.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/progress.h"
#include "policyd/runtime/json.h"
#include "rules/values/as_written.h"

// The file: lines of an address, then a blank and anything, or nothing.  Empty lines and lines that begin with # say
// nothing; what else does not begin with an address is skipped and counted.

namespace policyd::ctl {
namespace {

constexpr std::string_view kBlanks = " \t\r";

struct ClientFile {
  std::vector<rules::IpAddress> clients;  // each once, in their order
  std::uint64_t skipped = 0;
};

ClientFile ReadClients(std::string_view text) {
  ClientFile file;
  std::set<rules::IpAddress> seen;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const auto client = rules::ReadAddress(line.substr(0, line.find_first_of(kBlanks)));
    if (!client) {
      ++file.skipped;
    } else if (seen.insert(*client).second) {
      file.clients.push_back(*client);
    }
  }
  return file;
}

// Nobody will ask about our own machines: they are let in unseen.
void LeaveOutOwn(const rules::Policy& policy, std::vector<rules::IpAddress>& clients) {
  std::erase_if(clients, [&policy](const rules::IpAddress& client) {
    return std::ranges::any_of(policy.own_networks,
                               [&client](const rules::Network& network) { return network.Contains(client); });
  });
}

void Print(Context& context, const admin::WarmUp::Counts& counts, std::uint64_t skipped, std::uint64_t not_asked) {
  if (context.is_json) {
    context.out << Json::Object()
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
  ClientFile file = ReadClients(*text);
  if (file.clients.empty()) return Fail(context, kBadInput, "expected lines that begin with a client's address");
  const OpenedStore store = OpenStore(context, Needs::kWholeConfig);
  if (!store.stores) return store.status;
  if (!store.stores->facts()) {
    return Fail(context, kStoreError, "what DNS said cannot be kept before sekimorid has started once");
  }

  LeaveOutOwn(*store.config.policy, file.clients);
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
