// Gives classes of recipients their own mode, bands and actions.
//
// The narrowest key decides: user@domain, user@ (at every domain), @domain, .domain (it and all below, the longer
// first).  user+extension counts as user where it is not named itself.  postmaster and abuse are never turned away
// (RFC 2142) unless a class names them by user@domain or user@.
//
// Immutable once in a Policy; safe from all threads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/action.h"
#include "rules/values/result.h"

namespace rules {

struct Policy;

// What is done with a mail by its Score.
struct Treatment {
  std::optional<std::string> name;  // of the class; nothing: everybody's
  Mode mode = Mode::kEnforce;
  Bands bands;
  BandActions actions;

  bool operator==(const Treatment&) const = default;
};

class RecipientClasses {
 public:
  // Without a treatment the key stands for recipients treated as everybody, an exception from a wider key.  Returns
  // false, and changes nothing, where the key is there already.  REQUIRES: `key` is normalised.
  bool Add(std::string key, std::shared_ptr<const Treatment> treatment);
  bool empty() const { return by_key_.empty(); }

 private:
  friend Treatment TreatmentOf(const Policy& policy, std::string_view recipient);

  using Entry = std::shared_ptr<const Treatment>;
  // Null where there is none.
  const Entry* Find(const std::string& key) const;
  const Entry* FindAddress(std::string_view local, std::string_view domain) const;
  const Entry* FindDomain(std::string_view domain) const;

  std::unordered_map<std::string, Entry> by_key_;
};

// What holds for mail to `recipient`, which may be empty or without a domain.
Treatment TreatmentOf(const Policy& policy, std::string_view recipient);

// A normalised key: "user@domain", "user@", "@domain", ".domain".
Result<std::string> ParseRecipientKey(std::string_view text);

// A row of a Postfix table (access(5), as postmap reads it).  Its "domain" is ".domain" here, for Postfix looks for the
// parent domains, too; what stands behind the key is of no matter unless it is DUNNO, which makes an exception.
struct RecipientRow {
  std::string key;
  bool is_exception = false;

  bool operator==(const RecipientRow&) const = default;
};

// `file` is only named in errors: "FILE:LINE: what was expected".
Result<std::vector<RecipientRow>> ParseRecipientTable(std::string_view file, std::string_view text);

}  // namespace rules
