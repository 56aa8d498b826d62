// Draws the tree of a domain's SPF records for people: who is included by whom, how many look-ups that costs, and what
// is wrong with it, whichever client mail comes from.  Whether one client passes rules/spf/ says.  Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

struct SpfWord {
  char qualifier = '+';
  std::string name{};   // lower case: "include", "a", "redirect"
  std::string value{};  // behind ":" or "=", or from "/" on
  bool is_modifier = false;
  std::string text{};  // the whole, as it was written

  bool operator==(const SpfWord&) const = default;
  // Does it cost one of the ten look-ups (RFC 7208, section 4.6.4)?
  bool costs_look_up() const;
};

bool IsSpf(std::string_view text);  // "v=spf1", then a blank or the end

// Those of a record, without its version; what RFC 7208 does not know is among them.
std::vector<SpfWord> SpfWordsOf(std::string_view record);

inline constexpr unsigned kMostSpfLookUps = 10;
inline constexpr std::size_t kMostSpfNodes = 30;  // records that are looked at: a tree of more is beyond all help

// What DNS said of the TXT records of a name.
struct SpfTexts {
  bool is_answered = true;
  std::vector<std::string> texts{};
};

struct SpfNode {
  enum class State : std::uint8_t {
    kOpen,      // not known yet
    kRecord,    // one record
    kNone,      // none: an include of it is an error
    kSeveral,   // more than one: an error
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
  std::vector<SpfNode> nodes{};              // the way a reader goes through: each before those that it includes
  unsigned look_ups = 0;                     // of all together, as a client costs that nothing matches
  bool allows_all = false;                   // "+all", or a network of /0: passes for anybody
  bool uses_ptr = false;                     // slow, and not to be used (RFC 7208, section 5.5)
  bool ends_neutral = false;                 // "?all", or nothing at the end: says nothing of other machines
  bool fails_all = false;                    // "v=spf1 -all" and no more: the domain sends no mail
  std::vector<std::string> unknown_terms{};  // of any record: the whole is an error
  std::vector<std::string> open{};           // names whose TXT records are to be asked

  bool is_certain() const { return open.empty(); }
};

// `find`: what is known of a name; nothing where it was not asked yet.
SpfTree DrawSpfTree(const std::string& domain, const std::function<std::optional<SpfTexts>(const std::string&)>& find);

}  // namespace rules
