// Grammar:
//   listen = "inet:" address ":" port | "unix:" path     address: an IPv4 address, or an IPv6 address in brackets
//   http   = address ":" port | "unix:" path | ""
//   server = address [":" port] | IPv6 address
//   size   = number ("KiB" | "MiB" | "GiB" | "TiB")
//   frame  = status " " text     status: "4.7.1"; text: printable ASCII with the placeholders below
//   reason = text
#include "policyd/config/config_values.h"

#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "policyd/runtime/shown.h"
#include "rules/client/name_words.h"
#include "rules/reply.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "rules/values/ip_address.h"

namespace policyd::config {
namespace {

using rules::Error;
using rules::Result;

constexpr std::uint16_t kDnsPort = 53;

Error Mismatch(std::string_view expected, std::string_view got) {
  return Error{fmt::format("expected {}, got \"{}\"", expected, got)};
}

template <class Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

// "127.0.0.1:53", "[::1]:53"
std::optional<Endpoint> ParseAddressAndPort(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = ParseNumber<std::uint16_t>(text.substr(colon + 1));
  const std::string_view host = text.substr(0, colon);
  const bool is_bracketed = host.starts_with('[') && host.ends_with(']');
  const bool is_v6_text = host.find(':') != std::string_view::npos;
  const auto address = rules::ReadAddress(host);
  if (!port || *port == 0 || !address || (is_v6_text && !is_bracketed)) return std::nullopt;
  return Endpoint{.is_unix = false, .host = address->ToString(), .port = *port};
}

bool IsStatus(std::string_view word) {
  const std::size_t first = word.find('.');
  const std::size_t second = word.find('.', first + 1);
  if (first != 1 || second == std::string_view::npos) return false;
  if (word.front() != '4' && word.front() != '5') return false;
  const auto is_part = [](std::string_view digits) {
    return digits.size() <= 3 && ParseNumber<unsigned>(digits).has_value();
  };
  return is_part(word.substr(2, second - 2)) && is_part(word.substr(second + 1));
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

// {why} comes first: only a frame holds it.
constexpr std::array<std::string_view, 14> kPlaceholders{
    "{why}", "{client}",  "{name}",    "{helo}",  "{sender}",   "{domain}",  "{list}",
    "{ref}", "{seconds}", "{minutes}", "{until}", "{hostname}", "{contact}", "{why_url}"};

// "{client}, {name} or {helo}"
std::string Listed(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view& word : words) {
    const bool is_last = &word == &words.back();
    text += (text.empty() ? "" : is_last ? " or " : ", ") + std::string(word);
  }
  return text;
}

// The first placeholder, with its braces, that is not in `known`; nothing if all are.
std::optional<std::string_view> UnknownPlaceholder(std::string_view text, std::span<const std::string_view> known) {
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const std::size_t end = text.find('}', at);
    const std::string_view placeholder = text.substr(at, end == std::string_view::npos ? end : end - at + 1);
    if (std::find(known.begin(), known.end(), placeholder) == known.end()) return placeholder;
  }
  return std::nullopt;
}

Result<std::string> AsReplyText(std::string_view text, bool is_frame) {
  if (!IsPrintable(text)) {
    return Error{"expected printable ASCII, got a line end, a control byte or a letter beyond ASCII"};
  }
  if (text.size() > rules::kMaxReply) {
    return Error{fmt::format("expected at most {} bytes, got {}", rules::kMaxReply, text.size())};
  }
  const auto known = std::span(kPlaceholders).subspan(is_frame ? 0 : 1);
  if (const auto placeholder = UnknownPlaceholder(text, known)) return Mismatch(Listed(known), *placeholder);
  return std::string(text);
}

}  // namespace

Result<Endpoint> ParseListen(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  constexpr std::string_view kInet = "inet:";
  if (text.starts_with(kUnix)) {
    const std::string_view path = text.substr(kUnix.size());
    const bool fits = path.size() < sizeof(sockaddr_un::sun_path);
    if (!path.starts_with('/') || !fits) return Mismatch("\"unix:\" with a full path of at most 107 bytes", text);
    return Endpoint{.is_unix = true, .host = std::string(path), .port = 0};
  }
  if (text.starts_with(kInet)) {
    if (auto endpoint = ParseAddressAndPort(text.substr(kInet.size()))) return *std::move(endpoint);
  }
  return Mismatch(R"("inet:127.0.0.1:10040", "inet:[::1]:10040" or "unix:/path")", text);
}

