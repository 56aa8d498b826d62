// The `shape` record of the lists: what there is in them.  Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/people/list_entry.h"

namespace cache {

// Counts of entries: what is not in use is not looked up.
struct ListShape {
  struct PrefixCount {
    rules::ListKind list = rules::ListKind::kWhitelist;
    bool is_v4 = true;
    std::uint8_t prefix = 0;
    std::uint64_t count = 0;

    bool operator==(const PrefixCount&) const = default;
  };
  struct LabelCount {
    rules::ListKind list = rules::ListKind::kWhitelist;
    std::uint8_t labels = 0;  // ".example.com" has two
    std::uint64_t count = 0;

    bool operator==(const LabelCount&) const = default;
  };
  static constexpr std::size_t kKinds = 10;  // Target::Kind, from 1 on

  std::uint64_t generation = 0;          // one more with each change
  std::uint64_t pattern_generation = 0;  // one more with each change of a kPattern entry
  std::array<std::array<std::uint64_t, kKinds>, 2> counts{};
  std::vector<PrefixCount> prefixes;  // of kNetwork entries
  std::vector<LabelCount> labels;     // of kDomain entries

  std::uint64_t count(rules::ListKind list, rules::Target::Kind kind) const {
    return counts[static_cast<std::size_t>(list) - 1][static_cast<std::size_t>(kind)];
  }
  // Are there entries of this kind in one of the lists?
  bool has(rules::Target::Kind kind) const {
    return count(rules::ListKind::kWhitelist, kind) + count(rules::ListKind::kBlocklist, kind) > 0;
  }
  // May there be an entry for this target?
  bool may_hold(rules::ListKind list, const rules::Target& target) const;
  bool has_name_entries() const;

  // Counts an entry in (by 1) or out (by -1).
  void Change(rules::ListKind list, const rules::Target& target, int by);

  // For a damaged record: everything is looked up rather than nothing.
  static ListShape Everything();

  bool operator==(const ListShape&) const = default;
};

std::string EncodeShape(const ListShape& shape);
std::optional<ListShape> DecodeShape(std::string_view bytes);

}  // namespace cache
