// A Resolver that can be exchanged for another while questions are open: those are answered by whom they were asked.
// Belongs to one loop's thread.
#pragma once

#include <memory>
#include <vector>

#include "policyd/dns/resolver.h"

namespace policyd::dns {

class SwitchedResolver final : public Resolver {
 public:
  SwitchedResolver(uv_loop_t* loop, std::unique_ptr<Resolver> resolver);

  // From the next question on.
  void SwitchTo(std::unique_ptr<Resolver> resolver);

  void Ask(const rules::DnsQuestion& question, const QuestionShare& share, Deadline deadline,
           Callback callback) override;
  bool servers_are_down() const override { return current_->servers_are_down(); }
  std::vector<rules::NameServerState> servers() const override { return current_->servers(); }
  bool is_idle() const override;

 private:
  void Sweep();

  Timer sweep_;  // a resolver may not go from inside its own callback
  std::unique_ptr<Resolver> current_;
  std::vector<std::unique_ptr<Resolver>> retired_;
};

}  // namespace policyd::dns
