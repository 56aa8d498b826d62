// Threads that do what would hold up the one that hands it out.
//
// Add() belongs to one thread, which also bounds how much is handed out.  A thread is begun only when there is work for
// it, and then stays.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "cache/locked.h"

namespace policyd::http {

class Crew {
 public:
  using Task = std::function<void()>;

  explicit Crew(std::size_t most_threads) : most_threads_(most_threads) {}
  // Drops what waits, and waits for what is being done.
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // False where no thread can be had: then the task is not kept.
  bool Add(Task task);

 private:
  void Work();
  Task Next();

  const std::size_t most_threads_;
  struct Shared {
    std::deque<Task> tasks;
    std::size_t idle = 0;
    bool is_ending = false;
  };
  cache::Locked<Shared> shared_;
  std::condition_variable changed_;
  std::vector<std::thread> threads_;
};

}  // namespace policyd::http
