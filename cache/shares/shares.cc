#include "cache/shares/shares.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>

namespace cache {
namespace {

constexpr std::size_t kStandsOut = 32;  // ... that holds so much of the rows: one part in
constexpr std::size_t kRoomForNew = 8;  // one part of the rows in so many: what has proven itself leaves it
constexpr std::size_t kLevels = 3;
constexpr std::array<int, kLevels> kBitsV4 = {8, 16, 24};
constexpr std::array<int, kLevels> kBitsV6 = {32, 48, 64};

// A network of one of the levels, as a number.
struct Group {
  std::uint64_t prefix = 0;
  int level = -1;  // -1: of everybody
  bool is_v4 = false;

  bool operator==(const Group&) const = default;
};

struct GroupHash {
  std::size_t operator()(const Group& group) const {
    const std::uint64_t mixed = (group.prefix + static_cast<std::uint64_t>(group.level)) * 0x9e37'79b9'7f4a'7c15U;
    return mixed ^ (mixed >> 32);
  }
};

Group GroupOf(const rules::IpAddress& client, std::size_t level) {
  std::uint64_t high = 0;
  const auto bytes = client.bytes();
  for (std::size_t i = 0; i < 8; ++i) high = high << 8 | (i < bytes.size() ? bytes[i] : 0U);
  const int bits = client.is_v4() ? kBitsV4[level] : kBitsV6[level];
  return {.prefix = high >> (64 - bits), .level = static_cast<int>(level), .is_v4 = client.is_v4()};
}

using Members = std::vector<std::size_t>;

// The level at which the rows of all networks above it make up `count`, or nearly.
std::size_t Height(std::vector<std::size_t> sizes, std::size_t count) {
  std::ranges::sort(sizes, std::greater<>());
  std::size_t sum = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    sum += sizes[i];
    const std::size_t next = i + 1 < sizes.size() ? sizes[i + 1] : 0;
    const std::size_t above = sum - (i + 1) * next;  // where all of these are cut down to the next one
    if (above >= count) return (sum - std::min(sum, count)) / (i + 1);
  }
  return 0;
}

class Choice {
 public:
  Choice(std::span<const Holding> rows, std::size_t count) : rows_(rows), count_(count), is_chosen_(rows.size()) {}

  void TakeOfThoseThatStandOut();
  void TakeOfAll();
  std::vector<ChosenRow> chosen() { return std::move(chosen_); }

 private:
  std::size_t missing() const { return count_ - std::min(count_, chosen_.size()); }
  Members Rest() const;  // not chosen yet
  std::unordered_map<Group, Members, GroupHash> ByNetwork() const;
  // Of `members` those that began in the fullest minutes, the newest first.
  void Take(const Members& members, std::size_t count, bool is_of_one_network);

  const std::span<const Holding> rows_;
  const std::size_t count_;
  std::vector<bool> is_chosen_;
  std::vector<ChosenRow> chosen_;
};

// Assigns each row to its smallest network that stands out, provided that all larger ones around it stand out, too.
std::unordered_map<Group, Members, GroupHash> Choice::ByNetwork() const {
  std::vector<Group> group_of(rows_.size());
  for (std::size_t level = 0; level < kLevels; ++level) {
    const auto may_stand_out = [&](std::size_t row) { return group_of[row].level == static_cast<int>(level) - 1; };
    std::unordered_map<Group, std::size_t, GroupHash> sizes;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      if (may_stand_out(row)) ++sizes[GroupOf(rows_[row].client, level)];
    }
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      if (!may_stand_out(row)) continue;
      const Group narrower = GroupOf(rows_[row].client, level);
      if (sizes[narrower] * kStandsOut >= rows_.size()) group_of[row] = narrower;
    }
  }
  std::unordered_map<Group, Members, GroupHash> members;
  for (std::size_t row = 0; row < rows_.size(); ++row) members[group_of[row]].push_back(row);
  return members;
}

