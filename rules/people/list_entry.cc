#include "rules/people/list_entry.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "rules/values/as_written.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "rules/values/mail_address.h"

namespace rules {
namespace {

constexpr std::size_t kMaxTarget = 320;  // the longest mail address: 64 + "@" + 255
constexpr std::string_view kRecipientPrefix = "rcpt:";

constexpr std::array<std::pair<BlockAction, const char*>, 4> kActionNames{{
    {BlockAction::kDefer, "defer"},
    {BlockAction::kReject, "reject"},
    {BlockAction::kDiscard, "discard"},
    {BlockAction::kHold, "hold"},
}};

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// The text goes to a terminal.
std::string Shown(std::string_view text) {
  std::string out(text.substr(0, kMaxTarget));
  std::replace_if(out.begin(), out.end(), IsControl, '?');
  return out;
}

Error Expected(std::string_view text) {
  return Error{
      "expected an address, a network, a host name, .domain, user@domain, @domain, /regexp/ or rcpt:..., got \"" +
      Shown(text) + "\""};
}

// "@example.com", and "@.example.com" for it and all below.
constexpr std::string_view kBelow = "@.";
// A sender chooses how many labels its domain has; each is looked for.
constexpr std::ptrdiff_t kMaxLabelsBelow = 10;

std::ptrdiff_t CountLabels(std::string_view domain) {
  return 1 + std::count(domain.begin(), domain.end(), '.');
}

Result<Target> ParseMailTarget(std::string_view text, bool is_recipient) {
  std::string written(WithoutWrapping(is_recipient ? text.substr(kRecipientPrefix.size()) : text));
  const bool is_below = written.starts_with(kBelow);
  if (is_below) written.erase(1, 1);
  const auto address = ReadMailAddress(written);
  if (!address && written.find('*') != std::string::npos) return address.error();
  if (!address) return Expected(text);
  const bool is_domain = address->local.empty();
  if (is_below && (!is_domain || CountLabels(address->domain) > kMaxLabelsBelow)) return Expected(text);
  std::string canonical = is_below ? std::string(kBelow) + address->domain : address->ToString();
  if (!is_recipient) return Target{is_domain ? Target::Kind::kSenderDomain : Target::Kind::kSender, canonical};
  return Target{is_domain ? Target::Kind::kRecipientDomain : Target::Kind::kRecipient,
                canonical.insert(0, kRecipientPrefix)};
}

Result<Target> ParsePattern(std::string_view text) {
  if (text.size() > 2 && text.ends_with('/')) return Target{Target::Kind::kPattern, std::string(text)};
  return Error{"expected a regular expression between slashes, got \"" + Shown(text) + "\""};
}

Result<Target> ParseNetwork(std::string_view text) {
  const auto network = ReadNetwork(text);
  if (!network) return network.error();
  if (network->prefix() == network->base().bits()) return Target{Target::Kind::kAddress, network->base().ToString()};
  return Target{Target::Kind::kNetwork, network->ToString()};
}

Result<Target> ParseHost(std::string_view text) {
  if (text.starts_with("*.")) return ReadHostName(text).error();
  const bool is_domain = text.starts_with('.');
  const auto name = ReadHostName(is_domain ? text.substr(1) : text);
  if (!name) return Expected(text);
  if (is_domain) return Target{Target::Kind::kDomain, "." + *name};
  // A bare word is more often a forgotten option or command than a host.
  if (name->find('.') == std::string::npos) return Expected(text);
  return Target{Target::Kind::kHost, *name};
}

// Lower is narrower.
struct Width {
  int kind = 0;
  int size = 0;

