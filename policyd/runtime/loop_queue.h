// Passes messages from any thread to the loop that owns the queue, in order; many posts wake the loop once.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "cache/locked.h"
#include "policyd/runtime/uv_handle.h"

namespace policyd::runtime {

template <class Message>
class LoopQueue {
 public:
  // `deliver` is called on the loop's thread, once a message, and may take what is in it.
  LoopQueue(uv_loop_t* loop, std::function<void(Message&)> deliver)
      : deliver_(std::move(deliver)),
        async_([loop](uv_async_t* async) { return uv_async_init(loop, async, UvHandle<uv_async_t>::Fire); }) {
    async_.set_callback([this] { Drain(); });
  }

  // From any thread, until the queue's destructor runs.
  void Post(Message message) {
    bool was_empty = false;
    {
      const auto queue = queue_.Lock();
      was_empty = queue->empty();
      queue->push_back(std::move(message));
    }
    if (was_empty) uv_async_send(async_.get());
  }

 private:
  void Drain() {
    taken_.swap(*queue_.Lock());
    for (Message& message : taken_) deliver_(message);
    taken_.clear();
  }

  cache::Locked<std::vector<Message>> queue_;
  std::vector<Message> taken_;  // the loop's; the two take turns, so that neither has to grow again
  std::function<void(Message&)> deliver_;
  UvHandle<uv_async_t> async_;
};

}  // namespace policyd::runtime
