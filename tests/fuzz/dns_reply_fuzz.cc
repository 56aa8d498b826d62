// Whatever a message holds, ParseReply() ends, reads only the message, and what it gives keeps the promises of its
// header.
//
// Input: one byte that picks the question and the form; then either a whole message, or what follows the id of one
// (flags, three counts of records) and what follows its question, so that the fuzzer need not guess the question.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "policyd/dns/wire/dns_query.h"
#include "policyd/dns/wire/dns_reply.h"
#include "rules/values/dns_name.h"

namespace {

using policyd::dns::DnsReply;
using Status = DnsReply::Status;

void Require(bool promise) {
  if (!promise) std::abort();
}

void CheckPromises(const DnsReply& reply, rules::RecordType type) {
  Require(reply.names.size() <= rules::kMaxPtrNames && reply.addresses.size() <= rules::kMaxAddresses);
  Require(reply.mail_hosts.size() <= rules::kMaxMailHosts && reply.texts.begun.size() <= rules::kMaxBegunTexts);
  std::size_t text_bytes = 0;
  for (const std::string& text : reply.texts.whole) text_bytes += text.size();
  Require(text_bytes <= rules::kMaxTextBytes && reply.texts.whole.size() <= rules::kMaxTexts);
  const bool has_records = reply.has_records();
  Require((reply.status == Status::kPresent) == (has_records || reply.is_cut));
  Require(reply.names.empty() || type == rules::RecordType::kPtr);
  Require(reply.addresses.empty() || type == rules::RecordType::kA || type == rules::RecordType::kAaaa);
  Require(reply.texts == rules::Texts() || type == rules::RecordType::kTxt);
  Require(reply.mail_hosts.empty() || type == rules::RecordType::kMx);
  Require(std::all_of(reply.names.begin(), reply.names.end(),
                      [](const auto& name) { return rules::NormalizeHostName(name) == name; }));
  Require(!has_records || reply.ttl.has_value());
  Require(!reply.ttl || *reply.ttl <= 0x7fffffffU);
  Require(reply.status != Status::kNotAnAnswer || reply == DnsReply());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::array<rules::DnsQuestion, 5> kQuestions{{{"mail.example", rules::RecordType::kA},
                                                             {"mail.example", rules::RecordType::kAaaa},
                                                             {"45.113.0.203.in-addr.arpa", rules::RecordType::kPtr},
                                                             {"sender.example", rules::RecordType::kTxt},
                                                             {"sender.example", rules::RecordType::kMx}}};
  if (size == 0) return 0;
  const auto& question = kQuestions[data[0] % kQuestions.size()];
  const bool is_whole = (data[0] & 0x80U) != 0;
  std::span<const std::uint8_t> rest(data + 1, size - 1);
  std::vector<std::uint8_t> message;
  if (!is_whole) {
    if (rest.size() < 8) return 0;
    message = policyd::dns::BuildQuery(question, {.edns = false});
    std::copy_n(rest.begin(), 2, message.begin() + 2);
    message[2] |= 0x80U;
    std::copy_n(rest.begin() + 2, 6, message.begin() + 6);
    rest = rest.subspan(8);
  }
  message.insert(message.end(), rest.begin(), rest.end());
  CheckPromises(policyd::dns::ParseReply(message, question), question.type);
  return 0;
}
