// Acts on signals in the loop, one after the other.
#pragma once

#include <uv.h>

#include <functional>
#include <memory>
#include <vector>

#include "policyd/runtime/uv_handle.h"

namespace policyd::daemon {

// Belongs to its loop's thread.
class SignalWatch {
 public:
  void Add(uv_loop_t* loop, int number, std::function<void()> act);

 private:
  std::vector<std::unique_ptr<runtime::UvHandle<uv_signal_t>>> handles_;
};

}  // namespace policyd::daemon
