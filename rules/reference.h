// Makes and reads the short code in every reply that turns a mail away; it finds the Verdict again.
//
// 9 characters and one check character, Crockford base32, shown XXXXX-XXXXX, case and hyphen ignored: a keyed hash of
// client, sender, recipient, reason and UTC day.  A repeated try has the same reference.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/values/siphash.h"
#include "rules/values/time.h"

namespace rules {

struct Reference {
  std::uint64_t code = 0;  // 45 bits

  auto operator<=>(const Reference&) const = default;

  // Nothing unless the check character fits; I, L read as 1, O as 0 (Crockford).
  static std::optional<Reference> Parse(std::string_view text);
  static constexpr std::size_t kMostInAText = 1000;  // a log file is not asked about as a whole
  // All that may be a reference in a longer text, each once: a reply, a log line, a bounce (where they may be folded
  // over lines).  Those behind "ref" first, then those with the hyphen: one word in 32 fits by chance, as part of a
  // Message-ID, so the caller tries them all.
  static std::vector<Reference> FindAllIn(std::string_view text);
  std::string ToString() const;
};

struct ReferenceParts {
  std::string_view client;
  std::string_view sender;
  std::string_view recipient;
  std::string_view reason;
  TimePoint now;
};

Reference MakeReference(const HashKey& secret, const ReferenceParts& parts);

}  // namespace rules
