// One look at ourselves: asks DNS what it needs to know, a few questions at a time, until all is answered or nobody
// answers any more.  Belongs to the thread of its Dns, but looks on libuv's thread pool: SPF of 64 addresses for each
// of 64 domains takes a second, and mail waits for the answers of that thread.
#pragma once

#include <uv.h>

#include <functional>
#include <memory>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/dns/dns.h"
#include "rules/watch/watch.h"

namespace policyd::dns {

// What the configuration wants to be looked at: its addresses and domains on every public list that may be asked
// unbidden (rules/watch/watched_lists.h), on those that it names, and on those that it judges mail by.
rules::WatchPlan WatchPlanOf(const config::Config& config);

class WatchRound {
 public:
  using Done = std::function<void(std::vector<rules::WatchFinding>)>;
  // What is found with these answers, and what is still to be asked.  Called on a thread of the pool, by one at a time;
  // REQUIRES: what it refers to lives until the loop has ended.
  using Look = std::function<rules::WatchView(const rules::WatchAnswers&)>;

  // `done` is called once, never from inside; not at all where this or `dns` is destroyed before.
  // REQUIRES: `loop` is that of `dns`.
  WatchRound(uv_loop_t* loop, Dns& dns, Look look, Done done);
  WatchRound(uv_loop_t* loop, Dns& dns, rules::WatchPlan plan, Done done);
  ~WatchRound();
  WatchRound(const WatchRound&) = delete;
  WatchRound& operator=(const WatchRound&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;  // answers that come after this is gone find it empty-handed
};

}  // namespace policyd::dns