void Choice::Take(const Members& members, std::size_t count, bool is_of_one_network) {
  const auto minute_of = [this](std::size_t row) {
    return std::chrono::floor<std::chrono::minutes>(rows_[row].began).time_since_epoch().count();
  };
  std::map<std::int64_t, Members> minutes;
  for (const std::size_t row : members) minutes[minute_of(row)].push_back(row);
  std::vector<std::size_t> sizes;
  for (const auto& [minute, of_minute] : minutes) sizes.push_back(of_minute.size());
  const std::size_t height = Height(std::move(sizes), count);
  const std::size_t end = chosen_.size() + count;
  for (auto& [minute, of_minute] : minutes) {
    std::ranges::sort(of_minute, std::greater<>(), [this](std::size_t row) { return rows_[row].began; });
    for (std::size_t i = 0; i + height < of_minute.size() && chosen_.size() < end; ++i) {
      chosen_.push_back({.row = of_minute[i], .is_of_one_network = is_of_one_network});
      is_chosen_[of_minute[i]] = true;
    }
  }
}

Members Choice::Rest() const {
  Members rest;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!is_chosen_[i]) rest.push_back(i);
  }
  return rest;
}

void Choice::TakeOfThoseThatStandOut() {
  const std::size_t floor = (rows_.size() + kStandsOut - 1) / kStandsOut;
  const auto networks = ByNetwork();
  std::vector<std::size_t> sizes;
  for (const auto& [group, members] : networks) {
    if (group.level >= 0) sizes.push_back(members.size());
  }
  const std::size_t height = std::max(Height(std::move(sizes), missing()), floor);
  for (const auto& [group, members] : networks) {
    if (group.level < 0 || members.size() <= height) continue;
    const bool is_of_one_network = !group.is_v4 || group.level > 0;
    Take(members, std::min(members.size() - height, missing()), is_of_one_network);
  }
}

void Choice::TakeOfAll() {
  if (missing() > 0) Take(Rest(), missing(), false);
}

// The rows of one standing, and where they stand in the sample.
struct OfStanding {
  std::vector<Holding> rows;
  Members places;
};

OfStanding RowsOf(std::span<const Holding> rows, Standing standing) {
  OfStanding found;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows[row].standing != standing) continue;
    found.rows.push_back(rows[row]);
    found.places.push_back(row);
  }
  return found;
}

void ChooseOf(const OfStanding& candidates, std::size_t count, std::vector<ChosenRow>& chosen) {
  Choice choice(candidates.rows, std::min(count, candidates.rows.size()));
  choice.TakeOfThoseThatStandOut();
  choice.TakeOfAll();
  for (ChosenRow& row : choice.chosen()) {
    row.row = candidates.places[row.row];
    chosen.push_back(row);
  }
}

}  // namespace

std::vector<ChosenRow> ChooseRows(std::span<const Holding> rows, std::size_t count) {
  const std::size_t wanted = std::min(count, rows.size());
  std::vector<ChosenRow> chosen;
  ChooseOf(RowsOf(rows, Standing::kOver), wanted, chosen);
  const OfStanding fresh = RowsOf(rows, Standing::kNew);
  const OfStanding proven = RowsOf(rows, Standing::kProven);
  const std::size_t room = proven.rows.empty() ? 0 : rows.size() / kRoomForNew;
  const std::size_t rest = wanted - chosen.size();
  // Rather fewer rows than wanted than a proven one: in a small sample proven rows may be neighbours by chance.
  if (fresh.rows.size() > room) {
    ChooseOf(fresh, std::min(rest, fresh.rows.size() - room), chosen);
    return chosen;
  }
  const std::size_t of_proven = std::min(rest, proven.rows.size());
  ChooseOf(fresh, rest - of_proven, chosen);
  ChooseOf(proven, of_proven, chosen);
  return chosen;
}

}  // namespace cache
