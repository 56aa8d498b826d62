// The busiest of very many keys, counted in bounded memory: Metwally, Agrawal and El Abbadi's space-saving algorithm.
//
// A key that is kept has a count that is right or too high, never too low; a key that is not kept has at most the least
// count of those that are.  A value of one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace cache {

class BusiestKeys {
 public:
  using Key = std::uint64_t;

  struct Busy {
    Key key = 0;
    std::uint64_t count = 0;
  };

  explicit BusiestKeys(std::size_t capacity) : capacity_(capacity) {}

  void Add(Key key);
  // No more than down to nothing, and only where the key is kept.
  void Subtract(Key key);
  // The count is known now; 0 lets the key go.  A new key comes in only where there is room or a smaller one.
  void Set(Key key, std::uint64_t count);

  std::optional<Busy> Busiest() const;
  std::size_t size() const { return counts_.size(); }

 private:
  void Move(Key key, std::uint64_t from, std::uint64_t to);
  void Drop(Key key, std::uint64_t count);

  const std::size_t capacity_;
  std::unordered_map<Key, std::uint64_t> counts_;
  std::set<std::pair<std::uint64_t, Key>> by_count_;
};

}  // namespace cache
