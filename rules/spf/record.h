// An SPF record: its terms, parsed whole before any of them is looked at (RFC 7208, sections 4.5 to 6).  Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/fact.h"
#include "rules/values/ip_address.h"

namespace rules {

enum class SpfResult : std::uint8_t { kNone, kNeutral, kPass, kFail, kSoftfail, kTemperror, kPermerror };

// "none", "neutral", ...
const char* Name(SpfResult result);

enum class SpfIdentity : std::uint8_t { kHelo, kMailFrom };

// What came of a check: one that anybody would pass is none here.
struct SpfSeen {
  SpfIdentity identity = SpfIdentity::kMailFrom;
  SpfResult result = SpfResult::kNone;

  bool operator==(const SpfSeen&) const = default;
};

struct SpfTerm {
  enum class Mechanism : std::uint8_t { kAll, kInclude, kA, kMx, kPtr, kIp4, kIp6, kExists };

  Mechanism mechanism = Mechanism::kAll;
  SpfResult result = SpfResult::kPass;  // where it matches
  std::string domain_spec;              // empty: the domain of the record
  IpAddress address;                    // of kIp4 and kIp6
  int prefix_v4 = 32, prefix_v6 = 128;
  std::string text;  // as it was written
};

struct SpfRecord {
  std::vector<SpfTerm> terms;
  std::string redirect, explanation;  // domain-specs of the modifiers
  bool has_all = false;
};

// "v=spf1", then a space or the end.
bool IsSpfRecord(std::string_view text);

// The one record among the texts of a name (RFC 7208, section 4.5).
struct ChosenSpf {
  enum class State : std::uint8_t { kOne, kNone, kSeveral, kTooLong };
  State state = State::kNone;
  std::string record{};  // of kOne
};
// `is_cut`: there are texts of which not even the beginning was kept.
ChosenSpf ChooseSpfRecord(const Texts& texts, bool is_cut);

struct ParsedSpf {
  std::optional<SpfRecord> record;
  std::string bad_term;  // where there is no record: the first that is wrong
};

// REQUIRES: IsSpfRecord(text).
ParsedSpf ParseSpfRecord(std::string_view text);

}  // namespace rules
