#include "policyd/dns/wire/dns_query.h"

#include <arpa/nameser.h>

#include <algorithm>
#include <cstring>

namespace policyd::dns {
namespace {

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxName = 255;  // RFC 1035, with the lengths
constexpr unsigned kRecursionDesired = 0x0100, kAskAuthentic = 0x0020;

// Each writes at `at` and returns where the next goes.
std::uint8_t* Put16(std::uint8_t* at, unsigned value) {
  *at++ = static_cast<std::uint8_t>(value >> 8U);
  *at++ = static_cast<std::uint8_t>(value);
  return at;
}

std::uint8_t* PutName(std::uint8_t* at, std::string_view name) {
  while (!name.empty()) {
    const std::size_t label = std::min(name.find('.'), name.size());
    *at++ = static_cast<std::uint8_t>(label);
    at = std::copy_n(name.begin(), label, at);
    name.remove_prefix(std::min(label + 1, name.size()));
  }
  *at++ = 0;  // the root
  return at;
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

std::vector<std::uint8_t> Build(std::string_view name, std::uint16_t type, const QueryOptions& options) {
  constexpr std::size_t kOpt = 11;
  const std::size_t name_size = name.empty() ? 1 : WireSize(name);
  std::vector<std::uint8_t> query(kHeaderSize + name_size + 4 + (options.edns ? kOpt : 0));
  std::uint8_t* at = query.data();
  // RFC 6840, section 5.7: AD in a query asks to be told.  Nobody wants to know it of other records.
  const unsigned flags = kRecursionDesired | (type == ns_t_tlsa ? kAskAuthentic : 0U);
  for (const unsigned value : {unsigned{options.id}, flags, 1U, 0U, 0U, options.edns ? 1U : 0U}) {
    at = Put16(at, value);
  }
  at = PutName(at, name);
  TurnCase(std::span(query).subspan(kHeaderSize, name_size), options.case_bits);
  at = Put16(at, type);
  at = Put16(at, ns_c_in);
  if (options.edns) {  // RFC 6891: root, OPT, payload size, no extended rcode, no flags, no options
    *at++ = 0;
    at = Put16(at, ns_t_opt);
    Put16(at, kUdpPayload);
  }
  return query;
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
    const auto there = bytes.subspan(at + 1, label);
    const bool is_identical = std::memcmp(there.data(), name.data(), label) == 0;
    if (!is_identical && !std::ranges::equal(there, name.substr(0, label), is_same)) return false;
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
    case rules::RecordType::kTxt:
      return ns_t_txt;
    case rules::RecordType::kMx:
      return ns_t_mx;
    case rules::RecordType::kTlsa:
      return ns_t_tlsa;
    case rules::RecordType::kPtr:
      break;
  }
  return ns_t_ptr;
}

std::vector<std::uint8_t> BuildQuery(const rules::DnsQuestion& question, const QueryOptions& options) {
  return Build(question.name, WireType(question.type), options);
}

const char* NameOf(ProbeQuestion question) {
  return question == ProbeQuestion::kRoot ? "" : "in-addr.arpa";
}

std::vector<std::uint8_t> BuildProbe(ProbeQuestion question, const QueryOptions& options) {
  return Build(NameOf(question), ns_t_ns, options);
}

bool RepeatsQuestion(std::span<const std::uint8_t> message, std::span<const std::uint8_t> query) {
  const std::size_t size = QuestionSize(query);
  if (message.size() < kHeaderSize + size) return false;
  return std::ranges::equal(message.subspan(kHeaderSize, size), query.subspan(kHeaderSize, size));
}

}  // namespace policyd::dns
