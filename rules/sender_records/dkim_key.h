// Reads the public keys that verify DKIM signatures: TXT records of "SELECTOR._domainkey.DOMAIN" (RFC 6376, section
// 3.6.1; RFC 8301, RFC 8463).  Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rules {

struct DkimKey {
  enum class Kind : std::uint8_t { kRsa, kEd25519, kOther };
  Kind kind = Kind::kRsa;
  unsigned bits = 0;        // of an RSA key's modulus; 256 of Ed25519; 0 where the key cannot be read
  bool is_revoked = false;  // p= is empty
  bool is_test = false;     // t=y: the domain tries DKIM, its signatures prove nothing yet
  bool is_sha1_only = false;

  bool operator==(const DkimKey&) const = default;
  bool is_broken() const { return bits == 0 && !is_revoked && kind != Kind::kOther; }
};

inline constexpr unsigned kLeastRsaBits = 1024;  // verifiers must not accept less (RFC 8301, section 3.2)
inline constexpr unsigned kGoodRsaBits = 2048;

// Nothing where the text is no key: not a list of tags, another version, or no p=.
std::optional<DkimKey> ParseDkimKey(std::string_view text);

}  // namespace rules
