#include "policyd/http/crew.h"

#include <system_error>
#include <utility>

namespace policyd::http {

Crew::~Crew() {
  {
    const std::lock_guard lock(shared_.mutex);
    shared_.is_ending = true;
    shared_.tasks.clear();
  }
  shared_.changed.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Crew::Add(Task task) {
  const std::lock_guard lock(shared_.mutex);
  if (shared_.idle <= shared_.tasks.size() && threads_.size() < most_threads_) {
    try {
      threads_.emplace_back([this] { Work(); });
    } catch (const std::system_error&) {
      if (threads_.empty()) return false;
    }
  }
  shared_.tasks.push_back(std::move(task));
  shared_.changed.notify_one();
  return true;
}

void Crew::Work() {
  std::unique_lock lock(shared_.mutex);
  while (true) {
    ++shared_.idle;
    shared_.changed.wait(lock, [this] { return shared_.is_ending || !shared_.tasks.empty(); });
    --shared_.idle;
    if (shared_.is_ending) return;
    const Task task = std::move(shared_.tasks.front());
    shared_.tasks.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

}  // namespace policyd::http
