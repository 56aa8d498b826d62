// Chooses the rows that go when a table is full: those of the network that holds most of it.
//
// Networks are joined upwards, because a sender chooses how many of the smaller ones it uses: IPv4 by /8, /16 and /24,
// IPv6 by /32, /48 and /64.  A network *stands out* that holds at least 1/32 of the rows; a larger network that stands
// out does not answer for a smaller one inside it that does, and the other way round.  All networks that stand out are
// cut down to the same height, but not below 1/32.  The rest, if more must go, comes from the minutes in which most
// rows began.  Inside a network and inside a minute the newest go first: what was there before a flood stays.
//
// Rows that are over go before all that.  Rows that have proven themselves (their client came back) go last, and by the
// same rule: only where the rest takes no more than an eighth of the rows, so that a flood which comes back cannot
// close a table to newcomers.
//
// Pure.  The rows are a sample: some thousand neighbours in a table whose keys are hashes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rules/values/ip_address.h"
#include "rules/values/time.h"

namespace cache {

enum class Standing : std::uint8_t {
  kOver,    // of no use any more
  kNew,     // seen once
  kProven,  // it came back
};

// One row of the sample: the client that it is of, and when it began.
struct Holding {
  rules::IpAddress client;
  rules::TimePoint began{};
  Standing standing = Standing::kNew;
};

struct ChosenRow {
  std::size_t row = 0;             // its index in the sample
  bool is_of_one_network = false;  // what stood out is an IPv4 /16 or /24, or an IPv6 network: one sender may own it
};

// The rows that go: `count` of them, or fewer where only what is proven is left.
std::vector<ChosenRow> ChooseRows(std::span<const Holding> rows, std::size_t count);

}  // namespace cache
