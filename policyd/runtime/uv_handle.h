// Owners of libuv handles; the only code that knows that a handle may be freed only in its close callback (libuv
// design, rule 3).
//
// All of a handle's calls belong to its loop's thread.  The destructor closes: callbacks stop at once, the memory goes
// on the loop's next turn.
#pragma once

#include <uv.h>

#include <cassert>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace policyd::runtime {

// Handle: uv_timer_t, uv_async_t, ...  Its callback lives beside it and is told nothing once the owner is gone.
template <class Handle>
class UvHandle {
 public:
  template <class Init>
  explicit UvHandle(Init init) : box_(new Box) {
    box_->handle.data = box_;
    [[maybe_unused]] const int rc = init(&box_->handle);
    assert(rc == 0 && "initialising a handle fails only without descriptors or memory");
  }
  ~UvHandle() { Close(); }
  UvHandle(const UvHandle&) = delete;
  UvHandle& operator=(const UvHandle&) = delete;

  Handle* get() { return &box_->handle; }
  uv_loop_t* loop() { return box_->handle.loop; }

  // Calls the callback stored by set_callback(); to be used as the libuv callback.
  static void Fire(Handle* handle) {
    auto* box = static_cast<Box*>(handle->data);
    if (box->callback && !uv_is_closing(reinterpret_cast<uv_handle_t*>(handle))) box->callback();
  }
  void set_callback(std::function<void()> callback) { box_->callback.swap(callback); }

 private:
  struct Box {
    Handle handle{};
    std::function<void()> callback;
  };

  void Close() {
    // The callback is kept until then: it may be what is running now.
    uv_close(reinterpret_cast<uv_handle_t*>(&box_->handle),
             [](uv_handle_t* handle) { delete static_cast<Box*>(handle->data); });
    box_ = nullptr;
  }

  Box* box_;
};

// A descriptor that somebody else owns, watched until the destructor runs.  REQUIRES: destroyed before it is closed.
class Poll {
 public:
  // `status` < 0: libuv gave the descriptor up (EBADF is what it says of a refused UDP peer); `events` then is 0.
  using Callback = std::function<void(int status, int events)>;

  Poll(uv_loop_t* loop, int fd, Callback callback) : box_(new Box{.callback = std::move(callback)}) {
    box_->handle.data = box_;
    [[maybe_unused]] const int rc = uv_poll_init(loop, &box_->handle, fd);
    assert(rc == 0 && "an open socket can be watched");
  }
  ~Poll() {
    uv_close(reinterpret_cast<uv_handle_t*>(&box_->handle),
             [](uv_handle_t* handle) { delete static_cast<Box*>(handle->data); });
  }
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;

  void Start(int events) {
    uv_poll_start(&box_->handle, events, [](uv_poll_t* handle, int status, int happened) {
      auto* box = static_cast<Box*>(handle->data);
      if (!uv_is_closing(reinterpret_cast<uv_handle_t*>(handle))) box->callback(status, happened);
    });
  }

 private:
  struct Box {
    uv_poll_t handle{};
    Callback callback;
  };
  Box* box_;
};

class Timer {
 public:
  Timer(uv_loop_t* loop, std::function<void()> callback)
      : handle_([loop](uv_timer_t* timer) { return uv_timer_init(loop, timer); }) {
    handle_.set_callback(std::move(callback));
  }
  // Fires once after `delay`, then every `repeat` where that is not zero.  A running timer starts anew.
  void Start(std::chrono::milliseconds delay, std::chrono::milliseconds repeat = {}) {
    const auto count = [](std::chrono::milliseconds d) {
      return static_cast<std::uint64_t>(d.count() < 0 ? 0 : d.count());
    };
    uv_timer_start(handle_.get(), UvHandle<uv_timer_t>::Fire, count(delay), count(repeat));
  }
  void Stop() { uv_timer_stop(handle_.get()); }
  bool is_running() { return uv_is_active(reinterpret_cast<uv_handle_t*>(handle_.get())) != 0; }

 private:
  UvHandle<uv_timer_t> handle_;
};

// Runs `work` on libuv's thread pool, and then `done` on the loop's thread; the loop does not end before both are done.
inline void RunApart(uv_loop_t* loop, std::function<void()> work, std::function<void()> done = {}) {
  struct Box {
    uv_work_t request{};
    std::function<void()> work, done;
  };
  auto* box = new Box{.work = std::move(work), .done = std::move(done)};
  box->request.data = box;
  [[maybe_unused]] const int rc = uv_queue_work(
      loop, &box->request, [](uv_work_t* request) { static_cast<Box*>(request->data)->work(); },
      [](uv_work_t* request, int) {
        const std::unique_ptr<Box> own(static_cast<Box*>(request->data));
        if (own->done) own->done();
      });
  assert(rc == 0 && "work is always taken");
}

// A libuv loop with its life: what was closed is freed before the loop goes.
class Loop {
 public:
  Loop() {
    [[maybe_unused]] const int rc = uv_loop_init(&loop_);
    assert(rc == 0 && "a loop needs a handful of descriptors");
  }
  ~Loop() {
    uv_run(&loop_, UV_RUN_DEFAULT);  // every owner is gone: only close callbacks are left
    [[maybe_unused]] const int rc = uv_loop_close(&loop_);
    assert(rc == 0 && "handles are closed by their owners before the loop ends");
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  uv_loop_t* get() { return &loop_; }
  void Run() { uv_run(&loop_, UV_RUN_DEFAULT); }
  void Stop() { uv_stop(&loop_); }

 private:
  uv_loop_t loop_{};
};

}  // namespace policyd::runtime
