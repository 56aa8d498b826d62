// Which rows go when a table is full: those of the network that holds most of it.
//
// Networks are joined upwards, because a sender chooses how many of the smaller ones it uses: IPv4 by /8, /16 and /24,
// IPv6 by /32, /48 and /64.  A network *stands out* that holds at least 1/32 of the rows; a larger network that stands
// out does not answer for a smaller one inside it that does, and the other way round.  All networks that stand out are
// cut down to the same height, but not below 1/32.  The rest, if more must go, comes from the minutes in which most
// rows began.  Inside a network and inside a minute the newest go first: what was there before a flood stays.
//
// Pure.  The rows are a sample: some thousand neighbours in a table whose keys are hashes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "rules/values/ip_address.h"
#include "rules/values/time.h"

namespace cache {

// One row of the sample: the client that it is of, and when it began.
struct Holding {
  rules::IpAddress client;
  rules::TimePoint began{};
};

struct ChosenRow {
  std::size_t row = 0;             // its index in the sample
  bool is_of_one_network = false;  // what stood out is an IPv4 /16 or /24, or an IPv6 network: one sender may own it
};

// The rows that go, `count` of them or all.
std::vector<ChosenRow> ChooseRows(std::span<const Holding> rows, std::size_t count);

}  // namespace cache
