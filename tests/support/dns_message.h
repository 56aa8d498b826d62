// DNS messages put together by hand, right or wrong on purpose.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/question.h"

namespace support {

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::uint16_t kTypeA = 1, kTypeNs = 2, kTypeCname = 5, kTypeSoa = 6, kTypePtr = 12, kTypeMx = 15,
                               kTypeTxt = 16, kTypeAaaa = 28, kTypeOpt = 41;

struct Record {
  std::string owner;
  std::uint16_t type = kTypeA;
  std::uint32_t ttl = 300;
  Bytes data;

  bool operator==(const Record&) const = default;
};

// Labels between dots; any other byte stands for itself.
Bytes WireName(std::string_view name);

// REQUIRES: the address is of the record's family.
Record AddressRecord(std::string owner, std::string_view address, std::uint32_t ttl = 300);
Record NameRecord(std::string owner, std::uint16_t type, std::string_view target, std::uint32_t ttl = 300);
Record TextRecord(std::string owner, const std::vector<std::string>& strings, std::uint32_t ttl = 300);
Record MailHostRecord(std::string owner, std::uint16_t preference, std::string_view name, std::uint32_t ttl = 300);
Record SoaRecord(std::string owner, std::uint32_t ttl, std::uint32_t minimum);
Record OptRecord(unsigned upper_rcode_bits);

struct Message {
  std::uint16_t id = 0;
  bool is_response = true, is_truncated = false, is_authoritative = false;
  unsigned opcode = 0, rcode = 0;
  std::vector<rules::DnsQuestion> questions{};
  std::vector<Record> answer{}, authority{}, additional{};

  Bytes ToBytes() const;  // names uncompressed
};

// The question that a message of ours holds, as it stands there; of another type than ours as one of A.  REQUIRES: a
// well-formed query.
rules::DnsQuestion QuestionOf(std::span<const std::uint8_t> query);

}  // namespace support
