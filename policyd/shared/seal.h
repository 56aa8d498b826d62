// The seal around all that goes to the engine: whoever can write there must neither read whose mail it was nor make a
// row that a host believes.  Pure, but for MakeSalt(); from any thread.
//
// Each row is encrypted and signed with a key of its own, made of the hosts' key and a random salt, so that there may
// be any number of them.  Bound to it are its version, its kind and the name of its key in the engine: a row that was
// copied to another name, or is of another kind, is not believed.  An old row put back in its place is; those who merge
// it must not mind.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "policyd/config/secret_files.h"

struct evp_mac_ctx_st;

namespace policyd::shared {

// What a row is about; the letter stands in the name of its key.
enum class RowKind : char {
  kTriplet = 't',
  kPasses = 'p',
};

using Salt = std::array<std::uint8_t, 16>;

// Bytes that nobody else can foretell.
Salt MakeSalt();

// Why a row is not believed.
enum class SealFault : std::uint8_t {
  kForm,     // it is no row of ours
  kVersion,  // a later version of this program wrote it
  kSeal,     // forged, damaged, of another place, or of hosts with another key
};
std::string_view Name(SealFault fault);  // "form"; for metrics

class Seal {
 public:
  // `prefix` is that of all names: "sekimori:".
  Seal(const config::SharedKey& key, std::string prefix);
  ~Seal();
  Seal(const Seal&) = delete;
  Seal& operator=(const Seal&) = delete;

  // The name of the key in the engine for what we call `name`: "sekimori:t:" and 32 hexadecimal digits.  Nobody without
  // the key can say what it is of.
  std::string KeyOf(RowKind kind, std::string_view name) const;

  // `key` is what KeyOf() gave.
  std::string Close(RowKind kind, std::string_view key, std::string_view row, const Salt& salt) const;
  std::variant<std::string, SealFault> Open(RowKind kind, std::string_view key, std::string_view sealed) const;

 private:
  struct Free {
    void operator()(evp_mac_ctx_st* context) const;
  };
  using Mac = std::unique_ptr<evp_mac_ctx_st, Free>;
  using Digest = std::array<std::uint8_t, 32>;

  static Mac MacWith(const std::uint8_t* key, std::size_t size);
  static Digest Sum(const Mac& mac, std::string_view bytes);

  std::string prefix_;
  Mac names_, rows_;  // with their keys
};

}  // namespace policyd::shared
