// Reads DMARC records and finds the one that holds for a domain (RFC 9989: the tree walk that took the place of the
// public suffix list).  Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

enum class DmarcPolicy : std::uint8_t { kNone, kQuarantine, kReject };
const char* Name(DmarcPolicy policy);  // "none", "quarantine", "reject"

struct DmarcRecord {
  enum class Psd : std::uint8_t { kUnsaid, kYes, kNo };

  std::optional<DmarcPolicy> policy{};              // p; nothing where it is not there: as none
  std::optional<DmarcPolicy> subdomains{};          // sp
  std::optional<DmarcPolicy> missing_subdomains{};  // np
  Psd psd = Psd::kUnsaid;
  bool is_test = false;  // t=y: the next milder policy is asked for
  bool is_strict_for_dkim = false, is_strict_for_spf = false;
  std::vector<std::string> reports_to{};    // rua: URIs
  std::vector<std::string> failures_to{};   // ruf
  std::vector<std::string> bad_tags{};      // with a value that they cannot have; and the beginning of what is no tag
  std::vector<std::string> former_tags{};   // pct, rf, ri: RFC 9989 has them no more
  std::vector<std::string> unknown_tags{};  // ignored by all

  bool operator==(const DmarcRecord&) const = default;

  // A wrong p, sp or np makes the record void, unless it asks for reports: then it counts as p=none.
  bool has_bad_policy() const;
  bool holds() const;
  // What is asked for of the domain itself, or of a domain below it that exists or not.
  DmarcPolicy ForItself() const;
  DmarcPolicy ForBelow(bool exists) const;
};

bool IsDmarc(std::string_view text);  // begins with v=DMARC1

// Nothing where it does not begin so, or a tag stands twice.
std::optional<DmarcRecord> ParseDmarc(std::string_view text);

// The domains below whose "_dmarc" the walk looks, the nearest first: the domain itself, and then each one above it, at
// most eight in all.  All can be asked at once: an answer only ends the walk earlier.
std::vector<std::string> DmarcDomains(std::string_view domain);

// What DNS said at "_dmarc." and a domain.
struct DmarcTexts {
  std::string domain;
  bool is_answered = true;
  std::vector<std::string> texts{};  // TXT records
};

struct DmarcFound {
  std::optional<DmarcRecord> record{};  // the one that holds for the domain
  std::string at{};                     // its domain
  std::string text{};
  std::string organisation{};  // the organisational domain; the domain itself where no record says more
  bool has_several = false;    // the domain itself has more than one record: none of them counts
  bool is_certain = true;      // no answer is missing that could say otherwise
};

// REQUIRES: answers as DmarcDomains() has the domains, not empty.
DmarcFound FindDmarc(std::span<const DmarcTexts> answers);

}  // namespace rules
