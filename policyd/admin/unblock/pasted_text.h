// Reads the text that people paste to say which mail they mean: a bounce, a header, a line of a log, a sentence of a
// ticket.  Finds references, addresses and names in it, and the words of servers that are not ours.
//
// Headers are not relied on, since half of them is often missing: what looks encoded is decoded, too.  Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/reference.h"
#include "rules/values/ip_address.h"

namespace policyd::admin {

// Bytes of a reading that are looked at: a server tells its reasons before the mail that comes back.
inline constexpr std::size_t kBeginning = 256U << 10U;
// Readings that are looked at.
inline constexpr std::size_t kMostReadings = 64;

template <class T>
void AddOnce(std::vector<T>& values, T value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(std::move(value));
}

// Every way to read a bounce as people paste it: folded, quoted with ">", its parts in base64 or quoted-printable, in
// any charset, as HTML, mails within mails, or half of one.  In UTF-8 with plain hyphens and blanks: the text as it
// stands without its quote marks, with quoted-printable decoded, as HTML, and each base64 part in the same ways.
std::vector<std::string> ReadingsOf(std::string_view text);

// All that may be a reference in one of the readings, each once, the likeliest first: a bounce may tell of several
// recipients, and parts of other words look like references.
std::vector<rules::Reference> ReferencesIn(const std::vector<std::string>& readings);

// Each once, in the order of the text.
struct Copied {
  std::vector<rules::IpAddress> addresses;
  std::vector<std::string> mail_addresses;  // lower case; also "@partner.example"
  std::vector<std::string> names;           // normalised host names and domains
};

// Reads what people copy out of mail programs, headers, logs and tickets: "Ann Smith <ann@partner.example>",
// "192.0.2.20.", "[IPv6:2001:db8::1]", "mailto:ann@partner.example", "smtp; mail.partner.example[192.0.2.20]:25".
Copied ReadCopied(std::string_view text);

// A refusal by a mail server in words that are not ours, and what to look at instead.
struct ForeignRefusal {
  std::optional<std::string> host{};              // the server that refused, where the text names it
  std::optional<std::string_view> here{};         // "reject_rbl_client in main.cf (...)", where that is this server
  std::optional<std::string_view> of_our_mail{};  // "the PTR record of our outgoing address ...", where it is another
};

// What is not recognised is nothing.  Case and line breaks do not count.
ForeignRefusal ForeignRefusalIn(std::string_view text);

}  // namespace policyd::admin
