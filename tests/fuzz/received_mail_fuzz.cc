// Whatever is piped in as a mail, reading it ends soon and keeps the promises of its header.
//
// Input: a mail or its beginning.  192.0.2.0/24 is ours.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "policyd/admin/report/received_mail.h"
#include "rules/values/dns_name.h"

namespace {

using policyd::admin::DkimSignature;
using policyd::admin::ReceivedMail;

constexpr std::size_t kMostSignatures = 10;

void Require(bool promise) {
  if (!promise) std::abort();
}

bool IsOurs(const rules::IpAddress& address) {
  static const auto kOurs = *rules::Network::Parse("192.0.2.0/24");
  return kOurs.Contains(address);
}

void CheckClient(const ReceivedMail& mail, std::size_t size) {
  Require(mail.received_lines <= size / std::string_view("received:").size());
  if (mail.client) Require(mail.received_lines > 0 && !mail.client->is_loopback() && !IsOurs(*mail.client));
  if (!mail.client) Require(mail.helo.empty() && mail.name.empty() && mail.server.empty());
  // What is not known is empty, so that nobody takes a word of a server for a name.
  Require(mail.helo != "unknown" && mail.name != "unknown" && !mail.name.starts_with('['));
}

void CheckSignatures(const ReceivedMail& mail) {
  Require(mail.signatures.size() <= kMostSignatures);
  for (const DkimSignature& one : mail.signatures) {
    Require(rules::NormalizeHostName(one.domain) == one.domain &&
            rules::NormalizeHostName(one.selector) == one.selector);
    Require(std::ranges::count(mail.signatures, one) == 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ReceivedMail mail = policyd::admin::ReadReceivedMail(text, IsOurs);
  CheckClient(mail, size);
  CheckSignatures(mail);
  // What stands behind the header changes nothing.
  const std::string longer = std::string(text) + "\n\nReceived: from x ([198.51.100.7])\nFrom: b@b.example\n";
  if (size < policyd::admin::kLargestHeader) Require(policyd::admin::ReadReceivedMail(longer, IsOurs) == mail);
  return 0;
}
