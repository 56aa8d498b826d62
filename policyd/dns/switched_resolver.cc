#include "policyd/dns/switched_resolver.h"

#include <algorithm>
#include <utility>

namespace policyd::dns {
namespace {

constexpr std::chrono::milliseconds kSweepEvery{100};

}  // namespace

SwitchedResolver::SwitchedResolver(uv_loop_t* loop, std::unique_ptr<Resolver> resolver)
    : sweep_(loop, [this] { Sweep(); }), current_(std::move(resolver)) {}

void SwitchedResolver::SwitchTo(std::unique_ptr<Resolver> resolver) {
  retired_.push_back(std::exchange(current_, std::move(resolver)));
  sweep_.Start(std::chrono::milliseconds(0), kSweepEvery);
}

void SwitchedResolver::Ask(const rules::DnsQuestion& question, const QuestionShare& share, Deadline deadline,
                           Callback callback) {
  current_->Ask(question, share, deadline, std::move(callback));
}

bool SwitchedResolver::is_idle() const {
  return current_->is_idle() && std::ranges::all_of(retired_, [](const auto& resolver) { return resolver->is_idle(); });
}

void SwitchedResolver::Sweep() {
  std::erase_if(retired_, [](const auto& resolver) { return resolver->is_idle(); });
  if (retired_.empty()) sweep_.Stop();
}

}  // namespace policyd::dns
