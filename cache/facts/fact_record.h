// The record of facts <-> bytes.  Pure.
//
// Decode...() gives nothing for bytes that it does not understand to the last one: a damaged record, or one of a newer
// version, counts as none.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rules/fact.h"

namespace cache {

using rules::KnownFacts;

inline constexpr std::size_t kMaxClientFacts = 256;  // in one record; the rest is dropped

// All that is known of a client: Questions of the kinds kPtr, kForward and kList.  Of a Question that is kept by name,
// name and zone are not written: they are in the key.
//
// The head of the record says when the last of the Facts ends, and of the client itself since when it is known and
// whether it was there again an hour or more later.
struct FactsHead {
  rules::TimePoint end{};
  rules::TimePoint first{};
  bool came_back = false;
};
// The end in `head` is not looked at.
std::string EncodeFacts(const KnownFacts& facts, const FactsHead& head = {});
std::optional<KnownFacts> DecodeFacts(std::string_view bytes);
// These read the first bytes only.
std::optional<FactsHead> DecodeFactsHead(std::string_view bytes);
std::optional<rules::TimePoint> LatestEnd(std::string_view bytes);

}  // namespace cache
