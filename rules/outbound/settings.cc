// Grammar of a target: "@" domain | network | user "@" domain | login | "sender:" user "@" domain
#include "rules/outbound/settings.h"

#include <algorithm>

#include "rules/reply.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"

namespace rules {
namespace {

constexpr std::size_t kShown = 80;
constexpr std::size_t kLongestLogin = 254;  // of an address (RFC 5321)

Error Expected(std::string_view text) {
  return Error{"expected a login, user@domain, sender:user@domain, @domain or a network, got \"" +
               EscapeText(text, kShown) + "\""};
}

bool IsLogin(std::string_view text) {
  const auto is_plain = [](char c) { return !IsBlank(c) && static_cast<unsigned char>(c) > ' ' && c != 0x7f; };
  return !text.empty() && text.size() <= kLongestLogin && std::ranges::all_of(text, is_plain);
}

}  // namespace

Result<OutboundTarget> OutboundTarget::Parse(std::string_view text) {
  const std::string_view bare = WithoutWrapping(text);
  if (bare.starts_with(kSenderPrefix)) {
    const auto sender = ReadMailAddress(bare.substr(kSenderPrefix.size()));
    if (!sender || sender->local.empty()) return Expected(text);
    return OutboundTarget{Kind::kLogin, std::string(kSenderPrefix) + sender->ToString()};
  }
  if (const auto network = ReadNetwork(bare)) return OutboundTarget{Kind::kNetwork, network->ToString()};
  if (bare.find('@') == std::string_view::npos) {
    if (!IsLogin(bare)) return Expected(text);
    return OutboundTarget{Kind::kLogin, LowerAscii(bare)};
  }
  const auto address = ReadMailAddress(bare);
  if (!address) return Expected(text);
  return OutboundTarget{address->local.empty() ? Kind::kDomain : Kind::kLogin, address->ToString()};
}

Network OutboundTarget::network() const {
  return *Network::Parse(text);
}

}  // namespace rules
