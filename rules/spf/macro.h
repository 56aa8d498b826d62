// The macros of SPF records: syntax and expansion (RFC 7208, section 7).
//
// Pure and bounded: strangers write the records, and choose most of what the macros stand for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rules/values/ip_address.h"
#include "rules/values/time.h"

namespace rules {

// Where a macro string stands.  The letters c, r and t, and a space, are of explanations alone.
enum class SpfText : std::uint8_t { kRecord, kExplanation };

bool IsMacroString(std::string_view text, SpfText place);

// A macro string of a record that ends in a macro, or in "." and a label that may be the last of a name.
bool IsDomainSpec(std::string_view text);

// Does it hold the macro of the letter, in either case?
bool UsesMacro(std::string_view text, char letter);
bool HasMacros(std::string_view text);

// What the letters stand for.
struct SpfMacroValues {
  std::string local;          // l
  std::string sender_domain;  // o
  std::string domain;         // d
  IpAddress client;           // i, c, v
  std::string validated;      // p
  std::string helo;           // h
  std::string receiver;       // r
  TimePoint now{};            // t
};

// A name as it is asked: lower case, no final dot.  Of one that is longer than a name may be (253 bytes) the labels on
// the left are dropped.  REQUIRES: IsMacroString(text, kRecord).
std::string ExpandName(std::string_view text, const SpfMacroValues& values);

// REQUIRES: IsMacroString(text, kExplanation).
std::string ExpandExplanation(std::string_view text, const SpfMacroValues& values);

inline constexpr std::size_t kMaxExplanation = 512;  // of the text that is given

}  // namespace rules
