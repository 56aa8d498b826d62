// sealed = version salt text tag     version: 1 byte, 1; salt, tag: 16 bytes; text: as long as the row
// text and tag: ChaCha20-Poly1305 (RFC 8439) with a nonce of zeros and a key that serves this salt alone
// key    = HMAC-SHA256(row key, salt)
// bound  = version kind name         kind: its letter; name: that of the key in the engine, with its prefix
//
// name   = prefix kind ":" the first 16 bytes of HMAC-SHA256(name key, kind text), in hexadecimal digits
//
// row key = HMAC-SHA256(hosts' key, "sekimori row 1"), name key = HMAC-SHA256(hosts' key, "sekimori name 1")
//
// A nonce of 12 random bytes under one key would be worn out after some billions of rows; a busy site sends as many in
// days.
#include "policyd/shared/seal.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sys/random.h>

#include <cassert>
#include <utility>

namespace policyd::shared {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kTag = 16;
constexpr std::size_t kNameBytes = 16;
constexpr std::size_t kAround = 1 + sizeof(Salt) + kTag;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const std::uint8_t* BytesOf(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::uint8_t* BytesOf(std::string& text) {
  return reinterpret_cast<std::uint8_t*>(text.data());
}

std::string Bound(RowKind kind, std::string_view key) {
  std::string bound;
  bound.reserve(2 + key.size());
  bound += kVersion;
  bound += static_cast<char>(kind);
  bound += key;
  return bound;
}

// Ready to take the text; it knows key and what is bound.
Cipher Prepare(const std::array<std::uint8_t, 32>& key, const std::string& bound, bool encrypts) {
  static constexpr std::array<std::uint8_t, 12> kNonce{};
  Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int length = 0;
  [[maybe_unused]] const bool is_ready =
      cipher &&
      EVP_CipherInit_ex(cipher.get(), EVP_chacha20_poly1305(), nullptr, key.data(), kNonce.data(), encrypts ? 1 : 0) ==
          1 &&
      EVP_CipherUpdate(cipher.get(), nullptr, &length, BytesOf(bound), static_cast<int>(bound.size())) == 1;
  assert(is_ready && "the cipher is in every OpenSSL 3");
  return cipher;
}

}  // namespace

Salt MakeSalt() {
  Salt salt{};
  // Up to 256 bytes come whole.
  while (getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size())) {
  }
  return salt;
}

std::string_view Name(SealFault fault) {
  switch (fault) {
    case SealFault::kForm:
      return "form";
    case SealFault::kVersion:
      return "version";
    case SealFault::kSeal:
      return "seal";
  }
  return {};
}

void Seal::Free::operator()(evp_mac_ctx_st* context) const {
  EVP_MAC_CTX_free(context);
}

Seal::Mac Seal::MacWith(const std::uint8_t* key, std::size_t size) {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr), EVP_MAC_free);
  Mac mac(EVP_MAC_CTX_new(hmac.get()));
  std::array<char, 7> digest{"SHA256"};
  const std::array<OSSL_PARAM, 2> params{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                                         OSSL_PARAM_construct_end()};
  [[maybe_unused]] const bool is_ready = mac && EVP_MAC_init(mac.get(), key, size, params.data()) == 1;
  assert(is_ready && "HMAC-SHA256 is in every OpenSSL 3");
  return mac;
}

Seal::Digest Seal::Sum(const Mac& mac, std::string_view bytes) {
  const Mac copy(EVP_MAC_CTX_dup(mac.get()));
  Digest digest{};
  std::size_t length = 0;
  [[maybe_unused]] const bool is_summed = copy && EVP_MAC_update(copy.get(), BytesOf(bytes), bytes.size()) == 1 &&
                                          EVP_MAC_final(copy.get(), digest.data(), &length, digest.size()) == 1;
  assert(is_summed && length == digest.size() && "a sum needs nothing but memory");
  return digest;
}

Seal::Seal(const config::SharedKey& key, std::string prefix) : prefix_(std::move(prefix)) {
  const Mac all = MacWith(key.data(), key.size());
  const Digest of_names = Sum(all, "sekimori name 1");
  const Digest of_rows = Sum(all, "sekimori row 1");
  names_ = MacWith(of_names.data(), of_names.size());
  rows_ = MacWith(of_rows.data(), of_rows.size());
}

Seal::~Seal() = default;

std::string Seal::KeyOf(RowKind kind, std::string_view name) const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(1, static_cast<char>(kind));
  text += name;
  const Digest digest = Sum(names_, text);
  std::string key;
  key.reserve(prefix_.size() + 2 + 2 * kNameBytes);
  key += prefix_;
  key += static_cast<char>(kind);
  key += ':';
  for (std::size_t i = 0; i < kNameBytes; ++i) {
    key += kDigits[digest[i] >> 4U];
    key += kDigits[digest[i] & 15U];
  }
  return key;
}

std::string Seal::Close(RowKind kind, std::string_view key, std::string_view row, const Salt& salt) const {
  const std::string_view salt_bytes(reinterpret_cast<const char*>(salt.data()), salt.size());
  const Cipher cipher = Prepare(Sum(rows_, salt_bytes), Bound(kind, key), true);
  std::string sealed;
  sealed.reserve(kAround + row.size());
  sealed += kVersion;
  sealed += salt_bytes;
  const std::size_t begin = sealed.size();
  sealed.resize(begin + row.size() + kTag);
  int length = 0;
  int rest = 0;
  [[maybe_unused]] const bool is_closed =
      EVP_CipherUpdate(cipher.get(), BytesOf(sealed) + begin, &length, BytesOf(row), static_cast<int>(row.size())) ==
          1 &&
      EVP_CipherFinal_ex(cipher.get(), BytesOf(sealed) + begin + length, &rest) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, kTag, BytesOf(sealed) + begin + row.size()) == 1;
  assert(is_closed && "closing needs nothing but memory");
  return sealed;
}

std::variant<std::string, SealFault> Seal::Open(RowKind kind, std::string_view key, std::string_view sealed) const {
  if (sealed.empty() || sealed.front() < kVersion) return SealFault::kForm;
  if (sealed.front() > kVersion) return SealFault::kVersion;
  if (sealed.size() < kAround) return SealFault::kForm;
  const Cipher cipher = Prepare(Sum(rows_, sealed.substr(1, sizeof(Salt))), Bound(kind, key), false);
  const std::string_view text = sealed.substr(1 + sizeof(Salt), sealed.size() - kAround);
  std::string tag(sealed.substr(sealed.size() - kTag));
  std::string row(text.size(), '\0');
  int length = 0;
  int rest = 0;
  const bool is_opened =
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, kTag, tag.data()) == 1 &&
      EVP_CipherUpdate(cipher.get(), BytesOf(row), &length, BytesOf(text), static_cast<int>(text.size())) == 1 &&
      EVP_CipherFinal_ex(cipher.get(), BytesOf(row) + length, &rest) == 1;
  if (!is_opened) return SealFault::kSeal;
  return row;
}

}  // namespace policyd::shared
