// The texts of the configuration that are values of their own: endpoints, sizes, reply texts.  Pure.
//
// Errors are `expected ..., got ...`, without place and key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policyd/config/config.h"
#include "rules/policy.h"
#include "rules/values/result.h"

namespace policyd::config {

// Postfix notation: "inet:127.0.0.1:10040", "inet:[::1]:10040", "unix:/path".
rules::Result<Endpoint> ParseListen(std::string_view text);
// "127.0.0.1:9140", or "" for nothing.
rules::Result<std::optional<Endpoint>> ParseHttpListen(std::string_view text);
// "127.0.0.1:5353", "[::1]:53"; an address alone means port 53.
rules::Result<Endpoint> ParseNameServer(std::string_view text);

// "4GiB", "512MiB" in bytes.
rules::Result<std::uint64_t> ParseSize(std::string_view text);

rules::Result<rules::Mode> ParseMode(std::string_view text);
rules::Result<rules::SpfUse> ParseSpfUse(std::string_view text);
// "192.0.2.0/24", "mail.example.org" or ".example.org".
rules::Result<rules::SpfForwarder> ParseSpfForwarder(std::string_view text);
rules::Result<runtime::Log::Target> ParseLogTarget(std::string_view text);
rules::Result<runtime::Log::Style> ParseLogStyle(std::string_view text);
rules::Result<LogSettings::Passes> ParseLoggedPasses(std::string_view text);
// The action of a band: "pass", "tag", "greylist", "defer", "reject", "hold" or "discard".
rules::Result<rules::Action> ParseBandAction(std::string_view text);
// A name of printable ASCII, at most 40 bytes.
rules::Result<std::string> ParseClassName(std::string_view text);
// A normalised host name.
rules::Result<std::string> ParseHostName(std::string_view text);
// A word or cloud domain of rules/client/name_words.h.
rules::Result<std::string> ParseNameWord(std::string_view text);
// A host name, or "" for this machine's.
rules::Result<std::string> ParseOwnName(std::string_view text);
rules::Result<std::string> ParseDirectory(std::string_view text);
// A full path, or "" for nothing.
rules::Result<std::optional<std::string>> ParseNotify(std::string_view text);

// A status such as 4.7.1 first, printable ASCII, known placeholders only.
rules::Result<std::string> ParseReplyFrame(std::string_view text);   // "4.7.1 Access denied. {why} (ref {ref})"
rules::Result<std::string> ParseReplyReason(std::string_view text);  // "[{client}] is listed by {list}"
rules::Result<std::string> ParseContact(std::string_view text);
rules::Result<std::string> ParseHeaderName(std::string_view text);
rules::Result<std::string> ParseWhyUrl(std::string_view text);
// In any script: it stands on a page, not in a reply.  Nothing where it is empty.
rules::Result<std::optional<std::string>> ParseWhyContact(std::string_view text);

// The operator of this public resolver ("Google"), or nothing.
std::optional<std::string_view> PublicResolver(const Endpoint& server);

}  // namespace policyd::config