Result<std::optional<Endpoint>> ParseHttpListen(std::string_view text) {
  if (text.empty()) return std::optional<Endpoint>();
  if (text.starts_with("unix:")) {
    if (auto endpoint = ParseListen(text)) return std::optional(*std::move(endpoint));
  }
  auto endpoint = ParseAddressAndPort(text);
  if (!endpoint) return Mismatch(R"(an address and port such as "127.0.0.1:9140", "unix:/path" or "")", text);
  return endpoint;
}

Result<Endpoint> ParseNameServer(std::string_view text) {
  if (const auto address = rules::ReadAddress(text)) {
    return Endpoint{.is_unix = false, .host = address->ToString(), .port = kDnsPort};
  }
  if (auto endpoint = ParseAddressAndPort(text)) return *std::move(endpoint);
  return Mismatch(R"(an address such as "127.0.0.1", "127.0.0.1:5353" or "[::1]:53")", text);
}

Result<std::uint64_t> ParseSize(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, unsigned>, 4> kUnits{
      {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}}};
  // Below the smallest nothing fits beside the reserve for deletes; two maps of the largest fit into 47 bits.
  constexpr std::uint64_t kLeast = std::uint64_t{1} << 20;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 45;
  for (const auto& [unit, shift] : kUnits) {
    if (!text.ends_with(unit)) continue;
    const auto number = ParseNumber<std::uint64_t>(text.substr(0, text.size() - unit.size()));
    if (!number || *number > kMost >> shift || *number << shift < kLeast) break;
    return *number << shift;
  }
  return Mismatch("a size from 1MiB to 32TiB such as \"4GiB\"", text);
}

Result<rules::Mode> ParseMode(std::string_view text) {
  for (const auto mode : {rules::Mode::kEnforce, rules::Mode::kTag, rules::Mode::kMonitor}) {
    if (text == rules::Name(mode)) return mode;
  }
  return Mismatch(R"("enforce", "tag" or "monitor")", text);
}

Result<rules::SpfUse> ParseSpfUse(std::string_view text) {
  if (text == "when_needed") return rules::SpfUse::kWhenNeeded;
  if (text == "always") return rules::SpfUse::kAlways;
  if (text == "off") return rules::SpfUse::kOff;
  return Mismatch(R"("when_needed", "always" or "off")", text);
}

Result<rules::SpfForwarder> ParseSpfForwarder(std::string_view text) {
  if (auto network = rules::ReadNetwork(text)) return rules::SpfForwarder{.network = *std::move(network)};
  const bool is_domain = text.starts_with('.');
  const auto name = rules::NormalizeHostName(text.substr(is_domain ? 1 : 0));
  if (!name) return Mismatch("an address, a network, a host name or .domain", text);
  return rules::SpfForwarder{.network = {}, .name = (is_domain ? "." : "") + *name};
}

Result<runtime::Log::Target> ParseLogTarget(std::string_view text) {
  if (text == "stderr") return runtime::Log::Target::kStandardError;
  if (text == "syslog") return runtime::Log::Target::kSyslog;
  if (text == "journald") return runtime::Log::Target::kJournal;
  return Mismatch(R"("stderr", "syslog" or "journald")", text);
}

Result<runtime::Log::Style> ParseLogStyle(std::string_view text) {
  if (text == "key_value") return runtime::Log::Style::kKeyValue;
  if (text == "postgrey") return runtime::Log::Style::kPostgrey;
  return Mismatch(R"("key_value" or "postgrey")", text);
}

Result<LogSettings::Passes> ParseLoggedPasses(std::string_view text) {
  if (text == "all") return LogSettings::Passes::kAll;
  if (text == "sampled") return LogSettings::Passes::kSampled;
  if (text == "none") return LogSettings::Passes::kNone;
  return Mismatch(R"("all", "sampled" or "none")", text);
}

Result<rules::Action> ParseBandAction(std::string_view text) {
  if (const auto action = rules::ParseAction(text)) return *action;
  return Mismatch(R"("pass", "tag", "greylist", "defer", "reject", "hold" or "discard")", text);
}

Result<std::string> ParseClassName(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  const bool is_printable = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
  if (!text.empty() && text.size() <= kLongest && is_printable) return std::string(text);
  return Error{fmt::format("expected a name of 1 to {} letters, digits and signs of ASCII", kLongest)};
}

Result<std::string> ParseHostName(std::string_view text) {
  auto name = rules::ReadHostName(text);
  const bool is_mistyped_address = rules::IsNumber(text.substr(text.rfind('.') + 1));
  if (!name && is_mistyped_address) return Mismatch("a host name, which does not end in a number", text);
  if (!name) return Mismatch("a host name", text);
  return *std::move(name);
}

Result<std::string> ParseNameWord(std::string_view text) {
  std::string word = rules::LowerAscii(text);
  if (!rules::IsNameWord(word)) return Mismatch("a word or cloud domain of rules/client/name_words.cc", text);
  return word;
}

