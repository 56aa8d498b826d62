#include "policyd/http/crew.h"

#include <system_error>
#include <utility>

namespace policyd::http {

Crew::~Crew() {
  {
    const auto shared = shared_.Lock();
    shared->is_ending = true;
    shared->tasks.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Crew::Add(Task task) {
  const auto shared = shared_.Lock();
  if (shared->idle <= shared->tasks.size() && threads_.size() < most_threads_) {
    try {
      threads_.emplace_back([this] { Work(); });
    } catch (const std::system_error&) {
      if (threads_.empty()) return false;
    }
  }
  shared->tasks.push_back(std::move(task));
  changed_.notify_one();
  return true;
}

void Crew::Work() {
  while (const Task task = Next()) task();
}

// Waits for one; empty at the end.
Crew::Task Crew::Next() {
  auto shared = shared_.Lock();
  ++shared->idle;
  shared.Wait(changed_, [&shared] { return shared->is_ending || !shared->tasks.empty(); });
  --shared->idle;
  if (shared->is_ending) return {};
  Task task = std::move(shared->tasks.front());
  shared->tasks.pop_front();
  return task;
}

}  // namespace policyd::http
