// Decodes a raw DNS message: what it says about our question.  Pure and bounded; fuzzed.
//
// c-ares 1.18 gives neither the TTL of a PTR nor the SOA of a negative answer, takes our own query echoed back for an
// answer, reports rcodes above 5 as success and drops a whole PTR set for one bad name: so the message is read here,
// over glibc's ns_initparse and ns_parserr.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policyd/dns/wire/dns_query.h"
#include "rules/fact.h"
#include "rules/question.h"

namespace policyd::dns {

struct DnsReply {
  enum class Status : std::uint8_t {
    kPresent,      // records of the type asked, CNAMEs followed (at most 8); none where all lie beyond what is read
    kAbsent,       // NXDOMAIN, or no data
    kError,        // the server says that it cannot: SERVFAIL, REFUSED, FORMERR, any other rcode
    kTruncated,    // ask again over TCP
    kNotAnAnswer,  // no message, not a response, another question, nonsense: as if nothing had come
  };

  Status status = Status::kNotAnAnswer;
  int rcode = 0;                       // with the upper bits of EDNS; kNoSuchName: there is no such name
  std::optional<std::uint32_t> ttl{};  // as cache::Lifetime() takes it
  rules::HostNames names{};            // PTR: the good ones, at most kMaxPtrNames
  rules::Addresses addresses{};        // A, AAAA: at most kMaxAddresses
  rules::Texts texts{};                // TXT, see rules::KeepTexts(); TLSA: "3 1 1 0A1B..."
  rules::MailHosts mail_hosts{};       // MX: at most kMaxMailHosts
  // The names that CNAMEs lead on to, one after the other, as DNS prints them: RFC 2317 has a "/" in them.
  std::vector<std::string> aliases{};
  bool is_signed = false;  // TLSA only: the server has found the signatures of DNSSEC right (AD)
  bool is_cut = false;     // kPresent only: there was more than is kept, or a longer chain of CNAMEs

  bool has_records() const {
    return !names.empty() || !addresses.empty() || texts != rules::Texts{} || !mail_hosts.empty();
  }
  bool operator==(const DnsReply&) const = default;
};

inline constexpr int kNoSuchName = 3;  // the rcode NXDOMAIN

// A PTR set of which no name is usable is kAbsent: what cannot be a host name confirms nothing.  A referral, which only
// a server that does not recurse gives, is kError.  The question must equal ours but for upper and lower case.
DnsReply ParseReply(std::span<const std::uint8_t> message, const rules::DnsQuestion& question);

// The rcode of an answer to BuildProbe(), whatever else it says; nothing where the message is no answer to it, or is
// broken.
std::optional<int> ParseProbeReply(std::span<const std::uint8_t> message, ProbeQuestion question);

inline constexpr std::uint8_t kTruncatedBit = 0x02;      // of a message's third byte
inline constexpr std::uint8_t kAuthenticDataBit = 0x20;  // of the fourth

// Must the question be asked again over TCP?
bool IsTruncated(std::span<const std::uint8_t> message);

}  // namespace policyd::dns