Result<std::string> ParseOwnName(std::string_view text) {
  if (text.empty()) return std::string();
  return ParseHostName(text);
}

Result<std::string> ParseDirectory(std::string_view text) {
  if (!text.starts_with('/')) return Mismatch("a full path", text);
  return std::string(text);
}

Result<std::optional<std::string>> ParseNotify(std::string_view text) {
  if (text.empty()) return std::optional<std::string>();
  const auto path = ParseDirectory(text);
  return path ? Result<std::optional<std::string>>(*path) : path.error();
}

Result<std::string> ParseReplyFrame(std::string_view text) {
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos || blank + 1 == text.size() || !IsStatus(text.substr(0, blank))) {
    return Mismatch("a status and a text such as \"4.7.1 Access denied. {why} (ref {ref})\"", text);
  }
  return AsReplyText(text, true);
}

Result<std::string> ParseReplyReason(std::string_view text) {
  // Earlier versions took the whole reply under the name of a Signal.
  if (IsStatus(text.substr(0, text.find(' ')))) {
    return Mismatch(
        "a reason without a status, such as \"[{client}] is listed by {list}\": the status and (ref {ref}) stand in "
        "reply.defer, reply.greylist and reply.reject, where {why} is this reason",
        text);
  }
  return AsReplyText(text, false);
}

Result<std::string> ParseContact(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  if (IsPrintable(text) && text.size() <= kLongest) return std::string(text);
  return Mismatch(
      fmt::format("at most {} bytes of printable ASCII, such as an address or a telephone number", kLongest), text);
}

Result<std::string> ParseHeaderName(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  const std::string lower = rules::LowerAscii(text);
  const bool is_own = lower.starts_with("x-") && lower.size() > 2 && lower.size() <= kLongest;
  if (is_own && lower.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos) {
    return std::string(text);
  }
  return Mismatch(
      fmt::format("a header's name such as \"X-Sekimori\": X-, then letters, digits and hyphens, at most {} bytes",
                  kLongest),
      text);
}

Result<std::string> ParseWhyUrl(std::string_view text) {
  constexpr std::size_t kLongest = 100;
  const std::size_t slashes = text.find("://");
  const std::string_view scheme = text.substr(0, std::min(slashes, text.size()));
  // A reference is appended, so the address has neither query nor fragment; {why_url} is used in texts with
  // placeholders.
  const bool is_plain = IsPrintable(text) && text.find_first_of(" {}?#\"<>\\") == std::string_view::npos;
  const std::string_view host = slashes == std::string_view::npos ? "" : text.substr(slashes + 3);
  const bool has_host = !host.empty() && (rules::IsAlphanumeric(host.front()) || host.front() == '[');
  if (text.empty()) return std::string();
  if ((scheme == "https" || scheme == "http") && has_host && is_plain && text.size() <= kLongest) {
    return std::string(text.substr(0, text.find_last_not_of('/') + 1));
  }
  return Mismatch(fmt::format("an address such as \"https://mx.example/why\" of at most {} bytes", kLongest), text);
}

Result<std::optional<std::string>> ParseWhyContact(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  if (text.empty()) return std::optional<std::string>();
  if (runtime::Shown(text) == text && text.size() <= kLongest) return std::optional<std::string>(text);
  return Error{fmt::format("expected a mail address or a text of one line and at most {} bytes", kLongest)};
}

std::optional<std::string_view> PublicResolver(const Endpoint& server) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kKnown{
      {{"8.8.8.8", "Google"},
       {"8.8.4.4", "Google"},
       {"2001:4860:4860::8888", "Google"},
       {"2001:4860:4860::8844", "Google"},
       {"1.1.1.1", "Cloudflare"},
       {"1.0.0.1", "Cloudflare"},
       {"2606:4700:4700::1111", "Cloudflare"},
       {"2606:4700:4700::1001", "Cloudflare"},
       {"9.9.9.9", "Quad9"},
       {"149.112.112.112", "Quad9"},
       {"2620:fe::fe", "Quad9"},
       {"2620:fe::9", "Quad9"},
       {"208.67.222.222", "OpenDNS"},
       {"208.67.220.220", "OpenDNS"}}};
  for (const auto& [address, owner] : kKnown) {
    if (server.host == address) return owner;
  }
  return std::nullopt;
}

std::string Endpoint::ToString() const {
  if (is_unix) return "unix:" + host;
  const bool is_v6 = host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

bool Endpoint::is_loopback() const {
  if (is_unix) return true;
  const auto address = rules::IpAddress::Parse(host);
  return address && address->is_loopback();
}

}  // namespace policyd::config
