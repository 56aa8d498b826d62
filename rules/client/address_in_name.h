// Finds a client's own address in its host name: providers name whole networks so, nobody names one mail server so.
#pragma once

#include <cstdint>
#include <string_view>

#include "rules/values/ip_address.h"

namespace rules {

enum class AddressInName : std::uint8_t {
  kNone,
  kLastTwoTogether,  // the last two octets run together behind a word: "vms034228.example" for 92.251.34.228
  kLastTwo,          // side by side, or all of the first label: "c34-228.example", "c34228.example", "x22e4.example"
  kWhole,            // all of it, or so much that it cannot be chance
};

// Knows decimal octets between any separators, forwards, backwards or turned round, run together, each padded or not;
// one number of 32 bits; hexadecimal, both byte orders, also of the last three octets; of IPv6 nibbles, groups and
// compressed text, of the whole address, its network or its host half. REQUIRES: name is normalised.
AddressInName FindAddressInName(std::string_view name, const IpAddress& client);

}  // namespace rules
