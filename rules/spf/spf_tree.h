// Draws the tree of a domain's SPF records for people: who is included by whom, how many look-ups that costs, and what
// is wrong with it, whichever client mail comes from.  Whether one client passes spf.h says.  Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rules/fact.h"

namespace rules {

inline constexpr unsigned kMostSpfLookUps = 10;
inline constexpr std::size_t kMostSpfNodes = 30;  // records that are looked at: a tree of more is beyond all help

// What DNS said of the TXT records of a name.
struct SpfTexts {
  bool is_answered = true;
  Texts texts{};
  bool is_cut = false;  // of some not even the beginning is there
};

struct SpfNode {
  enum class State : std::uint8_t {
    kOpen,      // not known yet
    kRecord,    // one record
    kNone,      // none: an include of it is an error
    kSeveral,   // more than one: an error
    kTooLong,   // it was not kept whole: an error
    kNoAnswer,  // DNS did not say
    kLoop,      // it includes itself, in however many steps
    kMacro,     // the name depends on the mail: not asked
    kLeftOut,   // the tree is too large
  };
  int depth = 0;
  std::string domain{};
  std::string term{};  // that led here; empty for the first
  State state = State::kOpen;
  std::string record{};
  unsigned look_ups = 0;  // of the terms of this record alone
};

struct SpfTree {
  std::vector<SpfNode> nodes{};          // the way a reader goes through: each before those that it includes
  unsigned look_ups = 0;                 // of all together, as a client costs that nothing matches
  bool allows_all = false;               // passes for anybody, see SpfCheck::is_for_anybody
  bool uses_ptr = false;                 // slow, and not to be used (RFC 7208, section 5.5)
  bool ends_neutral = false;             // "?all", or nothing at the end: says nothing of other machines
  bool fails_all = false;                // "v=spf1 -all": the domain sends no mail
  std::vector<std::string> bad_terms{};  // of any record: the whole is an error
  std::vector<std::string> open{};       // names whose TXT records are to be asked

  bool is_certain() const { return open.empty(); }
};

// `find`: what is known of a name; nothing where it was not asked yet.
SpfTree DrawSpfTree(const std::string& domain, const std::function<std::optional<SpfTexts>(const std::string&)>& find);

}  // namespace rules
