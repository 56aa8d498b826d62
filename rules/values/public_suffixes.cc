#include "rules/values/public_suffixes.h"

#include <libpsl.h>

#include <cstdio>

namespace rules {

Result<std::shared_ptr<const PublicSuffixes>> PublicSuffixes::Parse(std::string_view bytes) {
  const Error error{"expected a public suffix list as published, in text or compiled"};
  if (bytes.empty()) return error;
  // libpsl reads files only; opened for reading, the bytes stay as they are.
  std::FILE* const file = fmemopen(const_cast<char*>(bytes.data()), bytes.size(), "r");
  if (!file) return error;
  const psl_ctx_t* const list = psl_load_fp(file);
  std::fclose(file);
  // Any text is taken for a list, one of no rule: libpsl counts them, -1 where it is compiled.
  if (!list || psl_suffix_count(list) == 0) {
    psl_free(const_cast<psl_ctx_t*>(list));
    return error;
  }
  return std::shared_ptr<const PublicSuffixes>(new PublicSuffixes(list, true));
}

std::shared_ptr<const PublicSuffixes> PublicSuffixes::Builtin() {
  return std::shared_ptr<const PublicSuffixes>(new PublicSuffixes(psl_builtin(), false));
}

PublicSuffixes::~PublicSuffixes() {
  if (is_owned_) psl_free(const_cast<psl_ctx_t*>(list_));
}

std::string PublicSuffixes::RegisteredDomain(std::string_view name) const {
  const std::string text(name);  // libpsl wants a final NUL
  const char* const domain = psl_registrable_domain(list_, text.c_str());
  return domain ? domain : std::string();
}

}  // namespace rules