  auto operator<=>(const Width&) const = default;
};

// Of "@example.com" and "rcpt:@example.com": the domain alone before it with all below, the longer before the shorter.
Width WidthOfMailDomain(std::string_view text, int kind) {
  const bool is_below = text.substr(text.find('@')).starts_with(kBelow);
  return {kind, is_below ? -static_cast<int>(text.size()) : -static_cast<int>(kMaxTarget) - 1};
}

Width WidthOf(const Target& target) {
  switch (target.kind) {
    case Target::Kind::kAddress:
      return {0, 0};
    case Target::Kind::kHost:
      return {1, 0};
    case Target::Kind::kNetwork:
      return {2, -target.network().prefix()};
    case Target::Kind::kDomain:
      return {3, -static_cast<int>(target.text.size())};
    case Target::Kind::kPattern:
      return {4, 0};
    case Target::Kind::kSender:
      return {5, -static_cast<int>(target.text.size())};
    case Target::Kind::kSenderDomain:
      return WidthOfMailDomain(target.text, 6);
    case Target::Kind::kRecipient:
      return {7, -static_cast<int>(target.text.size())};
    case Target::Kind::kRecipientDomain:
      return WidthOfMailDomain(target.text, 8);
  }
  return {};
}

}  // namespace

const char* Name(ListKind list) {
  switch (list) {
    case ListKind::kWhitelist:
      return "whitelist";
    case ListKind::kBlocklist:
      return "blocklist";
  }
  return "";
}

const char* Name(BlockAction action) {
  for (const auto& [known, name] : kActionNames) {
    if (known == action) return name;
  }
  return "";
}

std::optional<BlockAction> ParseBlockAction(std::string_view text) {
  for (const auto& [action, name] : kActionNames) {
    if (text == name) return action;
  }
  return std::nullopt;
}

bool CoversSubdomains(const Target& target) {
  const bool is_domain = target.kind == Target::Kind::kSenderDomain || target.kind == Target::Kind::kRecipientDomain;
  return is_domain && target.text.substr(target.text.find('@')).starts_with(kBelow);
}

Result<Target> Target::Parse(std::string_view text) {
  const std::string written = text.starts_with('/') ? std::string(text) : WithoutFullWidth(WithoutWrapping(text));
  const std::string_view bare = text.starts_with('/') ? text : WithoutWrapping(written);
  if (bare.empty() || bare.size() > kMaxTarget || std::any_of(bare.begin(), bare.end(), IsControl)) {
    return Expected(text);
  }
  if (bare.starts_with('/')) return ParsePattern(bare);
  if (LowerAscii(bare.substr(0, kRecipientPrefix.size())) == kRecipientPrefix) return ParseMailTarget(bare, true);
  // As a line of the log has a recipient.
  for (const std::string_view before : {"to=<", "orig_to=<"}) {
    if (!bare.starts_with(before) || !bare.ends_with('>')) continue;
    return ParseMailTarget(std::string(kRecipientPrefix).append(bare.substr(before.size() - 1)), true);
  }
  if (bare.find('@') != std::string_view::npos) return ParseMailTarget(bare, false);
  const bool is_network = bare.find('/') != std::string_view::npos || bare.find(':') != std::string_view::npos;
  if (is_network || ReadAddress(bare)) return ParseNetwork(bare);
  return ParseHost(bare);
}

Network Target::network() const {
  assert((kind == Kind::kAddress || kind == Kind::kNetwork) && "only addresses and networks are networks");
  const auto parsed = Network::Parse(text);
  assert(parsed.ok() && "the text of a target is normalised");
  return *parsed;
}

bool IsSender(Target::Kind kind) {
  return kind == Target::Kind::kSender || kind == Target::Kind::kSenderDomain;
}

std::string Meaning(const Target& target) {
  const std::string_view text = target.text;
  const auto from = [&](std::string_view words, std::size_t skip = 0) {
    return "mail from " + std::string(words) + " " + std::string(text.substr(skip));
  };
  switch (target.kind) {
    case Target::Kind::kAddress:
      return from("the client");
    case Target::Kind::kNetwork:
      return from("clients in the network");
    case Target::Kind::kHost:
      return from("clients whose confirmed name is");
    case Target::Kind::kDomain:
      return from("clients whose confirmed name is", 1) + " or below it";
    case Target::Kind::kPattern:
      return from("clients whose confirmed name or address matches");
    case Target::Kind::kSender:
      return from("the sender");
    case Target::Kind::kSenderDomain:
      if (CoversSubdomains(target)) return from("every sender at", kBelow.size()) + " or below it";
      return from("every sender at", 1);
    case Target::Kind::kRecipient:
      return "mail to " + std::string(text.substr(kRecipientPrefix.size()));
    case Target::Kind::kRecipientDomain: {
      const bool is_below = CoversSubdomains(target);
      const std::size_t skip = kRecipientPrefix.size() + (is_below ? kBelow.size() : 1);
      return "mail to every recipient at " + std::string(text.substr(skip)) + (is_below ? " or below it" : "");
    }
  }
  return {};
}

std::vector<Target> SenderTargets(std::string_view sender) {
  const auto address = ParseMailAddress(sender);
  if (!address) return {};
  std::vector<Target> targets;
  if (!address->local.empty()) {
    targets.push_back({Target::Kind::kSender, address->ToString()});
    const std::string_view user = WithoutExtension(address->local);
    if (user.size() < address->local.size() && !user.starts_with('"')) {
      targets.push_back({Target::Kind::kSender, std::string(user).append("@").append(address->domain)});
    }
  }
  targets.push_back({Target::Kind::kSenderDomain, "@" + address->domain});
  std::string_view above = address->domain;
  for (auto labels = CountLabels(above); labels > 0; --labels) {
    if (labels <= kMaxLabelsBelow) targets.push_back({Target::Kind::kSenderDomain, std::string(kBelow).append(above)});
    above.remove_prefix(std::min(above.find('.') + 1, above.size()));
  }
  return targets;
}

std::vector<Target> RecipientTargets(std::string_view recipient) {
  std::vector<Target> targets = SenderTargets(recipient);
  for (Target& target : targets) {
    target.kind = target.kind == Target::Kind::kSender ? Target::Kind::kRecipient : Target::Kind::kRecipientDomain;
    target.text.insert(0, kRecipientPrefix);
  }
  return targets;
}

std::vector<Target> NameTargets(std::string_view confirmed_name) {
  if (confirmed_name.empty()) return {};
  std::vector<Target> targets{{Target::Kind::kHost, std::string(confirmed_name)}};
  for (std::size_t at = 0;; ++at) {
    targets.push_back({Target::Kind::kDomain, std::string(".").append(confirmed_name.substr(at))});
    at = confirmed_name.find('.', at);
    if (at == std::string_view::npos) return targets;
  }
}

bool IsForgeable(const ListEntry& entry) {
  return entry.list == ListKind::kWhitelist && IsSender(entry.target.kind) && !entry.if_confirmed && !entry.if_spf;
}

bool IsNarrower(const ListEntry& a, const ListEntry& b) {
  const Width width_a = WidthOf(a.target);
  const Width width_b = WidthOf(b.target);
  if (width_a != width_b) return width_a < width_b;
  return a.list == ListKind::kWhitelist && b.list == ListKind::kBlocklist;
}

const ListEntry* Narrowest(const std::vector<ListEntry>& entries) {
  const auto found = std::min_element(entries.begin(), entries.end(), IsNarrower);
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace rules
