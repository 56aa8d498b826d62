// clang-format off
//   record  = [ "v=DKIM1;" ] *( tag ";" ): k= h= p= s= t= n=
//   p       = base64 of one of these in DER (X.690):
//             SEQUENCE { SEQUENCE { OID, ... }, BIT STRING { 0, SEQUENCE { INTEGER n, INTEGER e } } }   SubjectPublicKeyInfo
//             SEQUENCE { INTEGER n, INTEGER e }                                                         RSAPublicKey
//             32 bytes                                                                                  Ed25519
// clang-format on
#include "rules/sender_records/dkim_key.h"

#include <bit>
#include <string>

#include "rules/sender_records/tag_list.h"
#include "rules/values/ascii.h"
#include "rules/values/base64.h"

namespace rules {
namespace {

constexpr unsigned char kSequence = 0x30, kInteger = 0x02, kBitString = 0x03;
constexpr std::size_t kEd25519Bytes = 32;

// Takes the content of the first element off `der`; nothing where it is of another type, or cut off.
std::optional<std::string_view> TakeElement(std::string_view& der, unsigned char type) {
  const auto byte = [&der](std::size_t at) { return static_cast<unsigned char>(der[at]); };
  if (der.size() < 2 || byte(0) != type) return std::nullopt;
  std::size_t size = byte(1), begin = 2;
  if (size & 0x80U) {
    const std::size_t bytes = size & 0x7FU;
    if (bytes == 0 || bytes > 4 || der.size() < 2 + bytes) return std::nullopt;
    size = 0;
    for (std::size_t i = 0; i < bytes; ++i) size = size << 8U | byte(2 + i);
    begin += bytes;
  }
  if (size > der.size() - begin) return std::nullopt;
  const std::string_view content = der.substr(begin, size);
  der.remove_prefix(begin + size);
  return content;
}

unsigned BitsOf(std::string_view number) {
  while (!number.empty() && number.front() == '\0') number.remove_prefix(1);
  if (number.empty()) return 0;
  const auto first = static_cast<unsigned char>(number.front());
  return static_cast<unsigned>((number.size() - 1) * 8) + static_cast<unsigned>(std::bit_width(first));
}

// Of the modulus; 0 where this is no key.
unsigned RsaBits(std::string_view der) {
  auto outer = TakeElement(der, kSequence);
  if (!outer) return 0;
  std::string_view rest = *outer;
  if (TakeElement(rest, kSequence)) {
    auto key = TakeElement(rest, kBitString);
    if (!key || key->empty()) return 0;
    key->remove_prefix(1);  // how many bits of the last byte do not count
    return RsaBits(*key);
  }
  const auto modulus = TakeElement(rest, kInteger);
  return modulus ? BitsOf(*modulus) : 0;
}

// Is the word one of those between colons?
bool Holds(std::string_view list, std::string_view word) {
  for (const std::string_view part : Split(list, ':')) {
    if (LowerAscii(WithoutBlanks(part)) == word) return true;
  }
  return false;
}

DkimKey::Kind KindOf(std::string_view word) {
  if (word.empty() || word == "rsa") return DkimKey::Kind::kRsa;
  return word == "ed25519" ? DkimKey::Kind::kEd25519 : DkimKey::Kind::kOther;
}

}  // namespace

std::optional<DkimKey> ParseDkimKey(std::string_view text) {
  const auto tags = TagList::Parse(text, TagForm::kDkim);
  if (!tags || !tags->Find("p")) return std::nullopt;
  if (tags->Find("v") && !HasVersion(text, {"DKIM1", TagForm::kDkim})) return std::nullopt;
  DkimKey key{.kind = KindOf(LowerAscii(tags->Get("k"))), .is_test = Holds(tags->Get("t"), "y")};
  const std::string hashes = tags->Get("h");
  key.is_sha1_only = !hashes.empty() && Holds(hashes, "sha1") && !Holds(hashes, "sha256");
  const std::string data = tags->Get("p");
  key.is_revoked = data.empty();
  if (key.is_revoked || !IsBase64(data)) return key;
  const std::string bytes = DecodeBase64(data);
  if (key.kind == DkimKey::Kind::kRsa) key.bits = RsaBits(bytes);
  if (key.kind == DkimKey::Kind::kEd25519 && bytes.size() == kEd25519Bytes) key.bits = kEd25519Bytes * 8;
  return key;
}

}  // namespace rules
