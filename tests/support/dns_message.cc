#include "tests/support/dns_message.h"

#include <algorithm>

#include "policyd/dns/wire/dns_query.h"
#include "rules/values/ip_address.h"

namespace support {
namespace {

void Append16(Bytes& bytes, unsigned value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

void Append32(Bytes& bytes, std::uint32_t value) {
  Append16(bytes, value >> 16U);
  Append16(bytes, value & 0xffffU);
}

void Append(Bytes& bytes, const Bytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

constexpr std::uint16_t kTypeNs = 2;

// The root is asked for nothing but its name servers: a resolver's probe.
std::uint16_t TypeNumber(const rules::DnsQuestion& question) {
  return question.name.empty() ? kTypeNs : policyd::dns::WireType(question.type);
}

void AppendRecord(Bytes& bytes, const Record& record) {
  Append(bytes, WireName(record.owner));
  Append16(bytes, record.type);
  Append16(bytes, record.type == kTypeOpt ? 1232 : 1);
  Append32(bytes, record.ttl);
  Append16(bytes, static_cast<unsigned>(record.data.size()));
  Append(bytes, record.data);
}

}  // namespace

Bytes WireName(std::string_view name) {
  Bytes wire;
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    wire.push_back(static_cast<std::uint8_t>(label.size()));
    wire.insert(wire.end(), label.begin(), label.end());
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  wire.push_back(0);
  return wire;
}

Record AddressRecord(std::string owner, std::string_view address, std::uint32_t ttl) {
  const auto parsed = rules::IpAddress::Parse(address).value();
  return {.owner = std::move(owner),
          .type = parsed.is_v4() ? kTypeA : kTypeAaaa,
          .ttl = ttl,
          .data = Bytes(parsed.bytes().begin(), parsed.bytes().end())};
}

Record NameRecord(std::string owner, std::uint16_t type, std::string_view target, std::uint32_t ttl) {
  return {.owner = std::move(owner), .type = type, .ttl = ttl, .data = WireName(target)};
}

Record TextRecord(std::string owner, const std::vector<std::string>& strings, std::uint32_t ttl) {
  Bytes data;
  for (const std::string& text : strings) {
    data.push_back(static_cast<std::uint8_t>(text.size()));
    data.insert(data.end(), text.begin(), text.end());
  }
  return {.owner = std::move(owner), .type = kTypeTxt, .ttl = ttl, .data = std::move(data)};
}

Record MailHostRecord(std::string owner, std::uint16_t preference, std::string_view name, std::uint32_t ttl) {
  Bytes data;
  Append16(data, preference);
  Append(data, WireName(name));
  return {.owner = std::move(owner), .type = kTypeMx, .ttl = ttl, .data = std::move(data)};
}

Record SoaRecord(std::string owner, std::uint32_t ttl, std::uint32_t minimum) {
  Bytes data = WireName("ns.example");
  Append(data, WireName("hostmaster.example"));
  for (const std::uint32_t number : {1U, 7200U, 3600U, 86400U, minimum}) Append32(data, number);
  return {.owner = std::move(owner), .type = kTypeSoa, .ttl = ttl, .data = std::move(data)};
}

Record OptRecord(unsigned upper_rcode_bits) {
  return {.owner = "", .type = kTypeOpt, .ttl = upper_rcode_bits << 24U, .data = {}};
}

Bytes Message::ToBytes() const {
  Bytes bytes;
  Append16(bytes, id);
  Append16(bytes, (is_response ? 0x8000U : 0U) | opcode << 11U | (is_authoritative ? 0x0400U : 0U) |
                      (is_truncated ? 0x0200U : 0U) | 0x0100U | (is_response ? 0x0080U : 0U) | rcode);
  for (const std::size_t count : {questions.size(), answer.size(), authority.size(), additional.size()}) {
    Append16(bytes, static_cast<unsigned>(count));
  }
  for (const auto& question : questions) {
    Append(bytes, WireName(question.name));
    Append16(bytes, TypeNumber(question));
    Append16(bytes, 1);
  }
  for (const auto* section : {&answer, &authority, &additional}) {
    for (const Record& record : *section) AppendRecord(bytes, record);
  }
  return bytes;
}

rules::DnsQuestion QuestionOf(std::span<const std::uint8_t> query) {
  rules::DnsQuestion question;
  std::size_t at = 12;
  while (query[at] != 0) {
    if (!question.name.empty()) question.name += '.';
    question.name.append(query.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                         query.begin() + static_cast<std::ptrdiff_t>(at) + 1 + query[at]);
    at += 1U + query[at];
  }
  const unsigned type = static_cast<unsigned>(query[at + 1] << 8U | query[at + 2]);
  using Type = rules::RecordType;
  for (const Type known : {Type::kA, Type::kAaaa, Type::kPtr, Type::kTxt, Type::kMx}) {
    if (policyd::dns::WireType(known) == type) question.type = known;
  }
  return question;
}

}  // namespace support
