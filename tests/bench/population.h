// The clients of a benchmark: who they are, and what Postfix would say of them.
//
// All addresses lie in 198.18.0.0/15, which RFC 2544 sets aside for benchmarks; the block tells the kind.  Only those
// that are merely remembered lie anywhere else.  A client's name, sender and recipient are made from its number, so
// that the zones and the requests agree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

enum class Kind : std::uint8_t {
  kClean,        // confirmed name, on no list
  kWhitelisted,  // the same, and people vouch for it
  kKnown,        // an end user's line whose triplet is known once it has been asked about twice
  kListed,       // on the first block list
  kNew,          // an end user's line with a sender never seen before
  kRemembered,   // clean, of the million that fill_store.cc writes; no DNS knows them
};
inline constexpr Kind kKinds[] = {Kind::kClean,  Kind::kWhitelisted, Kind::kKnown,
                                  Kind::kListed, Kind::kNew,         Kind::kRemembered};

std::string_view NameOf(Kind kind);
std::optional<Kind> KindOf(std::string_view name);

// The most clients of the kind there are.
std::uint32_t SizeOf(Kind kind);

struct Host {
  Kind kind;
  std::uint32_t number = 0;  // below SizeOf(kind)

  std::string Address() const;
  std::string ReversedAddress() const;  // "4.3.18.198"
  std::string Name() const;
};

// Appends one request as Postfix 3.7 sends it; `serial` makes its instance, and the sender of a new client.
void AppendRequest(std::string& out, const Host& host, std::uint64_t serial);

// Who asks next: kinds by share, clients within a kind by Zipf's law, evenly, or each once in turn.
class Draw {
 public:
  enum class Order { kSequence, kUniform, kZipf };
  struct Share {
    Kind kind;
    double percent;
  };

  // `clients` are divided between the kinds by their share, as far as a kind has so many; the first `skip` of each
  // are left out.
  Draw(const std::vector<Share>& shares, std::uint32_t clients, std::uint32_t skip, Order order);

  Host Next() { return hosts_[turn_[next_++ % turn_.size()]]; }
  std::size_t clients() const { return hosts_.size(); }

 private:
  std::vector<Host> hosts_;
  std::vector<std::uint32_t> turn_;  // indexes of hosts_, drawn in advance: drawing must cost the generator nothing
  std::size_t next_ = 0;
};

}  // namespace bench
