// Reads the words of a host name as signs of what the machine is: the one table with the weights of dynamic_name.
//
// Weights were set by hand and checked on names whose role is known (dynamic_name_test prints the figures); 4 points
// make a name dynamic.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace rules {

enum class WordGroup : std::uint8_t {
  kAccess,   // an end user's line
  kGeneric,  // made by a script for every address
  kStatic,   // a line, but one that is meant to hold servers
  kMail,     // a mail server
  kCloud,    // a rented machine
};
inline constexpr std::size_t kWordGroups = 5;

struct NameWord {
  std::string_view text;
  bool is_prefix;  // "dial" also stands for "dialup"; else the whole run of letters
  WordGroup group;
  int points;
  std::string_view reason;
};

// The words that begin with this letter.  REQUIRES: 'a' to 'z'.
std::span<const NameWord> NameWordsWith(char letter);

// Words that count wherever they stand, also within others.
std::span<const NameWord> NameWordsAnywhere();

// The domain above this name under which a provider rents machines out, whose default names say nothing of the tenant:
// "ovh.net" of "vps-1a2b.vps.ovh.net".  Empty where there is none.
std::string_view CloudDomainOf(std::string_view name);

// Is it in one of the tables: a word, or a cloud domain?
bool IsNameWord(std::string_view text);

}  // namespace rules
