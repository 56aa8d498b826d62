// Reads a mail as it lies in a mailbox here: which client handed it to us, under what names, and who signed it.
//
// Only its header is looked at, and only what our own servers wrote in it is believed: the lines that they put on top.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/values/ip_address.h"

namespace policyd::admin {

inline constexpr std::size_t kLargestHeader = 256U << 10U;  // the lines on top are those that count

struct DkimSignature {
  std::string domain;    // d=, normalised
  std::string selector;  // s=

  bool operator==(const DkimSignature&) const = default;
};

struct ReceivedMail {
  std::optional<rules::IpAddress> client{};
  std::string helo{};
  std::string name{};                       // by which our server knew the client; empty where it knew none
  std::string server{};                     // ours, that it handed the mail to
  std::optional<std::string> sender{};      // of the envelope; empty for a bounce
  std::string author{};                     // From:
  bool has_several_authors = false;         // From: stands more than once: what people see and what DMARC judges differ
  std::vector<DkimSignature> signatures{};  // each once, at most ten
  std::size_t received_lines = 0;

  bool operator==(const ReceivedMail&) const = default;
};

using IsOurs = std::function<bool(const rules::IpAddress&)>;

// `text`: a mail or its beginning, kLargestHeader of it are read.  The client is that of the first Received line from
// the top that names one that is not ours; above it stand only hops among ourselves.
ReceivedMail ReadReceivedMail(std::string_view text, const IsOurs& is_ours);

}  // namespace policyd::admin
