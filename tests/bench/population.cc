#include "tests/bench/population.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <random>

namespace bench {
namespace {

constexpr std::size_t kDrawn = 1 << 19;

struct Block {
  std::uint32_t first, size;  // numbers; below 0x20000 they are counted from 198.18.0.0
};

// But for the last, together 198.18.0.0/15.
Block BlockOf(Kind kind) {
  switch (kind) {
    case Kind::kClean:
      return {0, 0x11400};
    case Kind::kWhitelisted:
      return {0x11400, 0x4000};
    case Kind::kKnown:
      return {0x15400, 0x3c00};
    case Kind::kListed:
      return {0x19000, 0x1800};
    case Kind::kNew:
      return {0x1a800, 0x5800};
    case Kind::kRemembered:
      return {0x20000, 1'000'000};
  }
  return {};
}

std::uint32_t FirstOf(Kind kind) {
  return BlockOf(kind).first;
}

// A pronounceable word without digits, one for each number: "tebaki".
std::string Word(std::uint32_t number) {
  constexpr std::string_view kConsonants = "bdfgklmnprstvz";
  constexpr std::string_view kVowels = "aeiou";
  std::string word;
  for (int syllable = 0; syllable < 4; ++syllable) {
    word += kConsonants[number % kConsonants.size()];
    number /= static_cast<std::uint32_t>(kConsonants.size());
    word += kVowels[number % kVowels.size()];
    number /= static_cast<std::uint32_t>(kVowels.size());
  }
  return word;
}

std::string Dotted(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d, char between) {
  char text[20];
  std::snprintf(text, sizeof text, "%u%c%u%c%u%c%u", a, between, b, between, c, between, d);
  return text;
}

// Those that are merely remembered are spread over all there is: an odd factor reaches each of 2^32 once.
std::uint32_t AddressOf(const Host& host) {
  constexpr std::uint32_t kFirst = 198U << 24 | 18U << 16;
  if (host.kind != Kind::kRemembered) return kFirst + FirstOf(host.kind) + host.number;
  const std::uint32_t at = (host.number + 1) * 2'654'435'761U;
  return at >> 17 == kFirst >> 17 ? at ^ 0x8000'0000U : at;
}

// Zipf's law with exponent 1 over `count` ranks.
std::vector<double> ZipfSums(std::size_t count) {
  std::vector<double> sums(count);
  double sum = 0;
  for (std::size_t rank = 0; rank < count; ++rank) sums[rank] = sum += 1.0 / static_cast<double>(rank + 1);
  return sums;
}

}  // namespace

std::string_view NameOf(Kind kind) {
  switch (kind) {
    case Kind::kClean:
      return "clean";
    case Kind::kWhitelisted:
      return "whitelisted";
    case Kind::kKnown:
      return "known";
    case Kind::kListed:
      return "listed";
    case Kind::kNew:
      return "new";
    case Kind::kRemembered:
      return "remembered";
  }
  return "";
}

std::optional<Kind> KindOf(std::string_view name) {
  for (const Kind kind : kKinds) {
    if (NameOf(kind) == name) return kind;
  }
  return std::nullopt;
}

std::uint32_t SizeOf(Kind kind) {
  return BlockOf(kind).size;
}

std::string Host::Address() const {
  const std::uint32_t at = AddressOf(*this);
  return Dotted(at >> 24, (at >> 16) & 255, (at >> 8) & 255, at & 255, '.');
}

std::string Host::ReversedAddress() const {
  const std::uint32_t at = AddressOf(*this);
  return Dotted(at & 255, (at >> 8) & 255, (at >> 16) & 255, at >> 24, '.');
}

std::string Host::Name() const {
  const bool is_a_line = kind == Kind::kKnown || kind == Kind::kNew;
  if (!is_a_line) return "mx." + Word(FirstOf(kind) + number) + ".example";
  const std::uint32_t at = AddressOf(*this);
  return Dotted(at >> 24, (at >> 16) & 255, (at >> 8) & 255, at & 255, '-') + ".adsl.line.example";
}

void AppendRequest(std::string& out, const Host& host, std::uint64_t serial) {
  const std::string name = host.Name();
  const std::string word = Word(FirstOf(host.kind) + host.number);
  const std::string fresh = host.kind == Kind::kNew ? Word(static_cast<std::uint32_t>(serial)) : "";
  char text[1024];
  const int size = std::snprintf(
      text, sizeof text,
      "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nclient_address=%s\nclient_name=%s\n"
      "client_port=40312\nreverse_client_name=%s\nserver_address=192.0.2.25\nserver_port=25\nhelo_name=mx.%s.example\n"
      "sender=info%s@%s.example\nrecipient=someone@ours.example\nrecipient_count=0\nqueue_id=\n"
      "instance=7a1.6740c1f0.%llx.0\nsize=48213\netrn_domain=\nstress=\nsasl_method=\nsasl_username=\nsasl_sender=\n"
      "ccert_subject=\nccert_issuer=\nccert_fingerprint=\nccert_pubkey_fingerprint=\nencryption_protocol=TLSv1.3\n"
      "encryption_cipher=TLS_AES_256_GCM_SHA384\nencryption_keysize=256\npolicy_context=\n\n",
      host.Address().c_str(), name.c_str(), name.c_str(), word.c_str(), fresh.c_str(), word.c_str(),
      static_cast<unsigned long long>(serial));
  out.append(text, static_cast<std::size_t>(size));
}

Draw::Draw(const std::vector<Share>& shares, std::uint32_t clients, std::uint32_t skip, Order order) {
  struct Drawn {
    double share_sum;
    std::uint32_t first, count;
    std::vector<double> zipf;
  };
  std::vector<Drawn> blocks;
  double share_sum = 0;
  for (const Share& share : shares) {
    const auto wanted = static_cast<std::uint32_t>(clients * share.percent / 100);
    const std::uint32_t count = std::min(wanted, SizeOf(share.kind) - std::min(skip, SizeOf(share.kind)));
    blocks.push_back({share_sum += share.percent, static_cast<std::uint32_t>(hosts_.size()), count, ZipfSums(count)});
    for (std::uint32_t i = 0; i < count; ++i) hosts_.push_back({share.kind, skip + i});
  }
  if (order == Order::kSequence) {
    turn_.resize(hosts_.size());
    std::iota(turn_.begin(), turn_.end(), 0U);
    return;
  }
  std::mt19937_64 random(20261121);
  turn_.reserve(kDrawn);
  for (std::size_t i = 0; i < kDrawn; ++i) {
    const double kind = std::uniform_real_distribution<>(0, share_sum)(random);
    const Drawn& block = *std::find_if(blocks.begin(), blocks.end() - 1, [&](auto& b) { return kind < b.share_sum; });
    const double at = std::uniform_real_distribution<>(0, 1)(random);
    const double zipf_at = at * block.zipf.back();
    const auto rank = static_cast<std::uint32_t>(std::ranges::lower_bound(block.zipf, zipf_at) - block.zipf.begin());
    turn_.push_back(block.first + (order == Order::kZipf ? rank : static_cast<std::uint32_t>(at * block.count)));
  }
}

}  // namespace bench
