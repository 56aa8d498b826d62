// Encodes a question of DNS for the wire.  Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "rules/question.h"

namespace policyd::dns {

inline constexpr std::size_t kHeaderSize = 12;
inline constexpr std::uint16_t kUdpPayload = 1232;  // fits every path unfragmented (DNS flag day 2020)

// Can the name be sent?  Not where a label is empty or over 63 bytes, or all over 255 (RFC 1035).
bool FitsTheWire(std::string_view name);

// Does `name` stand at the beginning of `bytes`, uncompressed, but for upper and lower case?
bool StartsWithName(std::span<const std::uint8_t> bytes, std::string_view name);

// The bytes of a name on the wire.
inline std::size_t WireSize(std::string_view name) {
  return name.size() + 2;
}

std::uint16_t WireType(rules::RecordType type);

struct QueryOptions {
  std::uint16_t id = 0;
  bool edns = true;
  // One bit a letter turns its case (0x20, draft-vixie-dnsext-dns0x20): what a forger must guess beside the id.  Taken
  // round in turn; empty leaves the name as it is.
  std::span<const std::uint8_t> case_bits{};
};

// A standard query with RD, one question of class IN, and OPT where `edns`.  REQUIRES: the name FitsTheWire().
std::vector<std::uint8_t> BuildQuery(const rules::DnsQuestion& question, const QueryOptions& options);

// The questions that a server's health is told by: strangers do not choose them, and a resolver has their answers.
enum class ProbeQuestion : std::uint8_t {
  kRoot,         // . NS
  kReverseTree,  // in-addr.arpa NS
};
const char* NameOf(ProbeQuestion question);
std::vector<std::uint8_t> BuildProbe(ProbeQuestion question, const QueryOptions& options);

// Does the message repeat the question of `query` byte for byte, with the case of every letter?  REQUIRES: `query` is
// of BuildQuery().
bool RepeatsQuestion(std::span<const std::uint8_t> message, std::span<const std::uint8_t> query);

}  // namespace policyd::dns
