#include "policyd/daemon/signal_watch.h"

#include <utility>

namespace policyd::daemon {

void SignalWatch::Add(uv_loop_t* loop, int number, std::function<void()> act) {
  auto handle = std::make_unique<runtime::UvHandle<uv_signal_t>>(
      [loop](uv_signal_t* signal) { return uv_signal_init(loop, signal); });
  handle->set_callback(std::move(act));
  uv_signal_start(
      handle->get(), [](uv_signal_t* signal, int) { runtime::UvHandle<uv_signal_t>::Fire(signal); }, number);
  handles_.push_back(std::move(handle));
}

}  // namespace policyd::daemon
