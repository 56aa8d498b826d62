// Finds the part of a name that somebody registered, by the public suffix list (publicsuffix.org, with its private
// section).
//
// Immutable; safe from all threads.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "rules/values/result.h"

struct psl_ctx_st;

namespace rules {

class PublicSuffixes {
 public:
  // `bytes` is a list as published, text or DAFSA.
  static Result<std::shared_ptr<const PublicSuffixes>> Parse(std::string_view bytes);

  // The list compiled into libpsl.
  static std::shared_ptr<const PublicSuffixes> Builtin();

  ~PublicSuffixes();
  PublicSuffixes(const PublicSuffixes&) = delete;
  PublicSuffixes& operator=(const PublicSuffixes&) = delete;

  // "mail.example.co.uk" -> "example.co.uk"; empty where the name is itself a public suffix.  REQUIRES: name is
  // normalised.
  std::string RegisteredDomain(std::string_view name) const;

 private:
  PublicSuffixes(const psl_ctx_st* list, bool is_owned) : list_(list), is_owned_(is_owned) {}

  const psl_ctx_st* list_;
  bool is_owned_;
};

}  // namespace rules
