// Senders that came back from a client whoever their recipient was: what sqlgrey remembers.  Rows of triplets whose
// recipient is none that Postfix can send.
//
// Each holds for that sender, or all of one domain, from that client alone: never for other senders of the client.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "cache/greylist/triplet_store.h"
#include "rules/values/ip_address.h"

namespace cache {

inline constexpr std::string_view kAnyRecipient = "\n*";

// Of one client the key is rules::EarnedKey(); this is of a class C network, which sqlgrey knows, too:
// "203.0.113.0/24".
std::string ClassCKey(const rules::IpAddress& client);

// The record that says most of `sender` from `client`, or nothing.  `sender` is as rules::NormalizeSender() gives it.
std::optional<rules::Triplet> FindKnownSender(const TripletStore& triplets, ReadTransaction& snapshot,
                                              const rules::IpAddress& client, std::string_view sender);

}  // namespace cache
