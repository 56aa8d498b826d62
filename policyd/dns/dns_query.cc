#include "policyd/dns/dns_query.h"

#include <arpa/nameser.h>

#include <algorithm>

namespace policyd::dns {
namespace {

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxName = 255;  // RFC 1035, with the lengths

void Append16(std::vector<std::uint8_t>& bytes, unsigned value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

void AppendName(std::vector<std::uint8_t>& bytes, std::string_view name) {
  for (;;) {
    const std::size_t label = std::min(name.find('.'), name.size());
    bytes.push_back(static_cast<std::uint8_t>(label));
    bytes.insert(bytes.end(), name.begin(), name.begin() + static_cast<std::ptrdiff_t>(label));
    if (label == name.size()) break;
    name.remove_prefix(label + 1);
  }
  bytes.push_back(0);
}

std::uint8_t Lower(std::uint8_t byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<std::uint8_t>(byte | 0x20U) : byte;
}

bool IsLetter(std::uint8_t byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

// Length bytes are at most 63 and so never letters.
void TurnCase(std::span<std::uint8_t> name, std::span<const std::uint8_t> bits) {
  if (bits.empty()) return;
  std::size_t used = 0;
  for (std::uint8_t& byte : name) {
    if (!IsLetter(byte)) continue;
    if (bits[used / 8 % bits.size()] >> (used % 8) & 1U) byte ^= 0x20U;
    ++used;
  }
}

std::size_t QuestionSize(std::span<const std::uint8_t> query) {
  const auto root = std::find(query.begin() + kHeaderSize, query.end(), std::uint8_t{0});
  return static_cast<std::size_t>(root - query.begin()) + 1 + 4 - kHeaderSize;
}

}  // namespace

bool FitsTheWire(std::string_view name) {
  if (WireSize(name) > kMaxName) return false;
  for (;;) {
    const std::size_t dot = name.find('.');
    const std::size_t label = std::min(dot, name.size());
    if (label == 0 || label > kMaxLabel) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

bool StartsWithName(std::span<const std::uint8_t> bytes, std::string_view name) {
  if (bytes.size() < WireSize(name)) return false;
  for (std::size_t at = 0;;) {
    const std::size_t label = std::min(name.find('.'), name.size());
    if (bytes[at] != label) return false;
    const auto is_same = [](std::uint8_t a, char b) { return Lower(a) == Lower(static_cast<std::uint8_t>(b)); };
    if (!std::ranges::equal(bytes.subspan(at + 1, label), name.substr(0, label), is_same)) return false;
    at += label + 1;
    if (label == name.size()) return bytes[at] == 0;
    name.remove_prefix(label + 1);
  }
}

std::uint16_t WireType(rules::RecordType type) {
  switch (type) {
    case rules::RecordType::kA:
      return ns_t_a;
    case rules::RecordType::kAaaa:
      return ns_t_aaaa;
    case rules::RecordType::kPtr:
      break;
  }
  return ns_t_ptr;
}

std::vector<std::uint8_t> BuildQuery(const rules::DnsQuestion& question, const QueryOptions& options) {
  std::vector<std::uint8_t> query;
  query.reserve(kHeaderSize + WireSize(question.name) + 4 + 11);
  Append16(query, options.id);
  Append16(query, 0x0100);  // RD
  Append16(query, 1);
  Append16(query, 0);
  Append16(query, 0);
  Append16(query, options.edns ? 1 : 0);
  AppendName(query, question.name);
  TurnCase(std::span(query).subspan(kHeaderSize), options.case_bits);
  Append16(query, WireType(question.type));
  Append16(query, ns_c_in);
  if (options.edns) {  // RFC 6891: root, OPT, payload size, no extended rcode, no flags, no options
    query.push_back(0);
    Append16(query, ns_t_opt);
    Append16(query, kUdpPayload);
    Append16(query, 0);
    Append16(query, 0);
    Append16(query, 0);
  }
  return query;
}

bool RepeatsQuestion(std::span<const std::uint8_t> message, std::span<const std::uint8_t> query) {
  const std::size_t size = QuestionSize(query);
  if (message.size() < kHeaderSize + size) return false;
  return std::ranges::equal(message.subspan(kHeaderSize, size), query.subspan(kHeaderSize, size));
}

}  // namespace policyd::dns
